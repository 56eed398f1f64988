// How the city stood while nobody computed it: before the first start, and while the centre was away. Told apart from what was said at the time.
import type { BodyResult } from '@civitals/contracts/body'
import type { EpochMs } from '@civitals/contracts/clock'
import type { StateStore, StateTx } from '@civitals/storage/state'
import type { IndicatorTables } from '../tables.ts'
import { type PastScore, pastEveryMs, scoresOf } from './past.ts'

/** The city at one earlier instant. */
export interface PastInstant {
  readonly at: EpochMs
  readonly score: number | null
  readonly low: number | null
  readonly high: number | null
  /** Systems and indicators. */
  readonly scores: readonly PastScore[]
}

/** What is kept of a body. */
export function pastInstant(body: BodyResult): PastInstant {
  const [low, high] = body.interval ?? [null, null]
  return { at: body.at, score: body.score, low, high, scores: scoresOf(body, body.at) }
}

/** Instants every ten minutes, from <= at < to, in whose ten minutes no score was computed at the time; oldest first. */
export async function unseenInstants(
  db: StateStore['db'],
  area: string,
  from: EpochMs,
  to: EpochMs,
): Promise<readonly EpochMs[]> {
  const first = Math.ceil(from / pastEveryMs) * pastEveryMs
  const rows = await db
    .withTables<IndicatorTables>()
    .selectFrom('indicator_body')
    .select('at')
    .where('area', '=', area)
    .where('at', '>=', first)
    .where('at', '<', to + pastEveryMs)
    .where('afterwards', '=', 0)
    .execute()
  const seen = new Set(rows.map(({ at }) => at - (at % pastEveryMs)))
  const all = Array.from(
    { length: Math.max(0, Math.ceil((to - first) / pastEveryMs)) },
    (_, k) => first + k * pastEveryMs,
  )
  return all.filter((at) => !seen.has(at))
}

/** Writes instants computed afterwards, in place of earlier ones of the kind; what was said at the time stays. */
export async function writeAfterwards(tx: StateTx, area: string, instants: readonly PastInstant[]): Promise<void> {
  const db = tx.withTables<IndicatorTables>()
  for (const { at, score, low, high, scores } of instants) {
    await db
      .insertInto('indicator_body')
      .values({ area, at, score, low, high, afterwards: 1 })
      .onConflict((conflict) =>
        conflict.columns(['area', 'at']).doUpdateSet({ score, low, high }).where('indicator_body.afterwards', '=', 1),
      )
      .execute()
    await db
      .insertInto('indicator_past')
      .values(scores.map((one) => ({ ...one, area, at, afterwards: 1 })))
      .onConflict((conflict) =>
        conflict
          .columns(['area', 'id', 'at'])
          .doUpdateSet(({ ref }) => ({
            version: ref('excluded.version'),
            value: ref('excluded.value'),
            score: ref('excluded.score'),
          }))
          .where('indicator_past.afterwards', '=', 1),
      )
      .execute()
  }
}
