import { qualityOfCode } from '@civitals/contracts/quality'
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { type BucketSums, joinBuckets } from '../../bucket.ts'
import type { SeriesDigest, SeriesRow } from '../../port.ts'
import { newerThan, type Rolled, remaining, rolledDays, rolledReads } from '../bucket-plan.ts'
import { digestQuery, supersededQuery } from '../digest-query.ts'
import { dayMs, dayOf } from '../layout.ts'
import { bucketQuery, orderedQuery, rolledQuery, unorderedQuery } from '../range-query.ts'
import { fileList, rowsQuery, startOf } from '../rows-query.ts'
import type { Database } from './database.ts'

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

/** Of so long a stretch all rows are read as they lie and put in order here: sorting in DuckDB costs more than reading them. */
const asTheyLieMs = 2 * dayMs

export async function readRaw(database: Database, wanted: Wanted): Promise<SeriesRow[]> {
  return wanted.to - wanted.from <= asTheyLieMs ? await readAll(database, wanted) : await readOrdered(database, wanted)
}

async function readAll({ reader, layout, files }: Database, wanted: Wanted): Promise<SeriesRow[]> {
  const { parts, tables } = layout.sources(wanted)
  const found: SeriesRow[] = []
  // Oldest source first, so that of rows at one time the later written stays behind.
  const sources = [
    ...(parts.length > 0 ? [{ parts, tables: [] }] : []),
    ...tables.map((one) => ({ parts: [], tables: [one] })),
  ]
  for (const source of sources) await readPage(reader, unorderedQuery(rowsQuery(files.folder, source, wanted)), found)
  const inOrder = found.every((row, place) => place === 0 || row.at > (found[place - 1]?.at ?? row.at))
  return (inOrder ? found : laterWritten(found.sort((a, b) => a.at - b.at))).slice(0, wanted.limit)
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

/** Adds rows, of those at one time the last one; returns how many there were. Column by column: half the time of row by row. */
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

/** Buckets from rollups where a day has them and nothing was written to it since, from readings elsewhere. */
export async function readBuckets(
  database: Database,
  wanted: Wanted,
  everyMs: number,
  energy: boolean,
): Promise<SeriesRow[]> {
  const days = await untouched(database, wanted.series, rolledDays(database.layout, { ...wanted, everyMs }))
  const rolled = await readRolled(database, days, wanted, everyMs, energy)
  const stretches = remaining(wanted.from, wanted.to, rolled ? days : [])
  const parts: BucketSums[] = rolled ?? []
  for (const [from, to] of stretches) {
    const stretch = { series: wanted.series, from, to }
    const rows = rowsQuery(database.files.folder, database.layout.sources(stretch), stretch)
    for await (const row of rowsOf(database.reader, bucketQuery(rows, everyMs, energy, wanted.limit))) {
      parts.push(sumsOf(row))
    }
  }
  return joinBuckets(parts, energy).slice(0, wanted.limit)
}

/** Days of which nothing newer than their rollup is there. */
async function untouched(
  { reader, layout, files }: Database,
  series: number,
  days: readonly Rolled[],
): Promise<readonly Rolled[]> {
  const [first, last] = [days[0], days.at(-1)]
  if (!first || !last) return []
  const rows = rowsQuery(files.folder, newerThan(layout, series, days), { series, from: first.from, to: last.to })
  const touched = new Set<number>()
  for await (const [start] of rowsOf(reader, `SELECT DISTINCT ${startOf(dayMs)}::DOUBLE FROM (${rows})`)) {
    touched.add(dayOf(Number(start)))
  }
  return days.filter(({ day }) => !touched.has(day))
}

/** Undefined when a rollup lacks the energies that are wanted: it was made before the series was known to have them. */
async function readRolled(
  { reader, files }: Database,
  days: readonly Rolled[],
  { series, limit }: Wanted,
  everyMs: number,
  energy: boolean,
): Promise<BucketSums[] | undefined> {
  const found: BucketSums[] = []
  for (const { parts, stretches } of rolledReads(days)) {
    const times = stretches.map(([from, to]) => `start >= ${from} AND start < ${to}`).join(' OR ')
    const rows = `SELECT * FROM read_parquet(${fileList(files.folder, parts)}) WHERE series = ${series} AND (${times})`
    for await (const row of rowsOf(reader, rolledQuery(rows, everyMs, energy, limit))) {
      if (row[8] === true) return undefined
      found.push(sumsOf(row))
    }
  }
  return found
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

function sumsOf(row: readonly DuckDBValue[]): BucketSums {
  const [at, count, sum, min, max, uncertain, newestAt, newest] = row
  return {
    at: Number(at),
    count: Number(count),
    sum: numberOrNull(sum) ?? 0,
    min: numberOrNull(min) ?? Number.POSITIVE_INFINITY,
    max: numberOrNull(max) ?? Number.NEGATIVE_INFINITY,
    uncertain: uncertain === true,
    newestAt: Number(newestAt),
    newest: qualityOfCode(Number(newest)),
  }
}

const numberOrNull = (value: DuckDBValue | undefined): number | null => (typeof value === 'number' ? value : null)
