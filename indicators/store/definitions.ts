import type { KeptChange } from '@civitals/contracts/definition-change'
import type { StateStore, StateTx } from '@civitals/storage/state'
import type { Catalogue } from '../catalogue.ts'
import { type CatalogueRecord, type Change, catalogueFrom } from '../change-plan.ts'
import type { IndicatorTables } from '../tables.ts'

/** Who changed the definitions, when and why. */
export interface ChangeNote {
  readonly at: number
  readonly by: string
  readonly why: string
}

/** Every version in store; nothing in an empty store. */
export async function readCatalogue(db: StateStore['db']): Promise<Catalogue> {
  const rows = await db
    .withTables<IndicatorTables>()
    .selectFrom('indicator_definition')
    .selectAll()
    .orderBy('key')
    .orderBy('version')
    .execute()
  return catalogueFrom(
    rows.map(
      ({ kind, key, version, content }) => ({ kind, key, version, content: JSON.parse(content) }) as CatalogueRecord,
    ),
  )
}

/** Writes the changes and the history of them. */
export async function writeChanges(
  tx: StateTx,
  changes: readonly Change[],
  { at, by, why }: ChangeNote,
): Promise<void> {
  const db = tx.withTables<IndicatorTables>()
  const newest = await db
    .selectFrom('indicator_change')
    .select(({ fn }) => fn.max('id').as('id'))
    .executeTakeFirst()
  let id = Number(newest?.id ?? 0)
  for (const { what, record, before, from } of changes) {
    const { kind, key, version } = record
    const content = JSON.stringify(record.content)
    await db
      .insertInto('indicator_definition')
      .values({ kind, key, version, content })
      .onConflict((conflict) => conflict.columns(['kind', 'key', 'version']).doUpdateSet({ content }))
      .execute()
    const kept = { id: ++id, at, by, why, what, key, version, from_day: from }
    await db
      .insertInto('indicator_change')
      .values({ ...kept, before: before ? JSON.stringify(before.content) : null, after: content })
      .execute()
  }
}

/** Changes, newest first; at most `limit`. */
export async function readChanges(
  db: StateStore['db'],
  limit: number,
  before?: number,
): Promise<readonly KeptChange[]> {
  const all = db.withTables<IndicatorTables>().selectFrom('indicator_change').selectAll().orderBy('id', 'desc')
  const rows = await (before === undefined ? all : all.where('id', '<', before)).limit(limit).execute()
  return rows.map(({ from_day: from, before: old, after, ...row }) => ({
    ...row,
    from,
    before: old === null ? null : JSON.parse(old),
    after: JSON.parse(after),
  }))
}
