// What the ledger counts when envelopes come again, are unusable, or never come.
import t from 'tap'
import { listLosses, readAccounts } from '../ledger/store.ts'
import { envelopeOf, startAt } from '../testing/envelopes.ts'
import { openBench } from '../testing/settling-bench.ts'

t.test('the same envelope twice in one settlement counts once', async (t) => {
  await using bench = await openBench()
  for (let copy = 0; copy < 3; copy++) bench.offer(envelopeOf(1))
  await bench.until(() => bench.account()?.duplicates === 2)
  t.match(bench.account(), { stored: 1, settled: [[1, 1]] })
})

t.test('the same envelope again while its settlement is on the way counts once', async (t) => {
  await using bench = await openBench()
  bench.breakable.failing = true
  bench.offer(envelopeOf(1))
  await bench.until(() => bench.settler.storeDown?.store === 'state')
  bench.offer(envelopeOf(1))
  bench.offer(envelopeOf(2))
  await bench.until(() => bench.queue.deliveries === 0)
  bench.breakable.failing = false
  await bench.clock.advance(5_000)
  await bench.until(() => bench.account()?.duplicates === 1)
  t.match(bench.account(), { stored: 2, settled: [[1, 2]] })
  t.equal(bench.batches.flatMap(({ envelopes }) => envelopes).length, 2)
})

t.test('an unusable envelope that says its name is settled as rejected', async (t) => {
  await using bench = await openBench()
  bench.offer(Buffer.from('{"spool":"p1","seq":1,"samples":[{"values":{"a":1,"b":2}}]}'))
  bench.offer(Buffer.from('no envelope at all'))
  bench.offer(envelopeOf(2))
  await bench.until(() => bench.account()?.stored === 1)
  t.match(bench.account(), { settled: [[1, 2]], rejected: 2 })
  t.equal(bench.books.rejects.counts()['malformed envelope'], 2)
  const { items } = await bench.books.rejects.page(10)
  t.match(items, [{ scope: 'envelope' }, { scope: 'envelope', spool: 'p1', seq: 1 }])
})

t.test('a declared gap is settled and counted as lost, once', async (t) => {
  await using bench = await openBench()
  const gap = { fromSeq: 1, toSeq: 4, readings: 9, from: startAt, to: startAt, reason: 'disk full' }
  bench.offer(envelopeOf(5, { gaps: [gap] }))
  bench.offer(envelopeOf(6, { gaps: [gap] }))
  bench.offer(envelopeOf(3))
  await bench.until(() => bench.account()?.duplicates === 1)
  t.match(bench.account(), { settled: [[1, 6]], stored: 2, declaredLost: 9 })
})

t.test('of a gap settled in part only the rest is lost', async (t) => {
  await using bench = await openBench()
  bench.offer(envelopeOf(1))
  bench.offer(envelopeOf(2))
  await bench.until(() => bench.account()?.stored === 2)
  const gap = { fromSeq: 1, toSeq: 5, readings: 5, from: startAt, to: startAt, reason: 'disk full' }
  bench.offer(envelopeOf(6, { gaps: [gap] }))
  await bench.until(() => bench.account()?.stored === 3)
  t.match(bench.account(), { settled: [[1, 6]], stored: 3, declaredLost: 3 })
})

t.test('a gap of an older spool is booked there, and one of unknown size says so', async (t) => {
  await using bench = await openBench()
  const gap = { fromSeq: 3, toSeq: 8, readings: 4, from: startAt, to: startAt, reason: 'spool file damaged' }
  bench.offer(envelopeOf(1, { gaps: [{ ...gap, spool: 'p0', atLeast: true }] }))
  await bench.until(() => bench.account()?.stored === 1)
  t.match(bench.account(), { settled: [[1, 1]], declaredLost: 0, lossAtLeast: false })
  t.match(bench.books.accounts.get('g1', 'p0'), { settled: [[3, 8]], declaredLost: 4, lossAtLeast: true })
  t.match(await listLosses(bench.breakable), [{ spool: 'p0', fromSeq: 3, toSeq: 8, readings: 4, atLeast: true }])
  t.match((await readAccounts(bench.breakable)).get('g1', 'p0'), { lossAtLeast: true }, 'also after a restart')
  bench.offer(envelopeOf(2, { gaps: [{ ...gap, spool: 'p0', atLeast: true }] }))
  await bench.until(() => bench.account()?.stored === 2)
  t.match(bench.books.accounts.get('g1', 'p0'), { declaredLost: 4 }, 'once')
})
