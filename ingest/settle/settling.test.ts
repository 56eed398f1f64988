// Settling through stores that fail: nothing acknowledged before both hold, nothing evaluated twice, nothing lost.
import { FakeClock } from '@civitals/contracts/clock'
import { type Envelope, encodeEnvelope } from '@civitals/contracts/envelope'
import { CivitalsError } from '@civitals/contracts/errors'
import type { SettlementBatch, SettlementStep } from '@civitals/contracts/settlement'
import { type MemoryContents, MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import type { StateStore, StateTx } from '@civitals/storage/state'
import t from 'tap'
import { StageHealth } from '../health.ts'
import { IntakeQueue } from '../intake/queue.ts'
import { LatestReadings } from '../latest/latest.ts'
import { ingestMigrations } from '../migrations.ts'
import { openRegistry } from '../registry/registry.ts'
import { city, terminalOf } from '../testing/city.ts'
import { envelopeOf, sampleOf, startAt } from '../testing/envelopes.ts'
import { Books } from './books.ts'
import { Settler } from './settler.ts'

const unavailable = new CivitalsError('CIV_STORAGE_SERIES_UNAVAILABLE', 'gone fishing', { retryable: true })

/** A state store whose transactions fail after their work, as in a crash before the commit. */
class Breakable implements StateStore {
  failing = false
  readonly #state: StateStore
  constructor(state: StateStore) {
    this.#state = state
  }
  get db() {
    return this.#state.db
  }
  transaction<T>(work: (tx: StateTx) => Promise<T>): Promise<T> {
    return this.#state.transaction(async (tx) => {
      const result = await work(tx)
      if (this.failing) throw new Error('power cut')
      return result
    })
  }
  close(): Promise<void> {
    return this.#state.close()
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.#state.close()
  }
}

interface Bench {
  readonly state?: StateStore
  readonly contents?: MemoryContents
  readonly step?: SettlementStep<StateTx>
  readonly paceMs?: number
}

/** A settler without a broker, its stores within reach. */
async function openBench({ state, contents = new Map(), step, paceMs = 0 }: Bench = {}) {
  const own = state ?? (await openSqliteState({ file: ':memory:', migrations: ingestMigrations }))
  const breakable = new Breakable(own)
  const registry = await openRegistry(own)
  if (registry.terminals().length === 0) await registry.apply(city)
  const series = new MemorySeries({ contents })
  const books = await Books.open(breakable, registry)
  const [queue, latest, clock] = [new IntakeQueue(), new LatestReadings(), new FakeClock(startAt + 60_000)]
  const acknowledged: string[] = []
  const batches: SettlementBatch[] = []
  const record: SettlementStep<StateTx> = (batch) => ({
    write: async () => undefined,
    committed: () => void batches.push(batch),
  })
  const settler = new Settler({
    queue,
    books,
    series,
    state: breakable,
    latest,
    clock,
    paceMs,
    steps: step ? [step, record] : [record],
    acknowledger: { settled: (gateways) => void acknowledged.push(...gateways) },
    health: new StageHealth({ warn: () => undefined, error: () => undefined }),
  })
  const registrations = registry.onChange(() => settler.reviewAside())
  const running = settler.run()
  const offer = (envelope: Envelope | Uint8Array, gateway = 'g1') =>
    queue.offer(
      {
        gateway,
        lane: 'live',
        payload: envelope instanceof Uint8Array ? envelope : encodeEnvelope(envelope),
        receivedAt: clock.now(),
      },
      () => undefined,
    )
  return {
    breakable,
    registry,
    series,
    books,
    queue,
    latest,
    clock,
    acknowledged,
    batches,
    settler,
    offer,
    account: () => books.accounts.get('g1', 'p1'),
    async until(condition: () => boolean | undefined) {
      for (let turn = 0; turn < 2_000 && !condition(); turn++) await new Promise((resolve) => setTimeout(resolve, 1))
      t.ok(condition(), 'what was waited for came')
    },
    async [Symbol.asyncDispose]() {
      registrations[Symbol.dispose]()
      settler.stop()
      await running
      if (!state) await own.close()
    },
  }
}

t.test('while the series store is down nothing is acknowledged, afterwards everything is', async (t) => {
  await using bench = await openBench()
  bench.series.failure = unavailable
  bench.offer(envelopeOf(1))
  await bench.until(() => bench.settler.storeDown !== undefined)
  bench.offer(envelopeOf(2))
  await bench.clock.advance(60_000)
  await bench.until(() => (bench.settler.storeDown?.attempts ?? 0) > 3)
  t.match(bench.settler.storeDown, { store: 'series', message: 'gone fishing' })
  t.same([bench.acknowledged, bench.account(), bench.latest.all()], [[], undefined, []])
  bench.series.failure = undefined
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

t.test('set-aside readings are admitted when their terminal is registered, without evaluation', async (t) => {
  await using bench = await openBench()
  for (const seq of [1, 2]) {
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
  t.same(bench.batches, [])
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
