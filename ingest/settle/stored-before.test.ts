// Readings the series store holds already, written by a settlement that never held or released from those set aside: they count once in it, whichever envelope names them now.
import { FakeClock } from '@civitals/contracts/clock'
import { openDuckdbSeries } from '@civitals/storage/duckdb'
import { openSqliteState } from '@civitals/storage/sqlite'
import t, { type Test } from 'tap'
import { hourMs, readDigests } from '../ledger/digest.ts'
import { ingestMigrations } from '../migrations.ts'
import { terminalOf } from '../testing/city.ts'
import { configurationOf, toldOf } from '../testing/configurations.ts'
import { envelopeOf, sampleOf, startAt } from '../testing/envelopes.ts'
import { openBench } from '../testing/settling-bench.ts'

const metres = configurationOf({ depth: 'm' })
const envelope = envelopeOf(1, { config: metres.config, samples: [sampleOf('t1', startAt, { depth: 0.5 })] })
const hour = { from: startAt, to: startAt + 3_600_000 }

const duckdb = (t: Test) => openDuckdbSeries({ folder: t.testdir(), clock: new FakeClock(startAt) })

t.test('written, then set aside after a crash since its configuration was not told again yet', async (t) => {
  await using series = await duckdb(t)
  await using state = await openSqliteState({ file: ':memory:', migrations: ingestMigrations })
  {
    await using before = await openBench({ state, series })
    before.books.configurations.hear('g1', toldOf(metres), before.clock.now())
    before.breakable.failing = true
    before.offer(envelope)
    await before.until(() => before.settler.storeDown?.store === 'state')
    t.equal(await series.count(), 1)
  }
  await using after = await openBench({ state, series })
  after.offer(envelope)
  await after.until(() => after.account()?.setAside === 1)
  after.books.configurations.hear('g1', toldOf(metres), after.clock.now())
  after.queue.wake()
  await after.until(() => after.account()?.stored === 1)
  t.equal(await series.count(), 1)
  t.match(await series.digest(hour), [{ values: 1, sum: 50 }])
})

t.test('set aside whole and released, then asked for again', async (t) => {
  await using series = await duckdb(t)
  await using bench = await openBench({ series })
  const of = (seq: number) => envelopeOf(seq, { samples: [sampleOf('t9', startAt + seq, { depth: seq })] })
  for (const seq of [1, 2]) bench.offer(of(seq))
  await bench.until(() => bench.account()?.setAside === 2)
  await bench.registry.registerTerminal(terminalOf('t9', 'g1'))
  await bench.until(() => bench.account()?.stored === 2)
  await bench.settler.resend({ gateway: 'g1', spool: 'p1', ranges: [[1, 2]], by: 'li', why: 'to be sure' })
  for (const seq of [1, 2]) bench.offer(of(seq))
  await bench.until(() => bench.account()?.reopened.length === 0)
  t.equal(await series.count(), 2)
  t.match(await series.digest(hour), [{ values: 2, sum: 3 }])
})

t.test(
  'a terminal says the same minute twice: once the hour is closed the store holds what the ledger expects of it',
  async (t) => {
    const clock = new FakeClock(startAt)
    await using series = await openDuckdbSeries({ folder: t.testdir(), clock })
    await using bench = await openBench({ series })
    for (const [seq, depth] of [3, 5, 5].entries())
      bench.offer(envelopeOf(seq + 1, { samples: [sampleOf('t1', startAt, { depth })] }))
    await bench.until(() => bench.account()?.stored === 3)
    const [settled] = await readDigests(bench.breakable, hour.from - (hour.from % hourMs))
    clock.stepWall(2 * hourMs)
    await series.tend(true)
    t.match(await series.digest(hour), [{ values: 1, sum: 5 }])
    t.match(settled, { values: 1, sum: 5 })
  },
)
