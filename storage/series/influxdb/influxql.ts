import { qualities } from '@civitals/contracts/quality'

/** An InfluxQL identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
const flag = (point: string): string => identifier(`${point}_q`)

/** Where the readings of one point of one group lie. */
export interface Column {
  readonly measurement: string
  readonly point: string
}

/** A stretch of one series: from <= time < to, ms. */
export interface Stretch extends Column {
  readonly terminal: string
  readonly from: number
  readonly to: number
}

const within = ({ measurement, terminal, from, to }: Stretch): string =>
  `FROM ${identifier(measurement)} WHERE "terminal" = ${text(terminal)} AND time >= ${from}ms AND time < ${to}ms`

/** Columns: time, value, quality code; null code = good. */
export const rawQuery = (stretch: Stretch, limit: number): string =>
  `SELECT ${identifier(stretch.point)}, ${flag(stretch.point)} ${within(stretch)} ORDER BY time ASC LIMIT ${limit}`

/** The columns of `rawQuery` of several terminals, by terminal; `limit` holds for each of them. */
export function rawOfMany(
  { measurement, point }: Column,
  terminals: readonly string[],
  from: number,
  to: number,
  limit: number,
): string {
  const wanted = terminals.map((terminal) => `"terminal" = ${text(terminal)}`).join(' OR ')
  return `SELECT ${identifier(point)}, ${flag(point)} FROM ${identifier(measurement)} WHERE (${wanted}) AND time >= ${from}ms AND time < ${to}ms GROUP BY "terminal" ORDER BY time ASC LIMIT ${limit}`
}

/** How many readings of the stretch are not good: 0 or no row when its buckets may be computed by the engine. */
export const flaggedQuery = (stretch: Stretch): string => `SELECT count(${flag(stretch.point)}) ${within(stretch)}`

/** Columns: time, mean, count, min, max. Buckets start at whole multiples since 1970; empty ones are left out. */
export function bucketQuery(stretch: Stretch, everyMs: number, limit: number): string {
  const point = identifier(stretch.point)
  return `SELECT mean(${point}), count(${point}), min(${point}), max(${point}) ${within(stretch)} GROUP BY time(${everyMs}ms) fill(none) LIMIT ${limit}`
}

/** Two statements: the newest value, the newest flag, by terminal. */
export function latestQuery({ measurement, point }: Column): string {
  const last = (field: string): string => `SELECT last(${field}) FROM ${identifier(measurement)} GROUP BY "terminal"`
  return `${last(identifier(point))}; ${last(flag(point))}`
}

/**
 * Three statements: values, flags, values that have a flag. Readings = values + flags - both, since a reading that is not
 * good may have a value or not.
 */
export function countQuery({ measurement, point }: Column): string {
  const count = (field: string, where = ''): string => `SELECT count(${field}) FROM ${identifier(measurement)}${where}`
  const flagged = ` WHERE ${flag(point)} >= ${qualities.uncertain.code}`
  return `${count(identifier(point))}; ${count(flag(point))}; ${count(identifier(point), flagged)}`
}
