// What is kept of gateways that tell too much, or nonsense.
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import { ingestMigrations } from '../migrations.ts'
import { configurationOf, toldOf } from '../testing/configurations.ts'
import { ConfigurationBook, mostKept } from './configuration-book.ts'

t.test('what is none is told and changes nothing', async (t) => {
  await using state = await openSqliteState({ file: ':memory:', migrations: ingestMigrations })
  const book = await ConfigurationBook.open(state)
  t.match(book.hear('g1', Buffer.from('x'), 0), /JSON/)
  t.notOk(book.hasPending)
  t.equal(book.unitsOf('g1', 'u1-0123456789abcdef', 't1'), 'unknown')
})

t.test('a gateway that tells without end keeps its newest ones, in the store too', async (t) => {
  await using state = await openSqliteState({ file: ':memory:', migrations: ingestMigrations })
  const book = await ConfigurationBook.open(state)
  const all = Array.from({ length: mostKept.configurations + 20 }, (_, n) => configurationOf({ depth: 'cm' }, `${n}`))
  const store = async () => {
    const change = book.pending()
    await state.transaction((tx) => book.write(tx, change))
    book.committed(change)
  }
  for (const [order, one] of all.entries()) {
    t.equal(book.hear('g1', toldOf(one), order), undefined)
    if (order === 300) await store()
  }
  await store()
  t.notOk(book.hasPending)
  for (const held of [book, await ConfigurationBook.open(state)]) {
    const known = all.filter(({ config }) => held.unitsOf('g1', config, 't1') !== 'unknown')
    t.same(known, all.slice(20))
  }
  t.equal(book.hear('g1', toldOf(all[0] as (typeof all)[0]), 1), undefined)
  t.not(book.unitsOf('g1', all[0]?.config ?? '', 't1'), 'unknown', 'one told again is known again')
})

t.test('one that is told again is no news', async (t) => {
  await using state = await openSqliteState({ file: ':memory:', migrations: ingestMigrations })
  const book = await ConfigurationBook.open(state)
  const told = toldOf(configurationOf({ depth: 'm' }))
  book.hear('g1', told, 0)
  book.committed(book.pending())
  book.hear('g1', told, 1)
  t.notOk(book.hasPending)
  t.same(book.unitsOf('g1', configurationOf({ depth: 'm' }).config, 't1'), new Map([['depth', 'm']]))
})
