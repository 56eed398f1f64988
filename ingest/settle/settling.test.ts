// Settling through stores that fail: nothing acknowledged before both hold, nothing evaluated twice, nothing lost.
import { CivitalsError } from '@civitals/contracts/errors'
import { type MemoryContents, MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import { ingestMigrations } from '../migrations.ts'
import { envelopeOf } from '../testing/envelopes.ts'
import { openBench } from '../testing/settling-bench.ts'

const unavailable = new CivitalsError('CIV_STORAGE_SERIES_UNAVAILABLE', 'gone fishing', { retryable: true })

t.test('while the series store is down nothing is acknowledged, afterwards everything is', async (t) => {
  const series = new MemorySeries()
  await using bench = await openBench({ series })
  series.failure = unavailable
  bench.offer(envelopeOf(1))
  await bench.until(() => bench.settler.storeDown !== undefined)
  bench.offer(envelopeOf(2))
  await bench.clock.advance(60_000)
  await bench.until(() => (bench.settler.storeDown?.attempts ?? 0) > 3)
  t.match(bench.settler.storeDown, { store: 'series', message: 'gone fishing' })
  t.same([bench.acknowledged, bench.account(), bench.batches], [[], undefined, []])
  series.failure = undefined
  await bench.clock.advance(5_000)
  await bench.until(() => bench.account()?.stored === 2)
  t.equal(bench.settler.storeDown, undefined)
  t.ok(bench.acknowledged.includes('g1'))
})

t.test('while the state store is down readings are stored and nobody remembers', async (t) => {
  await using bench = await openBench()
  bench.breakable.failing = true
  bench.offer(envelopeOf(1))
  await bench.until(() => bench.settler.storeDown?.store === 'state')
  t.equal(await bench.series.count(), 1)
  t.same([bench.acknowledged, bench.batches, bench.account()], [[], [], undefined])
  bench.breakable.failing = false
  await bench.clock.advance(5_000)
  await bench.until(() => bench.account()?.stored === 1)
  t.equal(bench.batches.length, 1)
})

t.test('a crash between the two steps: sent again, stored once, evaluated for the first time', async (t) => {
  await using state = await openSqliteState({ file: ':memory:', migrations: ingestMigrations })
  const contents: MemoryContents = new Map()
  {
    await using before = await openBench({ state, contents })
    before.breakable.failing = true
    before.offer(envelopeOf(1))
    await before.until(() => before.settler.storeDown?.store === 'state')
    t.same(before.batches, [])
  }
  await using after = await openBench({ state, contents })
  t.equal(after.account(), undefined)
  after.offer(envelopeOf(1))
  await after.until(() => after.account()?.stored === 1)
  t.match(after.batches, [{ envelopes: [{ seq: 1 }] }])
  t.equal(await after.series.count(), 1)
  after.offer(envelopeOf(1))
  await after.until(() => after.account()?.duplicates === 1)
  t.equal(after.batches.length, 1)
})

t.test('a step that throws costs its own effect, not the readings', async (t) => {
  await using bench = await openBench({
    step: () => {
      throw new Error('division by cucumber')
    },
  })
  bench.offer(envelopeOf(1))
  await bench.until(() => bench.account()?.stored === 1)
  t.equal(bench.batches.length, 1, 'the next step had its turn')
})

t.test('what comes after a quiet time is settled at once, what follows on its heels is gathered', async (t) => {
  await using bench = await openBench({ paceMs: 100 })
  bench.offer(envelopeOf(1))
  await bench.until(() => bench.account()?.stored === 1)
  for (const seq of [2, 3]) {
    bench.offer(envelopeOf(seq))
    await bench.clock.advance(30)
  }
  t.equal(bench.settler.settlements, 1)
  await bench.clock.advance(40)
  await bench.until(() => bench.account()?.stored === 3)
  t.equal(bench.settler.settlements, 2)
})

t.test('enough has gathered: it is settled although the pace is not kept', async (t) => {
  await using bench = await openBench({ paceMs: 100, smallSettlement: 4 })
  bench.offer(envelopeOf(1))
  await bench.until(() => bench.account()?.stored === 1)
  for (const seq of [2, 3]) bench.offer(envelopeOf(seq))
  await bench.until(() => bench.account()?.stored === 3)
  t.equal(bench.settler.settlements, 2)
})

t.test('while one waits for the state store the next is written, and evaluated when the first holds', async (t) => {
  const contents: MemoryContents = new Map()
  await using bench = await openBench({ contents, smallSettlement: 1 })
  bench.breakable.failing = true
  bench.offer(envelopeOf(1))
  await bench.until(() => bench.settler.storeDown?.store === 'state')
  bench.offer(envelopeOf(2))
  await bench.until(() => [...contents.values()][0]?.size === 2)
  t.same([bench.acknowledged, bench.batches, bench.account()], [[], [], undefined])
  bench.offer(envelopeOf(2))
  bench.breakable.failing = false
  await bench.clock.advance(5_000)
  await bench.until(() => bench.account()?.duplicates === 1)
  t.same(
    bench.batches.map(({ envelopes }) => envelopes.map(({ seq }) => seq)),
    [[1], [2]],
  )
  t.match(bench.account(), { settled: [[1, 2]], stored: 2 })
})

t.test('what is asked for while a settlement is in hand is done after it, also when nothing more comes', async (t) => {
  await using bench = await openBench()
  bench.breakable.failing = true
  bench.offer(envelopeOf(1))
  await bench.until(() => bench.settler.storeDown?.store === 'state')
  let stored: number | undefined
  const between = bench.settler.between(async () => {
    stored = bench.account()?.stored
  })
  bench.breakable.failing = false
  await bench.clock.advance(5_000)
  await between
  t.equal(stored, 1)
})
