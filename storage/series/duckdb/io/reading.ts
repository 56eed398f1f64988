import { setImmediate } from 'node:timers/promises'
import { qualityOfCode } from '@civitals/contracts/quality'
import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult, DuckDBValue } from '@duckdb/node-api'
import type { SeriesDigest, SeriesRow } from '../../port.ts'
import { digestQuery, supersededQuery } from '../digest-query.ts'
import { dayMs, type Sources } from '../layout.ts'
import { listsQuery, orderedQuery } from '../range-query.ts'
import { rowsQuery } from '../rows-query.ts'
import type { Database } from './database.ts'
import { itemsOf, listsOf } from './vector.ts'

export interface Wanted {
  readonly series: number
  readonly from: number
  readonly to: number
  readonly limit: number
}

/** Chunk by chunk (2048 rows), so that a day of a series does not hold the main loop. */
async function* rowsOf(connection: DuckDBConnection, sql: string): AsyncIterable<readonly DuckDBValue[]> {
  for await (const rows of (await connection.run(sql)).yieldRows()) yield* rows
}

/** Rows asked for beyond the limit, since some may be written twice. */
const spareRows = 1_000

/** So many rows are made without others getting a turn: 3 ms. */
const rowsPerTurn = 32_768

/** Of so long a stretch all rows are read as they lie and put in order here: sorting in DuckDB costs more than reading them. */
const asTheyLieMs = 2 * dayMs

export async function readRaw(database: Database, wanted: Wanted): Promise<SeriesRow[]> {
  return wanted.to - wanted.from <= asTheyLieMs ? await readAll(database, wanted) : await readOrdered(database, wanted)
}

async function readAll({ reader, layout, files }: Database, wanted: Wanted): Promise<SeriesRow[]> {
  const { parts, tables } = layout.sources(wanted)
  // Oldest source first, and so are files in their list: of rows at one time the later written stays behind.
  const sources: Sources[] = [{ parts, tables: [] }, ...tables.map((one) => ({ parts: [], tables: [one] }))]
  const found = await gatherLists(
    await reader.run(listsQuery(sources.map((one) => rowsQuery(files.folder, one, wanted)))),
  )
  const inOrder = found.every((row, place) => place === 0 || row.at > (found[place - 1]?.at ?? row.at))
  const rowsInOrder = inOrder ? found : laterWritten(found.sort((a, b) => a.at - b.at))
  return rowsInOrder.length > wanted.limit ? rowsInOrder.slice(0, wanted.limit) : rowsInOrder
}

async function gatherLists(result: DuckDBResult): Promise<SeriesRow[]> {
  const lists = (await result.fetchAllChunks()).flatMap(listsIn)
  // Growing row by row costs three times as much, and so does joining arrays by flat().
  const found = new Array<SeriesRow>(lists.reduce((sum, { times }) => sum + times.length, 0))
  let place = 0
  for (const { times, values, codes } of lists) {
    for (let row = 0; row < times.length; row++) {
      const value = values[row] as number
      found[place++] = {
        at: times[row] as number,
        value: Number.isNaN(value) ? null : value,
        quality: qualityOfCode(codes[row] as number),
      }
      if (place % rowsPerTurn === 0) await setImmediate()
    }
  }
  return found
}

/** Lists of each source that has any. */
function listsIn(chunk: DuckDBDataChunk) {
  const counts = itemsOf(chunk.getColumnVector(0), Int32Array)
  const [times, values] = [listsOf(chunk, 1, Float64Array), listsOf(chunk, 2, Float64Array)]
  const codes = listsOf(chunk, 3, Uint8Array)
  return Array.from({ length: chunk.rowCount }, (_, source) => source)
    .filter((source) => counts[source] !== 0)
    .map((source) => ({ times: times.of(source), values: values.of(source), codes: codes.of(source) }))
}

/** Of neighbours at one time the last. */
const laterWritten = (rows: readonly SeriesRow[]): SeriesRow[] =>
  rows.filter((row, place) => rows[place + 1]?.at !== row.at)

async function readOrdered({ reader, layout, files }: Database, wanted: Wanted): Promise<SeriesRow[]> {
  const found: SeriesRow[] = []
  for (let { from } = wanted; ; from = found.pop()?.at ?? from) {
    const stretch = { ...wanted, from }
    const rows = rowsQuery(files.folder, layout.sources(stretch), stretch)
    const most = wanted.limit - found.length + spareRows
    const read = await readPage(reader, orderedQuery(rows, most), found)
    if (found.length > wanted.limit || read < most) return found.slice(0, wanted.limit)
    // Nearly all of it was written twice: on from the newest time, of which there may be more.
  }
}

/** Adds rows, of those at one time the last one; returns how many there were. */
async function readPage(connection: DuckDBConnection, sql: string, found: SeriesRow[]): Promise<number> {
  const result = await connection.run(sql)
  let [read, last] = [0, found.at(-1)?.at]
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const [ats, values, codes] = [chunk.getColumnVector(0), chunk.getColumnVector(1), chunk.getColumnVector(2)]
    for (let row = 0; row < chunk.rowCount; row++) {
      const at = ats.getItem(row) as number
      if (at === last) found.pop()
      last = at
      found.push({
        at,
        value: values.getItem(row) as number | null,
        quality: qualityOfCode(codes.getItem(row) as number),
      })
    }
    read += chunk.rowCount
  }
  return read
}

/** A digest reads every series of a stretch: hours, not months. */
export async function readDigest(
  { reader, layout, files, catalogue, resent }: Database,
  stretch: { readonly from: number; readonly to: number },
): Promise<SeriesDigest[]> {
  const rows = rowsQuery(files.folder, layout.sources(stretch), stretch)
  const found: SeriesDigest[] = []
  for await (const [series, values, marked, sum] of rowsOf(reader, digestQuery(rows, resent))) {
    const [terminal, point] = catalogue.series.nameOf(Number(series)) ?? []
    if (terminal === undefined || point === undefined) continue
    found.push({ terminal, point, values: Number(values), marked: Number(marked), sum: Number(sum) })
  }
  return found
}

/** Rows of files as they were counted when written, of open tables as DuckDB counts them, without those written again later. */
export async function readCount({ reader, layout, files, resent }: Database): Promise<number> {
  const numberOf = async (sql: string): Promise<number> => {
    const [row] = (await reader.runAndReadAll(sql)).getRows()
    return Number(row?.[0] ?? 0)
  }
  let count = 0
  for (const part of layout.parts) if (part.kind === 'raw') count += part.rows
  for (const table of layout.tables) count += await numberOf(`SELECT count(*)::DOUBLE FROM open_${table}`)
  if (!resent) return count
  const bounds = 'SELECT coalesce(min(time_ms), 0)::DOUBLE, coalesce(max(time_ms), -1)::DOUBLE FROM superseding'
  const [row = []] = (await reader.runAndReadAll(bounds)).getRows()
  const stretch = { from: Number(row[0]), to: Number(row[1]) + 1 }
  return count - (await numberOf(supersededQuery(rowsQuery(files.folder, layout.sources(stretch), stretch))))
}
