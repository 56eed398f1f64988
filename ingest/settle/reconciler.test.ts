// A store that answered "stored" and did not, or lost it since, is found and mended by a resend.
import type { SettlementBatch } from '@civitals/contracts/settlement'
import { MemorySeries } from '@civitals/storage/series-memory'
import t, { type Test } from 'tap'
import { envelopeOf, sampleOf, startAt } from '../testing/envelopes.ts'
import { openBench } from '../testing/settling-bench.ts'
import { Reconciler } from './reconciler.ts'

/** Answers that it stored envelopes it never kept, or kept otherwise. */
class Liar extends MemorySeries {
  lie: ((batch: SettlementBatch) => SettlementBatch) | undefined
  override async write(batch: SettlementBatch) {
    await super.write(this.lie?.(batch) ?? batch)
    return { refused: [] }
  }
}
const drops =
  (...seqs: number[]) =>
  (batch: SettlementBatch): SettlementBatch => ({
    ...batch,
    envelopes: batch.envelopes.filter(({ seq }) => !seqs.includes(seq)),
  })
const falsifies = (batch: SettlementBatch): SettlementBatch => ({
  ...batch,
  envelopes: batch.envelopes.map((one) => ({
    ...one,
    readings: one.readings.map((reading) => ({ ...reading, value: (reading.value ?? 0) + 0.001 })),
  })),
})

async function openReconciled(t: Test) {
  const series = new Liar()
  const bench = await openBench({ series })
  t.teardown(() => bench[Symbol.asyncDispose]())
  const logger = { warn: () => undefined, error: () => undefined }
  const { breakable: state, registry, settler, clock } = bench
  const reconciler = new Reconciler({ series, state, registry, settler, clock, logger })
  const settle = async (from: number, to: number) => {
    for (let seq = from; seq <= to; seq++) bench.offer(envelopeOf(seq))
    await bench.until(() => bench.account()?.settled[0]?.[1] === to)
  }
  return { series, bench, reconciler, settle }
}

t.test('readings that were acknowledged and not kept are sent for again, and then nothing differs', async (t) => {
  const { series, bench, reconciler, settle } = await openReconciled(t)
  series.lie = drops(3, 7)
  await settle(1, 20)
  series.lie = undefined
  await bench.clock.advance(2 * 3_600_000)
  await reconciler.run()
  t.match(await reconciler.report(), {
    runs: 1,
    differences: 1,
    resends: 1,
    last: { hours: 1, failure: null },
    differing: [{ gateway: 'g1', hour: startAt, verdict: 'missing', settled: 20, stored: 18, resends: 1 }],
  })
  t.match(bench.commands, [{ kind: 'resend', spool: 'p1', ranges: [[1, 20]] }])
  for (let seq = 1; seq <= 20; seq++) bench.offer(envelopeOf(seq))
  await bench.until(() => bench.account()?.reopened.length === 0)
  t.equal(await series.count(), 20)
  t.match(bench.account(), { stored: 20, duplicates: 0 })
  await reconciler.run()
  t.match(await reconciler.report(), { differing: [], resends: 1, last: { differences: 0 } })
})

t.test('a settlement that was committed without an answer counts once', async (t) => {
  const { bench, reconciler, settle } = await openReconciled(t)
  await settle(1, 3)
  bench.breakable.unheard = 1
  const settling = settle(4, 6)
  await bench.until(() => bench.breakable.unheard === 0)
  await bench.clock.advance(1_000)
  await settling
  await bench.clock.advance(2 * 3_600_000)
  await reconciler.run()
  t.match(await reconciler.report(), { runs: 1, differences: 0, differing: [], last: { failure: null } })
})

t.test('values that were kept otherwise are sent for again', async (t) => {
  const { series, bench, reconciler, settle } = await openReconciled(t)
  series.lie = falsifies
  await settle(1, 5)
  await bench.clock.advance(2 * 3_600_000)
  await reconciler.run()
  t.match(await reconciler.report(), { differing: [{ verdict: 'different', settled: 5, stored: 5 }] })
  t.equal(bench.commands.length, 1)
})

