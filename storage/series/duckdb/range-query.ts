import { qualities, qualityNames } from '@civitals/contracts/quality'
import { newestRows, nothing, startOf } from './rows-query.ts'

const counting = Object.values(qualities)
  .filter(({ counts }) => counts)
  .map(({ code }) => code)
  .join(', ')

/**
 * Columns: time, value, quality code; of rows at one time the later written last. Whoever reads keeps that one: a window in the query costs as much
 * again as all the rest (measured, 86,400 rows).
 */
export const orderedQuery = (rows: string, limit: number): string =>
  `SELECT time_ms::DOUBLE, value, quality FROM (${rows}) ORDER BY time_ms, generation, place LIMIT ${limit}`

/**
 * The rows of each source as lists: how many, times, values (NaN for none), quality codes, in the order in which they lie; a source without any has no lists.
 * A list is handed over in one piece; row by row, or in chunks of 2048, handing over cost more than reading (measured, 86,400 rows: 24 ms of
 * processor time against 13). Neither grouped by source nor sorted or filtered afterwards, which copies the lists: the question cost half as
 * much again. What a UNION ALL brings comes in its order.
 */
export const listsQuery = (sources: readonly string[]): string => sources.map(listsOf).join(' UNION ALL ')

const listsOf = (rows: string): string => `
  SELECT count(*)::INTEGER, list(time_ms::DOUBLE), list(coalesce(value, 'NaN'::DOUBLE)), list(quality) FROM (${rows})`

/** Readings with what a rollup needs to know of each: whether it counts, and its energy. */
const judged = (readings: string): string => `
  SELECT *, value IS NOT NULL AND quality IN (${counting}) AS counts FROM (${readings})`

/** 10^(L/10): what sound levels are summed by. */
const energyOf = 'pow(10, value / 10)'

export interface BucketsQuery {
  /** Rows of `rowsQuery`, one text for each stretch that is read reading by reading. */
  readonly readings: readonly string[]
  /** Rows of rollup files, a text for each read. */
  readonly rollups: readonly string[]
  readonly everyMs: number
  readonly energy: boolean
  readonly limit: number
  /** Of readings at one instant take the later written; otherwise they are only counted. */
  readonly newest: boolean
}

/**
 * Sums of buckets in parts, in one question since each costs turns of the main loop: start, quality code, readings with a value, sum, min, max, time of the
 * newest, rollups that lack the energy that is wanted. By quality, so that the sums need no conditions (measured, 79,200 rows: 11 ms of processor time
 * against 16). First a row without a start: how many readings stand at an instant of another, since looking for them costs 3 ms and leaving them out 10.
 */
export function bucketsQuery({ readings, rollups, everyMs, energy, limit, newest }: BucketsQuery): string {
  const rows = readings.join(' UNION ALL ') || nothing
  const parts = rollups.map((one) => rolledPart(one, everyMs, energy))
  const mostRows = qualityNames.length * (1 + parts.length) * limit
  return `
  WITH readings AS MATERIALIZED (SELECT time_ms, value, quality FROM (${newest ? newestRows(rows) : rows}))
  SELECT NULL::DOUBLE AS bucket, 0::UTINYINT AS quality, (count(*) - count(DISTINCT time_ms))::DOUBLE, 0, 0, 0, 0, 0 FROM readings
  UNION ALL
  SELECT ${startOf(everyMs)}::DOUBLE AS bucket, quality, count(value)::DOUBLE, sum(${energy ? energyOf : 'value'}), min(value), max(value),
    max(time_ms)::DOUBLE, 0 FROM readings GROUP BY bucket, quality
  ${parts.map((part) => `UNION ALL ${part}`).join(' ')}
  ORDER BY bucket NULLS FIRST LIMIT ${1 + mostRows}`
}

const rolledPart = (rollups: string, everyMs: number, energy: boolean): string => `
  SELECT ${startOf(everyMs).replaceAll('time_ms', 'start')}::DOUBLE AS bucket, quality, sum(count)::DOUBLE, sum(${energy ? 'energy' : 'sum'}),
    min(min), max(max), max(start)::DOUBLE, ${energy ? '(count(*) FILTER (count > 0 AND energy IS NULL))::DOUBLE' : '0'}
  FROM (${rollups}) GROUP BY bucket, quality`

/**
 * Rows of a rollup file from readings, each (series, time) once. `quality` is that of the bucket: where nothing counts, of the newest reading; `last` is
 * the newest value that counts; `energy` is null where `energySeries` (a list of numbers) does not hold the series. Every column read costs a question
 * over thirty days 2 ms of processor time (measured), so there are few.
 */
export const rollupQuery = (readings: string, everyMs: number, energySeries: string): string => `
  SELECT series, ${startOf(everyMs)} AS start, (count(*) FILTER (counts))::INTEGER AS count, sum(value) FILTER (counts) AS sum,
    sum(${energyOf}) FILTER (counts AND series IN (${energySeries})) AS energy,
    min(value) FILTER (counts) AS min, max(value) FILTER (counts) AS max,
    arg_max(value, time_ms) FILTER (counts) AS last,
    CASE WHEN count(*) FILTER (counts) = 0 THEN arg_max(quality, time_ms)
      ELSE coalesce(max(quality) FILTER (counts), ${qualities.good.code}) END AS quality
  FROM (${judged(readings)}) GROUP BY series, start ORDER BY series, start`
