import { tableName } from './rows-query.ts'

/**
 * Tables of one series file. Readings stand in numbered open tables in order of arrival: appending is all a write does to them,
 * and DuckDB's zone maps prune by time since time nearly follows arrival. Names of series are numbers there (a dictionary), so a
 * row is 21 bytes before compression. Old open tables become day files (`part` lists them). `settled` holds runs of envelope
 * numbers, not envelopes: a spool counts up, so a day is a few rows. `superseding` says which readings of envelopes that came
 * again stand in for older ones; `newest` is the newest reading of every series that has left the open tables.
 */
export const schema: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS series (
    id INTEGER NOT NULL, terminal VARCHAR NOT NULL, point VARCHAR NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS spool (
    id INTEGER NOT NULL, gateway VARCHAR NOT NULL, spool VARCHAR NOT NULL
  )`,
  'CREATE TABLE IF NOT EXISTS settled (spool INTEGER NOT NULL, from_seq BIGINT NOT NULL, to_seq BIGINT NOT NULL)',
  `CREATE TABLE IF NOT EXISTS part (
    file VARCHAR NOT NULL, kind VARCHAR NOT NULL, day INTEGER NOT NULL, generation BIGINT NOT NULL, level INTEGER NOT NULL,
    rows BIGINT NOT NULL, bytes BIGINT NOT NULL, min_series INTEGER NOT NULL, max_series INTEGER NOT NULL,
    min_ms BIGINT NOT NULL, max_ms BIGINT NOT NULL, written_ms BIGINT NOT NULL
  )`,
  // Absent in files of earlier versions, where every file is of one day.
  'ALTER TABLE part ADD COLUMN IF NOT EXISTS last_day INTEGER',
  'CREATE TABLE IF NOT EXISTS superseding (generation BIGINT NOT NULL, series INTEGER NOT NULL, time_ms BIGINT NOT NULL)',
  `CREATE TABLE IF NOT EXISTS newest (
    series INTEGER NOT NULL, time_ms BIGINT NOT NULL, value DOUBLE, quality UTINYINT NOT NULL
  )`,
]

export const openTable = (generation: number): string => `CREATE TABLE ${tableName(generation)} (
    series INTEGER NOT NULL, time_ms BIGINT NOT NULL, value DOUBLE, quality UTINYINT NOT NULL
  )`

/** Rows of envelopes that come again; they take the place of what stands at the same series and time. */
export const againTable = 'CREATE OR REPLACE TEMP TABLE again (series INTEGER, time_ms BIGINT)'

export const deleteAgain = (generation: number): string => {
  const table = tableName(generation)
  return `
  DELETE FROM ${table} USING again
  WHERE ${table}.series = again.series AND ${table}.time_ms = again.time_ms
    AND ${table}.time_ms BETWEEN (SELECT min(time_ms) FROM again) AND (SELECT max(time_ms) FROM again)`
}

/** Older sources keep their rows; that these stand in for them is noted. */
export const noteAgain = (generation: number): string =>
  `INSERT INTO superseding SELECT DISTINCT ${generation}, series, time_ms FROM again`

/** The newest reading of every series of an open table. Two scans of two narrow columns beat arg_max four times (measured, 5 M rows: 54 ms). */
export const newestQuery = (generation: number): string => {
  const table = tableName(generation)
  return `
  SELECT ${table}.series, ${table}.time_ms, ${table}.value, ${table}.quality
  FROM ${table}
  JOIN (SELECT series, max(time_ms) AS time_ms FROM ${table} GROUP BY series) newest
    ON ${table}.series = newest.series AND ${table}.time_ms = newest.time_ms
  QUALIFY row_number() OVER (PARTITION BY ${table}.series ORDER BY ${table}.rowid DESC) = 1`
}

/** The newest readings of a table that is about to go. */
export const findNewest = (generation: number): string =>
  `CREATE OR REPLACE TEMP TABLE closing AS ${newestQuery(generation)}`

/** Takes them over into `newest`; at the same time the later written one. */
export const keepNewest: readonly string[] = [
  'DELETE FROM closing USING newest WHERE newest.series = closing.series AND newest.time_ms > closing.time_ms',
  'DELETE FROM newest USING closing WHERE newest.series = closing.series',
  'INSERT INTO newest SELECT * FROM closing',
]
