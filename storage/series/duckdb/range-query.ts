import { qualities } from '@civitals/contracts/quality'
import { newestRows, startOf } from './rows-query.ts'

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

/** The same columns in the order in which they lie: by time within a file, by arrival within a table. */
export const unorderedQuery = (rows: string): string => `SELECT time_ms::DOUBLE, value, quality FROM (${rows})`

/** Readings with what a rollup needs to know of each: whether it counts, and its energy. */
const judged = (readings: string): string => `
  SELECT *, value IS NOT NULL AND quality IN (${counting}) AS counts FROM (${readings})`

/** 10^(L/10): what sound levels are summed by. */
const energyOf = 'pow(10, value / 10)'

/** Buckets in parts, from rows. Columns: start, count, sum, min, max, uncertain, time and quality code of the newest, false. */
export const bucketQuery = (rows: string, everyMs: number, energy: boolean, limit: number): string => `
  SELECT ${startOf(everyMs)}::DOUBLE AS start, (count(*) FILTER (counts))::DOUBLE,
    sum(${energy ? energyOf : 'value'}) FILTER (counts), min(value) FILTER (counts), max(value) FILTER (counts),
    coalesce(bool_or(quality <> ${qualities.good.code}) FILTER (counts), false),
    max(time_ms)::DOUBLE, arg_max(quality, time_ms), false
  FROM (${judged(newestRows(rows))}) GROUP BY start ORDER BY start LIMIT ${limit}`

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

/** The columns of `bucketQuery` from rows of rollups; the last one says that an energy is wanted and was not summed. */
export const rolledQuery = (rollups: string, everyMs: number, energy: boolean, limit: number): string => `
  SELECT ${startOf(everyMs).replaceAll('time_ms', 'start')}::DOUBLE AS bucket, sum(count)::DOUBLE, sum(${energy ? 'energy' : 'sum'}), min(min), max(max),
    coalesce(bool_or(quality <> ${qualities.good.code}) FILTER (count > 0), false), max(start)::DOUBLE, arg_max(quality, start),
    ${energy ? 'bool_or(count > 0 AND energy IS NULL)' : 'false'}
  FROM (${rollups}) GROUP BY bucket ORDER BY bucket LIMIT ${limit}`
