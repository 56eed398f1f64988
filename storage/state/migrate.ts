import { createHash } from 'node:crypto'
import { CivitalsError } from '@civitals/contracts/errors'
import { type Kysely, sql } from 'kysely'
import type { Migration, StateTx } from './port.ts'

type MigrationTable = {
  civitals_migration: { id: string; digest: string }
}

/**
 * Brings the schema to where `migrations` lead, in the order of their ids, all or nothing within `tx`.
 * Refuses a store that knows a migration we do not (a newer release wrote it), and one whose applied migration reads
 * differently today (its table would not be what the code expects).
 */
export async function applyMigrations(tx: StateTx, migrations: readonly Migration[]): Promise<void> {
  const db = tx.withTables<MigrationTable>()
  await sql`CREATE TABLE IF NOT EXISTS civitals_migration (id TEXT PRIMARY KEY, digest TEXT NOT NULL)`.execute(db)
  const applied = await db.selectFrom('civitals_migration').selectAll().execute()
  const pending = pendingMigrations(migrations, new Map(applied.map(({ id, digest }) => [id, digest])))
  for (const migration of pending) await applyOne(db, migration)
}

/** What is left to apply, in order. */
export function pendingMigrations(
  migrations: readonly Migration[],
  applied: ReadonlyMap<string, string>,
): readonly Migration[] {
  const known = new Map(migrations.map((migration) => [migration.id, migration]))
  if (known.size < migrations.length) {
    throw new CivitalsError('CIV_STORAGE_MIGRATION_TWICE', 'Two migrations have the same id.', {
      context: { ids: migrations.map(({ id }) => id) },
    })
  }
  for (const [id, digest] of applied) {
    const migration = known.get(id)
    if (!migration) {
      throw new CivitalsError('CIV_STORAGE_SCHEMA_NEWER', `The state store was written by a newer release (${id}).`, {
        context: { migration: id },
      })
    }
    if (digestOf(migration) !== digest) {
      throw new CivitalsError('CIV_STORAGE_MIGRATION_CHANGED', `Migration ${id} reads differently than when applied.`, {
        context: { migration: id },
      })
    }
  }
  return [...known.values()].filter(({ id }) => !applied.has(id)).sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** SHA-256 of the statements; white space may change. */
export const digestOf = (migration: Migration): string =>
  createHash('sha256')
    .update(migration.statements.map((text) => text.replace(/\s+/g, ' ').trim()).join(';'))
    .digest('hex')

async function applyOne(db: Kysely<MigrationTable>, migration: Migration): Promise<void> {
  for (const statement of migration.statements) await sql.raw(statement).execute(db)
  await db
    .insertInto('civitals_migration')
    .values({ id: migration.id, digest: digestOf(migration) })
    .execute()
}
