import type { BodyResult } from '@civitals/contracts/body'
import type { StateStore, StateTx } from '@civitals/storage/state'
import type { IndicatorTables } from '../tables.ts'

/** How often scores of systems and indicators are kept. */
export const pastEveryMs = 600_000
/** How far from an instant the row that answers for it may lie. */
const nearMs = 2 * pastEveryMs

/** A system or an indicator at an earlier instant. */
export interface PastScore {
  readonly id: string
  readonly at: number
  /** Of the definition; empty for a system. */
  readonly version: string
  readonly value: number | null
  readonly score: number | null
}

/** Every system and indicator of a body. */
export const scoresOf = (body: BodyResult, at: number): PastScore[] =>
  body.systems.flatMap(({ id, score, indicators }) => [
    { id, at, version: '', value: null, score },
    ...indicators.map((one) => ({
      id: one.id,
      at,
      version: one.version,
      value: one.valid ? one.value : null,
      score: one.score,
    })),
  ])

/** Keeps every system and indicator of a body. */
export async function writePast(tx: StateTx, body: BodyResult, at: number): Promise<void> {
  for (const { version, value, score, ...named } of scoresOf(body, at)) {
    const found = { version, value, score, afterwards: 0 }
    await tx
      .withTables<IndicatorTables>()
      .insertInto('indicator_past')
      .values({ ...named, area: body.area, ...found })
      .onConflict((conflict) => conflict.columns(['area', 'id', 'at']).doUpdateSet(found))
      .execute()
  }
}

/** What stood at `at`: the newest rows not after it, within twenty minutes; none when nothing was kept. */
export async function readPast(db: StateStore['db'], area: string, at: number): Promise<readonly PastScore[]> {
  const rows = await db
    .withTables<IndicatorTables>()
    .selectFrom('indicator_past')
    .select(['id', 'at', 'version', 'value', 'score'])
    .where('area', '=', area)
    .where('at', '<=', at)
    .where('at', '>', at - nearMs)
    .orderBy('at')
    .execute()
  return [...new Map(rows.map((row) => [row.id, row])).values()]
}

/** Valid values of one indicator over time, oldest first. */
export async function valuesOf(
  db: StateStore['db'],
  area: string,
  id: string,
  from: number,
  to: number,
): Promise<readonly { readonly at: number; readonly value: number }[]> {
  const rows = await db
    .withTables<IndicatorTables>()
    .selectFrom('indicator_past')
    .select(['at', 'value'])
    .where('area', '=', area)
    .where('id', '=', id)
    .where('at', '>=', from)
    .where('at', '<=', to)
    .orderBy('at')
    .execute()
  return rows.flatMap(({ at, value }) => (value === null ? [] : [{ at, value }]))
}
