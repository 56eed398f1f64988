import type { DuckDBConnection } from '@duckdb/node-api'
import type { BucketColumns } from '../../port.ts'
import { rollupMs } from '../bucket-plan.ts'
import { heldIn, readColumnsOf, rolledColumns, type Several } from '../columns-query.ts'
import { dayOf, type Part, type RollupKind } from '../layout.ts'
import { dayLevel } from '../merge-plan.ts'
import type { Database } from './database.ts'
import { itemsOf } from './vector.ts'

/**
 * Buckets of some series over a stretch of one day: from rollups where nothing was written since they were made, from readings
 * elsewhere. `energy`: the series whose energy mean is wanted.
 */
export async function readColumns(
  database: Database,
  some: Several,
  everyMs: number,
  energy: readonly number[],
): Promise<BucketColumns[]> {
  const { reader, layout, files } = database
  const found: BucketColumns[] = []
  const known = new Set<number>()
  for (const [part, ids] of await rolledIds(database, some, everyMs)) {
    const ask = (ordered: boolean) =>
      columnsOf(database, rolledColumns(files.folder, [part], { ...some, ids }, everyMs, energy, ordered))
    const read = (await ask(false)) ?? (await ask(true))
    if (!read || (energy.length > 0 && read.mean.some(Number.isNaN))) continue
    found.push(read)
    for (const id of ids) known.add(id)
  }
  const ids = some.ids.filter((id) => !known.has(id))
  if (ids.length === 0) return found
  const sources = layout.sources(some)
  const rest = await columnsOf(database, readColumnsOf(files.folder, sources, { ...some, ids }, everyMs, energy))
  return rest ? [...found, rest] : found

  function columnsOf(of: Database, sql: string): Promise<BucketColumns | undefined> {
    return gather(reader, sql, (id) => {
      const [terminal = '', point = ''] = of.catalogue.series.nameOf(id) ?? []
      return { terminal, point }
    })
  }
}

/** Which rollup answers for which series: of those of which nothing was written since it was made. */
async function rolledIds(
  { reader, layout, files }: Database,
  some: Several,
  everyMs: number,
): Promise<ReadonlyMap<Part, readonly number[]>> {
  const kind = (Object.keys(rollupMs) as RollupKind[]).find((one) => rollupMs[one] === everyMs)
  const day = dayOf(some.from)
  const partOf = (id: number): Part | undefined => kind && layout.rollup(kind, day, id)
  const covered = some.ids.filter((id) => partOf(id) !== undefined)
  if (covered.length === 0) return new Map()
  const { parts, tables } = layout.sources(some)
  const newer = { parts: parts.filter(({ level }) => level < dayLevel), tables }
  const touched = new Set<number>()
  for await (const rows of (await reader.run(heldIn(files.folder, newer, { ...some, ids: covered }))).yieldRows()) {
    for (const [series] of rows) touched.add(Number(series))
  }
  const byPart = new Map<Part, number[]>()
  for (const id of covered) {
    const part = partOf(id)
    if (part && !touched.has(id)) byPart.set(part, [...(byPart.get(part) ?? []), id])
  }
  return byPart
}

/** Copies columns chunk by chunk; undefined when rows do not come by series. */
async function gather(
  connection: DuckDBConnection,
  sql: string,
  nameOf: (id: number) => BucketColumns['series'][number],
): Promise<BucketColumns | undefined> {
  const result = await connection.run(sql)
  const room = Number(result.rowCount)
  const columns = emptyColumns(room)
  const series: BucketColumns['series'][number][] = []
  const starts: number[] = []
  let [row, last] = [0, -1]
  for (let chunk = await result.fetchChunk(); chunk; chunk = await result.fetchChunk()) {
    // Asking the chunk costs a call into DuckDB each time.
    const { rowCount } = chunk
    if (rowCount === 0) break
    const ids = itemsOf(chunk.getColumnVector(0), Int32Array)
    for (let k = 0; k < rowCount; k++) {
      const id = ids[k] ?? 0
      if (id === last) continue
      if (id < last) return undefined
      last = id
      series.push(nameOf(id))
      starts.push(row + k)
    }
    columns.bucket.set(itemsOf(chunk.getColumnVector(1), Uint32Array).subarray(0, rowCount), row)
    columns.count.set(itemsOf(chunk.getColumnVector(2), Uint16Array).subarray(0, rowCount), row)
    columns.mean.set(itemsOf(chunk.getColumnVector(3), Float32Array).subarray(0, rowCount), row)
    columns.min.set(itemsOf(chunk.getColumnVector(4), Float32Array).subarray(0, rowCount), row)
    columns.max.set(itemsOf(chunk.getColumnVector(5), Float32Array).subarray(0, rowCount), row)
    columns.uncertain.set(itemsOf(chunk.getColumnVector(6), Uint8Array).subarray(0, rowCount), row)
    row += rowCount
  }
  return { series, starts: [...starts, row], ...columns }
}

const emptyColumns = (rows: number) => ({
  bucket: new Uint32Array(rows),
  mean: new Float32Array(rows),
  min: new Float32Array(rows),
  max: new Float32Array(rows),
  count: new Uint16Array(rows),
  uncertain: new Uint8Array(rows),
})
