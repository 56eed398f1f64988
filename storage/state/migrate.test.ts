import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Migration } from './port.ts'
import { openSqliteState } from './sqlite/io/sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'civitals-migrate-'))
t.teardown(() => rmSync(folder, { recursive: true }))
const lamps: Migration = { id: 'a-001', statements: ['CREATE TABLE lamp (id TEXT PRIMARY KEY)'] }
const colours: Migration = {
  id: 'a-002',
  statements: ['ALTER TABLE lamp ADD COLUMN colour TEXT', "INSERT INTO lamp VALUES ('x', 'red')"],
}
type Tables = {
  lamp: { id: string; colour: string }
}

async function lampsOf(file: string, migrations: readonly Migration[]) {
  await using store = await openSqliteState({ file, migrations })
  return await store.db.withTables<Tables>().selectFrom('lamp').selectAll().execute()
}

t.test('migrations apply in the order of their ids, each once', async (t) => {
  const file = join(folder, 'order.db')
  t.same(await lampsOf(file, [lamps]), [])
  t.same(await lampsOf(file, [colours, lamps]), [{ id: 'x', colour: 'red' }])
  t.same(await lampsOf(file, [colours, lamps]), [{ id: 'x', colour: 'red' }])
})

t.test('a store written by a newer release is refused', async (t) => {
  const file = join(folder, 'newer.db')
  await lampsOf(file, [lamps, colours])
  await t.rejects(lampsOf(file, [lamps]), { code: 'CIV_STORAGE_SCHEMA_NEWER', context: { migration: 'a-002' } })
})

t.test('an applied migration that was changed is refused; white space does not count', async (t) => {
  const file = join(folder, 'changed.db')
  await lampsOf(file, [lamps])
  await t.resolves(lampsOf(file, [{ id: 'a-001', statements: ['CREATE TABLE lamp\n  (id TEXT PRIMARY KEY)'] }]))
  const other = { id: 'a-001', statements: ['CREATE TABLE lamp (id TEXT)'] }
  await t.rejects(lampsOf(file, [other]), { code: 'CIV_STORAGE_MIGRATION_CHANGED' })
})

t.test('a migration that fails leaves nothing of its company', async (t) => {
  const file = join(folder, 'half.db')
  const broken = { id: 'a-003', statements: ['CREATE TABLE half (id TEXT)', 'NONSENSE'] }
  await t.rejects(lampsOf(file, [lamps, broken]), { code: 'CIV_STORAGE_STATE_SQL' })
  t.same(await lampsOf(file, [lamps]), [])
})

t.test('two migrations of one id are refused', async (t) => {
  await t.rejects(lampsOf(':memory:', [lamps, lamps]), { code: 'CIV_STORAGE_MIGRATION_TWICE' })
})
