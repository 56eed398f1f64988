// What single readings show, live: the same as the detector the report on detection qualifies says of the same data, whatever happens
// to the process meanwhile; nothing of what only comes late, and nothing of a terminal that is silent as a whole.
import { FakeClock } from '@civitals/contracts/clock'
import type { Reading } from '@civitals/contracts/reading'
import { demoCity } from '@civitals/simulator/city'
import { planFaults } from '@civitals/simulator/fault-plan'
import { pilotHistory } from '@civitals/simulator/history'
import { inject } from '@civitals/simulator/inject'
import type { SignalFault, SignalFaultKind } from '@civitals/simulator/signal-fault'
import { MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import { shippedLimits } from '../../io/shipped-limits.ts'
import { indicatorMigrations } from '../../migrations.ts'
import { registryOf } from '../../testing/pilot.ts'
import { type Oddity, ReadingDetector } from '../reading-detector.ts'
import { ReadingDesk } from './desk.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const start = Date.parse('2026-06-01T00:00:00+08:00')
const days = 5
const faulty = ['pm25', 'no2', 'temperature'] as const
const kinds: readonly SignalFaultKind[] = ['spike', 'stuck', 'noise', 'gap']

const [city, past, limits] = await Promise.all([demoCity(), pilotHistory({ seed: 11 }), shippedLimits()])
const registry = registryOf(city)
const [station] = city.terminals.filter(({ kind }) => kind === 'air')
const id = station?.id ?? ''
const only = (one: string): boolean => one === id
const clean = [...past.samples({ from: start, to: start + days * dayMs, everyMs: minuteMs, terminals: only })]

/** Every point of one air station; three of them with labelled faults. */
function faulted(): {
  readonly readings: readonly Reading[]
  readonly labels: ReadonlyMap<string, readonly SignalFault[]>
} {
  const labels = new Map<string, readonly SignalFault[]>()
  const readings = Object.keys(clean[0]?.values ?? {}).flatMap((point, place) => {
    const samples = clean.map(({ at, values }) => ({ at, value: values[point] ?? Number.NaN }))
    const stream = 7919 * (place + 1)
    const plan = { kinds, each: 1, warmUpMs: 1.2 * dayMs, quietMs: 12 * hourMs }
    const planned = faulty.some((one) => one === point) ? planFaults(samples, plan, stream) : []
    const broken = inject(samples, planned, stream, station?.points.find((one) => one.id === point)?.resolution)
    labels.set(point, broken.labels)
    return broken.samples.map(({ at, value }) => ({ terminal: id, point, at, value, quality: 'good' as const }))
  })
  return { readings: readings.sort((a, b) => a.at - b.at), labels }
}

interface Said {
  readonly kind: string
  readonly from: number
  readonly to: number
}

/** The detector alone, as the report runs it, said once where it is said in a row. */
function reported(readings: readonly Reading[], point: string): readonly Said[] {
  const resolution = station?.points.find((one) => one.id === point)?.resolution ?? 0.01
  const detector = new ReadingDetector({ everyMs: station?.reportEveryMs ?? minuteMs, resolution })
  const alone: Oddity[] = []
  for (const { point: own, at, value } of readings)
    if (own === point && value !== null) detector.take(at, value, (oddity) => alone.push(oddity))
  const said: { kind: string; from: number; to: number }[] = []
  for (const { kind, from, to } of alone) {
    const last = said.findLast((one) => one.kind === kind)
    if (last && from - last.to <= 6 * hourMs) last.to = to
    else said.push({ kind, from, to })
  }
  return said
}

async function worldOf() {
  const series = new MemorySeries()
  const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
  const clock = new FakeClock(start)
  const options = { state, series, registry, clock, limits }
  let seq = 0
  const store = async (readings: readonly Reading[]) => {
    const batch = { receivedAt: clock.now(), envelopes: [{ gateway: 'g', spool: 's', seq: ++seq, readings }] }
    await series.write(batch)
    return batch
  }
  const settle = async (desk: ReadingDesk, readings: readonly Reading[]) =>
    desk.step(await store(readings))?.committed()
  return { state, clock, options, store, settle, [Symbol.asyncDispose]: () => state.close() }
}

/** Readings of one stretch after the other. */
function* stretches(readings: readonly Reading[], everyMs: number): Iterable<readonly Reading[]> {
  for (let from = start; from < start + days * dayMs; from += everyMs)
    yield readings.filter(({ at }) => at >= from && at < from + everyMs)
}

const plain = (found: readonly Said[]): readonly Said[] =>
  found.map(({ kind, from, to }) => ({ kind, from, to })).sort((a, b) => a.from - b.from || (a.kind < b.kind ? -1 : 1))

const { readings, labels } = faulted()

t.test('live findings are those of the detector the report qualifies, and name what was broken', async (t) => {
  await using world = await worldOf()
  await using desk = await ReadingDesk.open(world.options)
  for (const some of stretches(readings, 7 * hourMs)) {
    await world.settle(desk, some)
    await desk.write()
  }
  const found = await desk.list({ terminal: id })
  for (const point of faulty) {
    const own = found.filter((one) => one.point === point)
    t.strictSame(plain(own), plain(reported(readings, point)), point)
    for (const label of labels.get(point) ?? [])
      t.ok(
        own.some(
          ({ kind, from, to }) => kind === label.kind && to >= label.from - minuteMs && from <= label.to + minuteMs,
        ),
        `${point} ${label.kind}`,
      )
  }
  t.equal([...labels.values()].flat().length, faulty.length * kinds.length, 'every fault was put in')
  t.ok(found.every(({ open, score, times }) => !open && score > 1 && times >= 1))
})

t.test('killed again and again, with readings stored and not settled, it finds the same', async (t) => {
  await using steady = await worldOf()
  await using broken = await worldOf()
  await using throughout = await ReadingDesk.open(steady.options)
  const some = [...stretches(readings, 11 * hourMs)]
  let desk = await ReadingDesk.open(broken.options)
  for (const [k, part] of some.entries()) {
    for (const { clock } of [steady, broken]) await clock.advance(11 * hourMs)
    await steady.settle(throughout, part)
    await throughout.write()
    const batch = await broken.store(part)
    // Killed between the stores, after settling, or after what was found had been written; the first is settled again.
    if (k % 3 === 0) desk = await ReadingDesk.open(broken.options)
    desk.step(batch)?.committed()
    if (k % 3 === 1) desk = await ReadingDesk.open(broken.options)
    await desk.write()
    if (k % 3 === 2) desk = await ReadingDesk.open(broken.options)
  }
  await desk.write()
  // When it was found is a matter of the process.
  const told = async (one: ReadingDesk) => (await one.list({})).map(({ foundAt: _, ...finding }) => finding)
  t.strictSame(await told(desk), await told(throughout))
})

t.test('a reading older than the newest of its series is left to quality control', async (t) => {
  await using world = await worldOf()
  await using desk = await ReadingDesk.open(world.options)
  const calm = readings.filter(({ at }) => at < start + 1.1 * dayMs)
  await world.settle(desk, calm)
  const late = calm.filter(({ point }) => point === 'pm25').slice(-300)
  await world.settle(
    desk,
    late.slice(0, 200).map((one, k) => ({ ...one, at: one.at + 1, value: k % 2 === 0 ? 900 : 1 })),
  )
  await desk.write()
  t.strictSame(await desk.list({}), [])
})

const before = readings.filter(({ at }) => at < start + dayMs)
const of = (point: string) => (one: Reading) => one.point === point

t.test(
  'a series that is missing while its terminal is heard is a gap, from the first minutes to its return',
  async (t) => {
    await using world = await worldOf()
    await using desk = await ReadingDesk.open(world.options)
    const missing = (from: number, to: number) => (one: Reading) => of('pm25')(one) && one.at >= from && one.at < to
    const [from, to] = [start + 20 * hourMs, start + 21 * hourMs]
    await world.settle(
      desk,
      before.filter((one) => one.at < from + 10 * minuteMs && !missing(from, to)(one)),
    )
    await desk.write()
    t.match(await desk.list({ open: true }), [{ point: 'pm25', kind: 'gap', from, open: true }])
    t.equal((await desk.list({})).length, 1, 'no other point')
    await world.settle(
      desk,
      before.filter((one) => one.at >= from + 10 * minuteMs && !missing(from, to)(one)),
    )
    await desk.write()
    t.match(await desk.list({}), [{ point: 'pm25', kind: 'gap', from, to, open: false, times: 1, score: 60 }])
  },
)

t.test(
  'a terminal that is silent as a whole is no gap, nor are its points that come a little after the first',
  async (t) => {
    await using world = await worldOf()
    await using desk = await ReadingDesk.open(world.options)
    const heard = before.filter(({ at }) => at < start + 10 * hourMs || at >= start + 13 * hourMs)
    await world.settle(
      desk,
      heard.map((one) => (of('no2')(one) ? { ...one, at: one.at + 2_000 } : one)),
    )
    await desk.write()
    t.strictSame(await desk.list({}), [])
  },
)

t.test('clean readings of the pilot: no more than one finding in a terminal-week', async (t) => {
  await using world = await worldOf()
  await using desk = await ReadingDesk.open(world.options)
  const some = new Set(city.terminals.filter((_, k) => k % 5 === 1).map((terminal) => terminal.id))
  const stretch = {
    from: start,
    to: start + days * dayMs,
    everyMs: minuteMs,
    terminals: (one: string) => some.has(one),
  }
  let batch: Reading[] = []
  for (const { terminal, at, values } of past.samples(stretch)) {
    for (const [point, value] of Object.entries(values)) batch.push({ terminal, point, at, value, quality: 'good' })
    if (batch.length < 50_000) continue
    const envelopes = [{ gateway: 'g', spool: 's', seq: at, readings: batch }]
    desk.step({ receivedAt: at, envelopes })?.committed()
    batch = []
  }
  await desk.write()
  const weeks = (some.size * (days - 1)) / 7
  const found = await desk.list({})
  t.ok(found.length / weeks <= 1, `${found.length} in ${weeks} terminal-weeks`)
})
