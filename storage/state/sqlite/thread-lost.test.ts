import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import t from 'tap'
import { openSqliteState } from './io/sqlite.ts'

type Tables = { light: { id: string } }
const migrations = [{ id: 'test-001', statements: ['CREATE TABLE light (id TEXT PRIMARY KEY) STRICT'] }]
const folder = mkdtempSync(join(tmpdir(), 'civitals-lost-'))
t.teardown(() => rmSync(folder, { recursive: true }))

async function openWatched(file: string) {
  const born = once(process, 'worker')
  const store = await openSqliteState({ file, migrations })
  const [thread] = (await born) as [Worker]
  return { store, thread }
}

t.test('a crash in mid-transaction loses the transaction only; the next call opens the file again', async (t) => {
  const { store, thread } = await openWatched(join(folder, 'state.db'))
  await using _ = store
  const insert = (id: string) =>
    store.transaction((tx) => tx.withTables<Tables>().insertInto('light').values({ id }).execute())
  await insert('before')
  const crashed = store.transaction(async (tx) => {
    const db = tx.withTables<Tables>()
    await db.insertInto('light').values({ id: 'lost' }).execute()
    await thread.terminate()
    const rest = db.insertInto('light').values({ id: 'orphan' }).execute()
    await t.rejects(rest, { code: 'CIV_STORAGE_STATE_LOST' }, 'what follows must not run outside the transaction')
    await rest
  })
  await t.rejects(crashed, { code: 'CIV_STORAGE_STATE_LOST', retryable: true })
  await insert('after')
  const rows = await store.db.withTables<Tables>().selectFrom('light').select('id').orderBy('id').execute()
  t.same(rows, [{ id: 'after' }, { id: 'before' }])
})

t.test('everything pending is rejected when the thread ends', async (t) => {
  const { store, thread } = await openWatched(join(folder, 'pending.db'))
  await using _ = store
  const reads = Array.from({ length: 5 }, () => store.db.withTables<Tables>().selectFrom('light').selectAll().execute())
  const pending = Promise.allSettled(reads)
  await thread.terminate()
  for (const outcome of await pending) {
    if (outcome.status === 'rejected') t.match(outcome.reason, { code: 'CIV_STORAGE_STATE_LOST', retryable: true })
  }
  t.ok((await pending).some(({ status }) => status === 'rejected'))
})

t.test('in memory what is lost stays lost', async (t) => {
  const { store, thread } = await openWatched(':memory:')
  await using _ = store
  await thread.terminate()
  await t.rejects(store.db.withTables<Tables>().selectFrom('light').selectAll().execute(), {
    code: 'CIV_STORAGE_STATE_LOST',
    retryable: false,
  })
})
