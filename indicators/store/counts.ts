import type { StateStore, StateTx } from '@civitals/storage/state'
import type { IndicatorTables } from '../tables.ts'
import type { Counts } from '../windows/counts.ts'

/** How many of something there were within one hour. */
export interface CountRow {
  readonly name: string
  /** Any time within the first hour. */
  readonly at: number
  readonly count: number
  /** Hours the count is spread over evenly, those that have begun: 24 for a day's total. Default 1. */
  readonly hours?: number
}

const hourMs = 3_600_000
const hourOf = (at: number): number => at - (at % hourMs)

/**
 * Totals by the hour. A count is what there has been up to `now`: where its hours reach beyond, it is spread over those that have
 * begun; a row that lies ahead is left out.
 */
export function byHour(rows: readonly CountRow[], now: number): { name: string; hour: number; count: number }[] {
  const sums = new Map<string, { name: string; hour: number; count: number }>()
  for (const { name, at, count, hours = 1 } of rows) {
    const begun = Math.min(hours, Math.floor((now - hourOf(at)) / hourMs) + 1)
    for (let k = 0; k < begun; k++) {
      const hour = hourOf(at) + k * hourMs
      const sum = sums.get(`${name}/${hour}`) ?? { name, hour, count: 0 }
      sum.count += count / begun
      sums.set(`${name}/${hour}`, sum)
    }
  }
  return [...sums.values()]
}

/** Sets the totals of hours, replacing what stood there. */
export async function writeCounts(
  tx: StateTx,
  rows: readonly { name: string; hour: number; count: number }[],
): Promise<void> {
  for (const row of rows) {
    await tx
      .withTables<IndicatorTables>()
      .insertInto('indicator_count')
      .values(row)
      .onConflict((conflict) => conflict.columns(['name', 'hour']).doUpdateSet({ count: row.count }))
      .execute()
  }
}

/** Fills `counts` with what is stored under `name` since `from`. */
export async function readCounts(db: StateStore['db'], name: string, from: number, counts: Counts): Promise<void> {
  const rows = await db
    .withTables<IndicatorTables>()
    .selectFrom('indicator_count')
    .select(['hour', 'count'])
    .where('name', '=', name)
    .where('hour', '>=', from)
    .orderBy('hour')
    .execute()
  for (const { hour, count } of rows) counts.set(hour, count)
}

/** Stored hours of one name, oldest first. */
export async function hoursOf(
  db: StateStore['db'],
  name: string,
  from: number,
  to: number,
): Promise<readonly { readonly hour: number; readonly count: number }[]> {
  return db
    .withTables<IndicatorTables>()
    .selectFrom('indicator_count')
    .select(['hour', 'count'])
    .where('name', '=', name)
    .where('hour', '>=', from)
    .where('hour', '<', to)
    .orderBy('hour')
    .execute()
}