t.test('what does not mend by being sent twice is shown, not asked for for ever', async (t) => {
  const { series, bench, reconciler, settle } = await openReconciled(t)
  series.lie = drops(2)
  await settle(1, 5)
  await bench.clock.advance(2 * 3_600_000)
  for (let run = 1; run <= 4; run++) {
    await reconciler.run()
    for (let seq = 1; seq <= 5; seq++) bench.offer(envelopeOf(seq))
    await bench.until(() => bench.account()?.reopened.length === 0 && bench.queue.deliveries === 0)
  }
  t.equal(bench.commands.length, 2)
  t.match(await reconciler.report(), { differing: [{ verdict: 'missing', resends: 2 }] })
})

t.test(
  'an hour that agrees is compared again when something late was settled, the present hour not at all',
  async (t) => {
    const { series, bench, reconciler, settle } = await openReconciled(t)
    await settle(1, 5)
    await reconciler.run()
    t.match(await reconciler.report(), { last: { hours: 0 } })
    await bench.clock.advance(2 * 3_600_000)
    series.lie = drops(6)
    await reconciler.run()
    t.match(await reconciler.report(), { last: { hours: 1 }, differing: [] })
    await settle(6, 6)
    await reconciler.run()
    t.match(await reconciler.report(), { differing: [{ verdict: 'missing', settled: 6, stored: 5 }] })
  },
)

t.test('readings more than were settled are shown and change nothing', async (t) => {
  const { series, bench, reconciler, settle } = await openReconciled(t)
  await settle(1, 5)
  const reading = { terminal: 't1', point: 'flow', at: startAt + 5, value: 1, quality: 'good' } as const
  await series.write({ envelopes: [{ gateway: 'g1', spool: 'x', seq: 1, readings: [reading] }], receivedAt: startAt })
  await bench.clock.advance(2 * 3_600_000)
  await reconciler.run()
  t.match(await reconciler.report(), { resends: 0, differing: [{ verdict: 'surplus' }] })
  t.equal(bench.commands.length, 0)
})

t.test('readings admitted from aside are part of the comparison', async (t) => {
  const { bench, reconciler } = await openReconciled(t)
  bench.offer(envelopeOf(1, { samples: [sampleOf('t9', startAt + 1_000, { depth: 4 })] }))
  await bench.until(() => bench.account()?.setAside === 1)
  await bench.registry.registerTerminal({ ...bench.registry.terminals()[0]!, id: 't9' })
  await bench.until(() => bench.account()?.stored === 1)
  await bench.clock.advance(2 * 3_600_000)
  await reconciler.run()
  t.match(await reconciler.report(), { last: { hours: 1, differences: 0 }, differing: [] })
})

t.test('a store that does not answer makes a failed run, and the next is a new one', async (t) => {
  const { series, bench, reconciler, settle } = await openReconciled(t)
  await settle(1, 5)
  await bench.clock.advance(2 * 3_600_000)
  const digest = series.digest
  series.digest = () => Promise.reject(new Error('no answer'))
  await reconciler.run()
  t.match(await reconciler.report(), { runs: 1, last: { failure: 'no answer' }, differing: [] })
  series.digest = digest
  await reconciler.run()
  t.match(await reconciler.report(), { runs: 2, last: { failure: null, hours: 1 } })
})

t.test(
  'a reading that took the place of one of the same time is not missing, nor is what was lost hidden by it',
  async (t) => {
    const { series, bench, reconciler } = await openReconciled(t)
    const sample = (at: number, depth: number) => sampleOf('t1', startAt + at, { depth })
    bench.offer(envelopeOf(1, { samples: [sample(1, 10), sample(1, 11)] }))
    await bench.until(() => bench.account()?.stored === 2)
    bench.offer(envelopeOf(2, { samples: [sample(1, 12), { ...sample(2, 5), quality: { depth: 'uncertain' } }] }))
    await bench.until(() => bench.account()?.stored === 4)
    bench.offer(envelopeOf(3, { samples: [{ ...sample(2, 6), quality: { depth: 'uncertain' } }, sample(3, 7)] }))
    await bench.until(() => bench.account()?.stored === 6)
    await bench.clock.advance(2 * 3_600_000)
    await reconciler.run()
    t.match(await reconciler.report(), { differences: 0, differing: [], last: { hours: 1 } })
    series.lie = drops(4)
    bench.offer(envelopeOf(4, { samples: [sample(3, 8), sample(4, 9)] }))
    await bench.until(() => bench.account()?.stored === 8)
    await reconciler.run()
    t.match(await reconciler.report(), { differing: [{ verdict: 'missing', settled: 5, stored: 4 }] })
  },
)
