import { ofSeries } from './columns-query.ts'
import type { Sources } from './layout.ts'
import { rowsQuery, whole } from './rows-query.ts'

/** Series by number, and how far back each is wanted. */
export interface Since {
  readonly id: number
  readonly from: number
}

/**
 * Columns: series, time, value (NaN: none), quality code, in the order in which they lie. Where series reach back differently far,
 * each from its own time on.
 */
export function readingsQuery(folder: string, sources: Sources, series: readonly Since[], to: number): string {
  const ids = series.map(({ id }) => id).sort((a, b) => a - b)
  const from = earliest(series)
  const byFrom = Map.groupBy(series, (one) => one.from)
  const own = [...byFrom].map(
    ([since, some]) => `(time_ms >= ${whole(since)} AND series IN (${some.map(({ id }) => id).join(', ')}))`,
  )
  const each = byFrom.size > 1 ? ` AND (${own.join(' OR ')})` : ''
  return `SELECT series, time_ms::DOUBLE, coalesce(value, 'NaN'::DOUBLE), quality
    FROM (${rowsQuery(folder, sources, { from, to })}) WHERE ${ofSeries(ids)}${each}`
}

export const earliest = (series: readonly Since[]): number =>
  series.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY)
