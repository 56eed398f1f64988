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

/** Keeps every system and indicator of a body. */
export async function writePast(tx: StateTx, body: BodyResult, at: number): Promise<void> {
  const rows = body.systems.flatMap(({ id, score, indicators }) => [
    { area: body.area, id: id as string, at, version: '', value: null, score },
    ...indicators.map((one) => ({
      area: body.area,
      id: one.id,
      at,
      version: one.version,
      value: one.valid ? one.value : null,
      score: one.score,
    })),
  ])
  for (const row of rows) {
    await tx
      .withTables<IndicatorTables>()
      .insertInto('indicator_past')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['area', 'id', 'at'])
          .doUpdateSet({ version: row.version, value: row.value, score: row.score }),
      )
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
