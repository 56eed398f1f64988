import { FakeClock } from '@civitals/contracts/clock'
import { demoCity } from '@civitals/simulator/city'
import { MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import type { StateStore } from '@civitals/storage/state'
import { sql } from 'kysely'
import t from 'tap'
import { openIndicators } from './indicators.ts'
import { indicatorMigrations } from './migrations.ts'
import { batchOf, registryOf } from './testing/pilot.ts'

const city = await demoCity()
const registry = registryOf(city)
const depthOf = (body: { systems: readonly { indicators: readonly { id: string; value: number | null }[] }[] }) =>
  body.systems.flatMap(({ indicators }) => indicators).find(({ id }) => id === 'RENL-01')?.value

const open = async (clock: FakeClock, over: Partial<Parameters<typeof openIndicators>[0]> = {}) => {
  const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
  const engine = await openIndicators({ state, series: new MemorySeries(), registry, clock, ...over })
  return { state, engine }
}

const flood = (clock: FakeClock) =>
  batchOf(
    ['road-water-01', 'road-water-02', 'road-water-03'].map((terminal) => ({
      terminal,
      point: 'depth',
      at: clock.now(),
      value: 8,
      quality: 'good' as const,
    })),
    clock.now(),
  )

t.test('a settlement that was not committed leaves no trace', async (t) => {
  const clock = new FakeClock()
  const { engine, state } = await open(clock)
  const pending = engine.step(flood(clock))
  t.equal(depthOf(engine.evaluate()), null)
  pending?.committed()
  t.equal(depthOf(engine.evaluate()), 8)
  await engine.close()
  await state.close()
})

t.test(
  'a restart reads back what came after windows were kept, and all of a terminal that was amended since',
  async (t) => {
    const clock = new FakeClock()
    const { engine, state } = await open(clock)
    const settle = async (batch: ReturnType<typeof flood>, late?: string) => {
      const effect = engine.step({
        ...batch,
        envelopes: batch.envelopes.map((one) => ({
          ...one,
          readings: one.readings.map((reading) =>
            reading.terminal === late ? { ...reading, at: reading.at - 60_000 } : reading,
          ),
        })),
      })
      await state.transaction(async (tx) => effect?.write(tx))
      effect?.committed()
    }
    await settle(flood(clock))
    const keptAt = clock.now()
    for (let minute = 0; minute < 11; minute++) {
      await clock.advance(60_000)
      await engine.tick()
    }
    await settle(flood(clock))
    await clock.advance(1000)
    await settle(flood(clock), 'road-water-02')
    // Not closed: killed.
    const asked = new Map<string, number>()
    const series = new MemorySeries()
    const readings = series.readings.bind(series)
    series.readings = (query) => {
      for (const { terminal, from } of query.series) asked.set(terminal, Math.min(asked.get(terminal) ?? from, from))
      return readings(query)
    }
    const again = await openIndicators({ state, series, registry, clock })
    t.equal(keptAt - (asked.get('road-water-01') ?? 0) < 600_000, true, 'little')
    t.equal(keptAt - (asked.get('road-water-02') ?? 0) > 24 * 3_600_000, true, 'all of it')
    t.equal(depthOf(again.evaluate()), 8, 'what nobody stored a second time is there')
    await engine.close()
    await again.close()
    await state.close()
  },
)

t.test('windows are kept once everything the store held of their terminals is settled', async (t) => {
  const clock = new FakeClock()
  const gateway = registry.terminal('road-water-01')?.gateway ?? ''
  const ofGateway = flood(clock).envelopes.map((one) => ({ ...one, gateway }))
  const unsettled = [{ gateway, spool: 'spool', seqs: [[1, 1]] as const }]
  const { engine, state } = await open(clock, { unsettled })
  const settle = (seq: number) =>
    engine.step({ envelopes: ofGateway.map((one) => ({ ...one, seq })), receivedAt: clock.now() })?.committed()
  const keptAtTick = async () => {
    await clock.advance(660_000)
    await engine.tick()
    const { rows } = await sql<{ terminal: string }>`SELECT terminal FROM indicator_window`.execute(state.db)
    return rows.some(({ terminal }) => terminal === 'road-water-01')
  }
  settle(2)
  t.equal(await keptAtTick(), false)
  settle(1)
  t.equal(await keptAtTick(), true)
  await engine.close()
  await state.close()
})

t.test('by itself it evaluates on its clock, tells listeners and writes once a minute', async (t) => {
  const clock = new FakeClock()
  const { engine, state } = await open(clock, { evaluateEveryMs: 10_000 })
  let told = 0
  const listening = engine.subscribe(() => told++)
  for (let turn = 0; turn < 12; turn++) {
    await clock.advance(10_000)
    // The write goes through a thread: let it finish before the next turn.
    await state.transaction(async () => {})
  }
  t.equal(told, 12)
  listening[Symbol.dispose]()
  const minutes = await engine.history({ from: 0, to: Number.MAX_SAFE_INTEGER })
  t.equal(minutes.length, 3)
  t.equal((await engine.history({ from: 0, to: Number.MAX_SAFE_INTEGER, everyMs: 3_600_000 })).length, 1)
  await engine.close()
  await clock.advance(60_000)
  t.equal(told, 12)
  await state.close()
})

t.test('a minute that cannot be written is reported and its counts are written later', async (t) => {
  const clock = new FakeClock()
  const { engine: helper, state } = await open(clock)
  await helper.close()
  let broken = true
  const flaky: StateStore = {
    db: state.db,
    transaction: (work) => (broken ? Promise.reject(new Error('disk full')) : state.transaction(work)),
    close: () => state.close(),
    [Symbol.asyncDispose]: () => state.close(),
  }
  const errors: unknown[] = []
  const { engine, state: unused } = await open(clock, { state: flaky, onError: (error) => errors.push(error) })
  engine.recordCount('complaints', clock.now(), 3)
  await engine.tick()
  t.match(errors, [/disk full/])
  broken = false
  await clock.advance(60_000)
  await engine.tick()
  const rows = await state.db
    .withTables<{ indicator_count: { name: string; count: number } }>()
    .selectFrom('indicator_count')
    .selectAll()
    .execute()
  t.match(rows, [{ name: 'complaints', count: 3 }])
  await engine.close()
  await state.close()
  await unused.close()
})

t.test('a terminal registered later is read and judged', async (t) => {
  const clock = new FakeClock()
  const terminals = city.terminals.filter(({ kind }) => kind !== 'road-water')
  let growing = registryOf({ ...city, terminals })
  const view = new Proxy({} as typeof growing, { get: (_, key) => growing[key as keyof typeof growing] })
  const { engine, state } = await open(clock, { registry: view })
  engine.step(flood(clock))?.committed()
  t.equal(depthOf(engine.evaluate()), null)
  growing = registry
  engine.step(flood(clock))?.committed()
  t.equal(depthOf(engine.evaluate()), 8)
  await engine.close()
  await state.close()
})
