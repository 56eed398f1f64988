// Readings set aside: admitted and evaluated when what they wait for comes, given up as a declared gap when it never does.
import type { Reading } from '@civitals/contracts/reading'
import type { SettlementBatch, SettlementStep } from '@civitals/contracts/settlement'
import type { WriteOutcome } from '@civitals/storage/series'
import { type MemoryContents, MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import type { StateTx } from '@civitals/storage/state'
import t from 'tap'
import { listLosses } from '../ledger/store.ts'
import { ingestMigrations } from '../migrations.ts'
import { terminalOf } from '../testing/city.ts'
import { envelopeOf, sampleOf, startAt } from '../testing/envelopes.ts'
import { openBench } from '../testing/settling-bench.ts'

t.test(
  'set-aside readings are admitted when their terminal is registered, and evaluated once, by event time',
  async (t) => {
    await using bench = await openBench()
    for (const seq of [2, 1]) {
      const samples = [sampleOf('t9', startAt + seq, { depth: seq, flow: 1e300, turbidity: 3 })]
      bench.offer(envelopeOf(seq, { samples }))
    }
    await bench.until(() => bench.account()?.setAside === 4)
    t.match(bench.account(), { stored: 0, rejected: 2 })
    t.same(bench.batches, [])
    await bench.registry.registerTerminal(terminalOf('t9', 'g1'))
    await bench.until(() => bench.account()?.stored === 2)
    t.match(bench.account(), { setAside: 2, rejected: 2 }, 'its turbidity is still no point')
    t.match(await bench.series.range({ terminal: 't9', point: 'depth', from: 0, to: startAt * 2 }), [
      { value: 1 },
      { value: 2 },
    ])
    t.equal(bench.latest.get('t9', 'depth')?.value, 2)
    const evaluated = bench.batches.flatMap(({ envelopes }) => envelopes.flatMap(({ readings }) => readings))
    t.same(
      evaluated.map(({ value }) => value),
      [1, 2],
    )
    t.ok(
      bench.batches.every(({ receivedAt }) => receivedAt === bench.clock.now()),
      'late is what waited long',
    )
  },
)

t.test('an effect of readings set aside holds with them or not at all', async (t) => {
  const written: number[] = []
  const step: SettlementStep<StateTx> = ({ envelopes }) => ({
    write: async () => void written.push(envelopes.length),
    committed: () => void written.push(0),
  })
  await using bench = await openBench({ step })
  bench.offer(envelopeOf(1, { samples: [sampleOf('t9', startAt, { depth: 1 })] }))
  await bench.until(() => bench.account()?.setAside === 1)
  bench.breakable.failing = true
  await bench.registry.registerTerminal(terminalOf('t9', 'g1')).catch(() => undefined)
  bench.settler.reviewAside()
  await bench.until(() => written.length > 0)
  t.same(written, [1], 'written, and rolled back')
  t.match(bench.account(), { stored: 0, setAside: 1 })
  bench.breakable.failing = false
  await bench.until(() => {
    // The pause before the next try may not have begun yet.
    bench.clock.advance(10_000)
    return bench.account()?.stored === 1
  })
  t.same(written.slice(-2), [1, 0], 'until it holds')
})

t.test('readings too old to be kept are declared lost, whether they come or were set aside', async (t) => {
  await using state = await openSqliteState({ file: ':memory:', migrations: ingestMigrations })
  const series = new MemorySeries({ keptFrom: () => startAt })
  await using bench = await openBench({ state, series })
  const old = (terminal: string, ...ago: number[]) => ago.map((ms) => sampleOf(terminal, startAt - ms, { depth: ms }))
  const losses = async () => (await listLosses(state)).sort((a, b) => a.fromSeq - b.fromSeq)
  bench.offer(envelopeOf(1, { samples: [...old('t1', 5, 3), sampleOf('t1', startAt, { depth: 9 })] }))
  bench.offer(envelopeOf(2, { samples: [...old('t1', 1), ...old('t9', 7)] }))
  bench.offer(envelopeOf(4, { samples: old('t1', 2) }))
  await bench.until(() => bench.account()?.settled.at(-1)?.[1] === 4)
  t.match(bench.account(), { stored: 1, setAside: 1, rejected: 0, declaredLost: 4, givenUp: 4 })
  const reason = 'older than readings are kept'
  const run = { gateway: 'g1', spool: 'p1', reason, atLeast: false }
  t.match(await losses(), [
    { ...run, fromSeq: 1, toSeq: 2, readings: 3, from: startAt - 5, to: startAt - 1 },
    { ...run, fromSeq: 4, toSeq: 4, readings: 1, from: startAt - 2, to: startAt - 2 },
  ])
  await bench.registry.registerTerminal(terminalOf('t9', 'g1'))
  await bench.until(() => bench.account()?.setAside === 0)
  t.match(bench.account(), { stored: 1, declaredLost: 5, givenUp: 5 })
  const later = (await losses()).filter(({ fromSeq }) => fromSeq === 2)
  t.match(later, [{ ...run, toSeq: 2, readings: 1, from: startAt - 7 }])
  t.equal(
    (await losses()).reduce((sum, { readings }) => sum + readings, 0),
    5,
  )
  t.equal(await series.count(), 1)
})

t.test('set-aside readings get their true time when the clock is fixed', async (t) => {
  await using bench = await openBench()
  const unsynced = { ...sampleOf('t1', 5, { depth: 1 }), clock: 'unsynced' as const, mono: 1_000, boot: 'b1' }
  bench.offer(envelopeOf(1, { samples: [unsynced] }))
  await bench.until(() => bench.account()?.setAside === 1)
  bench.offer(envelopeOf(2, { clockFix: { boot: 'b1', offsetMs: startAt } }))
  await bench.until(() => bench.account()?.stored === 2)
  const rows = await bench.series.range({ terminal: 't1', point: 'depth', from: 0, to: startAt * 2 })
  t.match(rows, [
    { at: startAt + 1_000, value: 1 },
    { at: startAt + 2_000, value: 2 },
  ])
})

t.test('of several fixes of a boot the highest number holds, in whatever order they come', async (t) => {
  await using state = await openSqliteState({ file: ':memory:', migrations: ingestMigrations })
  const contents: MemoryContents = new Map()
  const unsynced = (mono: number) => ({
    ...sampleOf('t1', 5, { depth: mono }),
    clock: 'unsynced' as const,
    mono,
    boot: 'b1',
  })
  const times = async (bench: Awaited<ReturnType<typeof openBench>>) => {
    const rows = await bench.series.range({ terminal: 't1', point: 'depth', from: 0, to: startAt * 2 })
    return rows.filter(({ value }) => value !== 1).map(({ at, value }) => [value, at - startAt])
  }
  {
    await using bench = await openBench({ state, contents })
    bench.offer(envelopeOf(1, { samples: [unsynced(100)] }))
    await bench.until(() => bench.account()?.setAside === 1)
    bench.offer(envelopeOf(2, { samples: [], clockFix: { boot: 'b1', offsetMs: startAt + 7, fix: 2 } }))
    bench.offer(envelopeOf(3, { samples: [], clockFix: { boot: 'b1', offsetMs: startAt - 9000 } }))
    await bench.until(() => bench.account()?.stored === 1)
    bench.offer(envelopeOf(4, { samples: [], clockFix: { boot: 'b1', offsetMs: startAt - 9000, fix: 1 } }))
    bench.offer(envelopeOf(5, { samples: [unsynced(200)] }))
    await bench.until(() => bench.account()?.stored === 2)
    t.same(await times(bench), [
      [100, 107],
      [200, 207],
    ])
  }
  await using after = await openBench({ state, contents })
  after.offer(envelopeOf(6, { samples: [], clockFix: { boot: 'b1', offsetMs: startAt - 9000, fix: 1 } }))
  after.offer(envelopeOf(7, { samples: [unsynced(300)] }))
  await after.until(() => after.account()?.stored === 3)
  t.same((await times(after)).at(-1), [300, 307], 'also after a restart of the centre')
})

t.test('set-aside readings too old are given up as a declared gap', async (t) => {
  await using bench = await openBench()
  bench.offer(envelopeOf(1, { samples: [sampleOf('t9', startAt, { depth: 1 })] }))
  await bench.until(() => bench.account()?.setAside === 1)
  await bench.clock.advance(31 * 86_400_000)
  bench.settler.reviewAside()
  await bench.until(() => bench.account()?.declaredLost === 1)
  t.match(bench.account(), { setAside: 0, stored: 0 })
})

t.test('accounts and set-aside readings survive a restart', async (t) => {
  await using state = await openSqliteState({ file: ':memory:', migrations: ingestMigrations })
  const contents: MemoryContents = new Map()
  {
    await using before = await openBench({ state, contents })
    before.offer(envelopeOf(1))
    before.offer(envelopeOf(3, { samples: [sampleOf('t9', startAt, { depth: 1 })] }))
    await before.until(() => before.account()?.setAside === 1)
  }
  await using after = await openBench({ state, contents })
  t.match(after.account(), {
    stored: 1,
    setAside: 1,
    settled: [
      [1, 1],
      [3, 3],
    ],
  })
  await after.registry.registerTerminal(terminalOf('t9', 'g1'))
  await after.until(() => after.account()?.stored === 2)
})

/** An engine that refuses one point until somebody has put it right. */
class Particular extends MemorySeries {
  refuses: (reading: Reading) => boolean = ({ point }) => point === 'flow'
  offered = 0
  override async write(batch: SettlementBatch): Promise<WriteOutcome> {
    const refused = batch.envelopes.flatMap(({ readings, ...envelope }) =>
      readings.filter(this.refuses).map((reading) => ({ ...envelope, reading, reason: 'field type conflict' })),
    )
    this.offered += batch.envelopes.length
    const envelopes = batch.envelopes.map((envelope) => ({
      ...envelope,
      readings: envelope.readings.filter((reading) => !this.refuses(reading)),
    }))
    await super.write({ ...batch, envelopes })
    return { refused }
  }
}

t.test(
  'what the store refused is offered again from time to time, and stored once its cause is put right',
  async (t) => {
    const series = new Particular()
    await using bench = await openBench({ series })
    for (let seq = 1; seq <= 10; seq++)
      bench.offer(envelopeOf(seq, { samples: [sampleOf('t1', startAt + seq, { depth: seq, flow: seq })] }))
    await bench.until(() => bench.account()?.setAside === 10)
    const review = async (refusedToo: boolean) => {
      bench.settler.reviewAside(refusedToo)
      await bench.settler.between(async () => undefined)
    }
    const before = series.offered
    await review(false)
    t.equal(series.offered, before, 'not at every occasion')
    await review(true)
    t.equal(series.offered, before + 2, 'two of them, to find out')
    t.match(bench.account(), { stored: 10, setAside: 10 })
    series.refuses = ({ point, value }) => point === 'flow' && value === 1
    await review(true)
    t.match(
      bench.account(),
      { stored: 19, setAside: 1, declaredLost: 0, rejected: 0 },
      'the newest is taken, and all but one',
    )
    series.refuses = () => false
    await review(true)
    t.match(bench.account(), { stored: 20, setAside: 0 })
    t.equal((await series.range({ terminal: 't1', point: 'flow', from: 0, to: startAt * 2 })).length, 10)
  },
)
