import { join } from 'node:path'
import type { Sources, Stretch } from './layout.ts'

export const tableName = (generation: number): string => `open_${generation}`

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

export const fileList = (folder: string, parts: Sources['parts']): string =>
  `[${parts.map(({ file }) => quoted(join(folder, file))).join(', ')}]`

/** Start of the bucket `time_ms` lies in; the double modulo makes buckets before 1970 start at whole multiples too. */
export const startOf = (everyMs: number): string => `(time_ms - ((time_ms % ${everyMs}) + ${everyMs}) % ${everyMs})`

const columns = 'series, time_ms, value, quality'

/**
 * Every row of some sources: series, time_ms, value, quality, and what tells which of two at one (series, time) was written later:
 * the generation, then the place within it. Numbers stand in the text, not as parameters: only so are row groups left out unread.
 */
export function rowsQuery(folder: string, { parts, tables }: Sources, stretch?: Stretch): string {
  const where = stretch ? `WHERE ${within(stretch)}` : ''
  const branches = tables.map(
    (table) => `SELECT ${columns}, ${table}::BIGINT AS generation, rowid AS place FROM ${tableName(table)} ${where}`,
  )
  if (parts.length > 0) {
    const generations = `([${parts.map(({ generation }) => generation).join(', ')}]::BIGINT[])[(file_index + 1)::BIGINT]`
    branches.push(
      `SELECT ${columns}, ${generations} AS generation, 0::BIGINT AS place FROM read_parquet(${fileList(folder, parts)}) ${where}`,
    )
  }
  return branches.length > 0 ? branches.join(' UNION ALL ') : nothing
}

/** Rows of no source. */
export const nothing = `SELECT 0::INTEGER AS series, 0::BIGINT AS time_ms, 0::DOUBLE AS value, 0::UTINYINT AS quality,
  0::BIGINT AS generation, 0::BIGINT AS place WHERE false`

export function within({ series, from, to }: Stretch): string {
  const time = `time_ms >= ${whole(from)} AND time_ms < ${whole(to)}`
  return series === undefined ? time : `series = ${whole(series)} AND ${time}`
}

/** Bounds of time as DuckDB's BIGINT takes them; a bound between two milliseconds is the next one. */
export const whole = (number: number): number =>
  Math.ceil(Math.min(Math.max(number, -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER))

/** Of rows at one (series, time) the later written. */
export const newestRows = (rows: string): string => `
  SELECT ${columns} FROM (${rows})
  QUALIFY lead(time_ms) OVER (PARTITION BY series ORDER BY time_ms, generation, place) IS DISTINCT FROM time_ms`
