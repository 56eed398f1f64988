import { qualities, qualityOfCode } from '@civitals/contracts/quality'
import type { DuckDBValue } from '@duckdb/node-api'
import { type BucketSums, joinBuckets } from '../../bucket.ts'
import type { SeriesRow } from '../../port.ts'
import { newerThan, type Rolled, remaining, rolledDays, rolledReads } from '../bucket-plan.ts'
import { dayMs, dayOf } from '../layout.ts'
import { bucketsQuery } from '../range-query.ts'
import { fileList, rowsQuery, startOf } from '../rows-query.ts'
import type { Database } from './database.ts'
import type { Wanted } from './reading.ts'

interface WantedBuckets extends Wanted {
  readonly everyMs: number
  readonly energy: boolean
}

/** Buckets from rollups where a day has them and nothing was written to it since, from readings elsewhere. */
export async function readBuckets(database: Database, wanted: WantedBuckets): Promise<SeriesRow[]> {
  const days = await untouched(database, wanted.series, rolledDays(database.layout, wanted))
  let read = await readSums(database, wanted, days, false)
  // A rollup lacks energies that was made before the series was known to have them.
  if (read.repeated || read.lacking) read = await readSums(database, wanted, read.lacking ? [] : days, true)
  return joinBuckets(read.sums, wanted.energy).slice(0, wanted.limit)
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
  const found = await reader.runAndReadAll(`SELECT DISTINCT ${startOf(dayMs)}::DOUBLE FROM (${rows})`)
  const touched = new Set(found.getRows().map(([start]) => dayOf(Number(start))))
  return days.filter(({ day }) => !touched.has(day))
}

interface ReadSums {
  readonly sums: readonly BucketSums[]
  /** Several readings stand at one instant and all of them are in the sums. */
  readonly repeated: boolean
  /** Rollups lack the energies that are wanted. */
  readonly lacking: boolean
}

async function readSums(
  { reader, layout, files }: Database,
  { series, from, to, everyMs, energy, limit }: WantedBuckets,
  days: readonly Rolled[],
  newest: boolean,
): Promise<ReadSums> {
  const readings = remaining(from, to, days).map(([from, to]) => {
    const stretch = { series, from, to }
    return rowsQuery(files.folder, layout.sources(stretch), stretch)
  })
  const rollups = rolledReads(days).map(({ parts, stretches }) => {
    const times = stretches.map(([from, to]) => `start >= ${from} AND start < ${to}`).join(' OR ')
    return `SELECT * FROM read_parquet(${fileList(files.folder, parts)}) WHERE series = ${series} AND (${times})`
  })
  const query = bucketsQuery({ readings, rollups, everyMs, energy, limit, newest })
  const [repeated, ...rows] = (await reader.runAndReadAll(query)).getRows()
  return {
    sums: rows.map(sumsOf),
    repeated: Number(repeated?.[2]) > 0,
    lacking: rows.some((row) => Number(row[7]) > 0),
  }
}

function sumsOf([at, code, withValue, sum, min, max, newestAt]: readonly DuckDBValue[]): BucketSums {
  const newest = qualityOfCode(Number(code))
  const count = qualities[newest].counts ? Number(withValue) : 0
  const whole = { at: Number(at), count, newestAt: Number(newestAt), newest }
  if (count === 0) return { ...whole, sum: 0, min: Infinity, max: -Infinity, uncertain: false }
  return { ...whole, sum: Number(sum), min: Number(min), max: Number(max), uncertain: newest !== 'good' }
}
