import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { openSqliteState } from './io/sqlite.ts'

type Tables = {
  light: { id: string; lit: number; seen: number }
}

const migrations = [
  { id: 'test-001', statements: ['CREATE TABLE light (id TEXT PRIMARY KEY, lit INTEGER, seen INTEGER) STRICT'] },
]
const folder = mkdtempSync(join(tmpdir(), 'civitals-state-'))
t.teardown(() => rmSync(folder, { recursive: true }))
let files = 0
const inFile = () => openSqliteState({ file: join(folder, 'deep', `${files++}.db`), migrations })
const inMemory = () => openSqliteState({ file: ':memory:', migrations })

for (const [name, open] of [['file', inFile] as const, ['memory', inMemory] as const]) {
  t.test(`${name}: what a transaction wrote is there after it, as numbers`, async (t) => {
    await using store = await open()
    const largest = Number.MAX_SAFE_INTEGER
    const back = await store.transaction((tx) =>
      tx
        .withTables<Tables>()
        .insertInto('light')
        .values([
          { id: 'a', lit: 1, seen: largest },
          { id: 'b', lit: true as unknown as number, seen: 0 },
        ])
        .returning('id')
        .execute(),
    )
    t.same(back, [{ id: 'a' }, { id: 'b' }])
    const rows = await store.db.withTables<Tables>().selectFrom('light').selectAll().orderBy('id').execute()
    t.same(rows, [
      { id: 'a', lit: 1, seen: largest },
      { id: 'b', lit: 1, seen: 0 },
    ])
  })

  t.test(`${name}: what work throws rolls everything back and is thrown again`, async (t) => {
    await using store = await open()
    const failure = new Error('changed my mind')
    const work = store.transaction(async (tx) => {
      await tx.withTables<Tables>().insertInto('light').values({ id: 'a', lit: 1, seen: 0 }).execute()
      throw failure
    })
    await t.rejects(work, failure)
    t.same(await store.db.withTables<Tables>().selectFrom('light').selectAll().execute(), [])
  })

  t.test(`${name}: transactions run one at a time, in order`, async (t) => {
    await using store = await open()
    await store.transaction((tx) =>
      tx.withTables<Tables>().insertInto('light').values({ id: 'a', lit: 1, seen: 0 }).execute(),
    )
    const order: number[] = []
    const raise = (turn: number) =>
      store.transaction(async (tx) => {
        const db = tx.withTables<Tables>()
        const { seen } = await db.selectFrom('light').select('seen').executeTakeFirstOrThrow()
        order.push(turn)
        await db
          .updateTable('light')
          .set({ seen: seen + 1 })
          .execute()
      })
    await Promise.all(Array.from({ length: 20 }, (_, turn) => raise(turn)))
    const { seen } = await store.db.withTables<Tables>().selectFrom('light').select('seen').executeTakeFirstOrThrow()
    t.equal(seen, 20)
    t.same(
      order,
      Array.from({ length: 20 }, (_, turn) => turn),
    )
  })

  t.test(`${name}: the reading handle does not write`, async (t) => {
    await using store = await open()
    const insert = store.db.withTables<Tables>().insertInto('light').values({ id: 'a', lit: 1, seen: 0 })
    await t.rejects(insert.execute(), { code: 'CIV_STORAGE_STATE_SQL' })
    await t.rejects(
      store.db.transaction().execute(async () => 1),
      { code: 'CIV_STORAGE_STATE_READ_ONLY' },
    )
  })

  t.test(`${name}: a transaction inside a transaction is refused instead of waiting for ever`, async (t) => {
    await using store = await open()
    await t.rejects(
      store.transaction(() => store.transaction(async () => 1)),
      { code: 'CIV_STORAGE_STATE_NESTED' },
    )
    t.equal(await store.transaction(async () => 1), 1)
  })

  t.test(`${name}: a broken constraint has its own code and leaves the transaction to its owner`, async (t) => {
    await using store = await open()
    await store.transaction(async (tx) => {
      const db = tx.withTables<Tables>()
      await db.insertInto('light').values({ id: 'a', lit: 1, seen: 0 }).execute()
      const again = db.insertInto('light').values({ id: 'a', lit: 1, seen: 0 }).execute()
      await t.rejects(again, { code: 'CIV_STORAGE_STATE_CONSTRAINT', retryable: false })
      await db.insertInto('light').values({ id: 'b', lit: 1, seen: 0 }).execute()
    })
    const rows = await store.db.withTables<Tables>().selectFrom('light').select('id').orderBy('id').execute()
    t.same(rows, [{ id: 'a' }, { id: 'b' }])
  })
}

t.test('file: a reader beside an open transaction sees nothing of it', async (t) => {
  await using store = await inFile()
  const lights = () => store.db.withTables<Tables>().selectFrom('light').select('id').execute()
  await store.transaction(async (tx) => {
    await tx.withTables<Tables>().insertInto('light').values({ id: 'a', lit: 1, seen: 0 }).execute()
    t.same(await lights(), [])
  })
  t.same(await lights(), [{ id: 'a' }])
})

t.test('memory: a reader waits for the open transaction', async (t) => {
  await using store = await inMemory()
  const writing = store.transaction(async (tx) => {
    const db = tx.withTables<Tables>()
    await db.insertInto('light').values({ id: 'a', lit: 1, seen: 0 }).execute()
    await db.updateTable('light').set({ lit: 0 }).execute()
  })
  const reading = store.db.withTables<Tables>().selectFrom('light').selectAll().execute()
  await writing
  t.same(await reading, [{ id: 'a', lit: 0, seen: 0 }])
})

t.test('file: what was committed is there after closing and opening again', async (t) => {
  const file = join(folder, 'again.db')
  const first = await openSqliteState({ file, migrations })
  await first.transaction((tx) =>
    tx.withTables<Tables>().insertInto('light').values({ id: 'a', lit: 1, seen: 0 }).execute(),
  )
  await first.close()
  await first.close()
  await t.rejects(first.db.withTables<Tables>().selectFrom('light').selectAll().execute(), {
    code: 'CIV_STORAGE_STATE_CLOSED',
  })
  await using second = await openSqliteState({ file, migrations })
  t.equal((await second.db.withTables<Tables>().selectFrom('light').selectAll().execute()).length, 1)
})
