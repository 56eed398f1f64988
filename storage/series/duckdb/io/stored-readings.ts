import { Gathering } from '../../gathering.ts'
import type { StoredReadings } from '../../port.ts'
import type { Sources } from '../layout.ts'
import { earliest, readingsQuery, type Since } from '../readings-query.ts'
import type { Database } from './database.ts'
import { itemsOf } from './vector.ts'

/** Raw readings of many series; undefined: the store has never heard of it. */
export async function readReadings(
  { reader, layout, files }: Database,
  wanted: readonly (Since | undefined)[],
  to: number,
): Promise<StoredReadings> {
  const found = new Gathering(wanted.length)
  const known = wanted.filter((one) => one !== undefined)
  const { parts, tables } = layout.sources({ from: earliest(known), to })
  // Oldest source first, so that of rows at one time the later written stays behind.
  const sources: Sources[] = [
    ...(parts.length > 0 ? [{ parts, tables: [] }] : []),
    ...tables.map((one) => ({ parts: [], tables: [one] })),
  ]
  const places = new Map(wanted.flatMap((one, place) => (one ? [[one.id, place]] : [])))
  for (const source of known.length > 0 ? sources : []) {
    const result = await reader.run(readingsQuery(files.folder, source, known, to))
    for (let chunk = await result.fetchChunk(); chunk; chunk = await result.fetchChunk()) {
      const { rowCount } = chunk
      if (rowCount === 0) break
      const ids = itemsOf(chunk.getColumnVector(0), Int32Array)
      const ats = itemsOf(chunk.getColumnVector(1), Float64Array)
      const values = itemsOf(chunk.getColumnVector(2), Float64Array)
      const codes = itemsOf(chunk.getColumnVector(3), Uint8Array)
      let [last, place] = [-1, 0]
      for (let row = 0; row < rowCount; row++) {
        const id = ids[row] ?? -1
        if (id !== last) {
          last = id
          place = places.get(id) ?? -1
        }
        if (place >= 0) found.add(place, ats[row] ?? 0, values[row] ?? Number.NaN, codes[row] ?? 0)
      }
    }
  }
  return found.readings()
}
