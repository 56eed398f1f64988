import type { BodyResult } from '@civitals/contracts/body'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { meanOrNull } from '../formulas/statistics.ts'
import type { IndicatorTables } from '../tables.ts'

/** Days the score of each minute is kept. */
export const historyDays = 30
const dayMs = 86_400_000

/** The score of an area at one instant, or the mean over one bucket; null = grade N throughout. */
export interface ScorePoint {
  readonly at: number
  readonly score: number | null
  /** Lowest lower and highest upper end of the interval within the bucket. */
  readonly low: number | null
  readonly high: number | null
  /** Nobody said so at the time: the centre was away, or not there yet. */
  readonly afterwards?: true
}

export interface HistoryQuery {
  /** Default: the city, minute by minute; other areas are kept every ten minutes. */
  readonly area?: string
  readonly from: number
  readonly to: number
  /** Bucket length; default one minute. */
  readonly everyMs?: number
}

/** Rows one statement writes: far below the parameters a database takes. */
const rowsAtOnce = 500

/** Writes the scores of one minute; the same minute again replaces them. */
export async function writeBodies(tx: StateTx, bodies: readonly BodyResult[], at: number): Promise<void> {
  const rows = bodies.map(({ area, score, interval }) => {
    const [low, high] = interval ?? [null, null]
    return { area, at, score, low, high, afterwards: 0 }
  })
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    await tx
      .withTables<IndicatorTables>()
      .insertInto('indicator_body')
      .values(rows.slice(from, from + rowsAtOnce))
      .onConflict((conflict) =>
        conflict.columns(['area', 'at']).doUpdateSet(({ ref }) => ({
          score: ref('excluded.score'),
          low: ref('excluded.low'),
          high: ref('excluded.high'),
          afterwards: 0,
        })),
      )
      .execute()
  }
}

/** Removes what is older than the history is kept. */
export async function trimBodies(tx: StateTx, now: number): Promise<void> {
  const db = tx.withTables<IndicatorTables>()
  const oldest = now - historyDays * dayMs
  await db.deleteFrom('indicator_body').where('at', '<', oldest).execute()
  await db.deleteFrom('indicator_past').where('at', '<', oldest).execute()
}

/** Score over time, oldest first; buckets without a row are left out. */
export async function readHistory(db: StateStore['db'], area: string, query: HistoryQuery): Promise<ScorePoint[]> {
  const rows = await db
    .withTables<IndicatorTables>()
    .selectFrom('indicator_body')
    .select(['at', 'score', 'low', 'high', 'afterwards'])
    .where('area', '=', area)
    .where('at', '>=', query.from)
    .where('at', '<', query.to)
    .orderBy('at')
    .execute()
  const every = Math.max(60_000, query.everyMs ?? 60_000)
  const buckets = Map.groupBy(rows, ({ at }) => at - (at % every))
  return [...buckets].map(([at, points]) => ({
    at,
    score: meanOrNull(known(points.map(({ score }) => score))),
    low: extreme(Math.min, known(points.map(({ low }) => low))),
    high: extreme(Math.max, known(points.map(({ high }) => high))),
    ...(points.every(({ afterwards }) => afterwards === 1) && { afterwards: true as const }),
  }))
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null)
const extreme = (of: (...values: number[]) => number, values: readonly number[]): number | null =>
  values.length === 0 ? null : of(...values)
