// History computed again: the same as what was seen then, other definitions beside it.
import { FakeClock } from '@civitals/contracts/clock'
import { registryView } from '@civitals/contracts/registry-view'
import { MemorySeries } from '@civitals/storage/series-memory'
import t from 'tap'
import { shippedCatalogue } from '../io/shipped.ts'
import { byHour } from '../store/counts.ts'
import { pilotEngine, pilotPast } from '../testing/pilot.ts'
import { minutesOf } from './minutes.ts'
import { type ReplayStep, replay } from './replay.ts'
import { BacktestSummary } from './summary.ts'

const hour = 3_600_000
const now = Date.parse('2026-06-12T09:00:00+08:00')
const past = await pilotPast(now)
const registry = registryView(past.city)
const source = minutesOf(new MemorySeries({ contents: past.contents }))
const catalogue = await shippedCatalogue()
const complaints = byHour(past.complaints, now).sort((a, b) => a.hour - b.hour)
const plan = (sides: Parameters<typeof replay>[0]['sides'], from = now - 2 * hour) => ({
  registry,
  sides,
  from,
  to: now,
  everyMs: hour,
  complaints,
})
const steps = async (of: Parameters<typeof replay>[0]): Promise<ReplayStep[]> => Array.fromAsync(replay(of, source))

t.test('the last evaluation is the one the engine made', async (t) => {
  const { engine, state } = await pilotEngine(new FakeClock(now), past.city, past.contents, past.complaints)
  const seen = engine.evaluate()
  await engine.close()
  await state.close()
  const replayed = await steps(plan([{ name: 'in force', catalogue }]))
  t.strictSame(
    replayed.map(({ at }) => at),
    [now - 2 * hour, now - hour, now],
  )
  const again = replayed.at(-1)!.body
  const values = new Map(again.systems.flatMap(({ indicators }) => indicators).map((one) => [one.id, one]))
  for (const one of seen.systems.flatMap(({ indicators }) => indicators)) {
    const other = values.get(one.id)
    t.equal(other?.valid, one.valid, `${one.id} is valid in both or in none`)
    // Imported days are spread over their hours; the replay has not yet reached the last of them.
    if (one.id === 'PSYC-01') continue
    const near =
      other?.value === one.value ||
      Math.abs((other?.value ?? 99) - (one.value ?? 0)) <= 0.02 * Math.max(1, Math.abs(one.value ?? 0))
    t.ok(near, `${one.id}: ${one.value} seen, ${other?.value} computed again`)
  }
  t.equal(again.grade, seen.grade)
  t.ok(Math.abs((again.score ?? 0) - (seen.score ?? 99)) < 1)
})

t.test('the latency is what was kept of it, while that is fresh', async (t) => {
  const latency = [{ at: now - hour, value: 1.5 }]
  const replayed = await steps({ ...plan([{ name: 'in force', catalogue }]), latency })
  const found = replayed.map(({ body }) =>
    body.systems.flatMap(({ indicators }) => indicators).find(({ id }) => id === 'NERV-04'),
  )
  t.strictSame(
    found.map((one) => (one?.valid ? one.value : null)),
    [null, 1.5, null],
  )
})

t.test('other weights and anchors are tried beside those in force; the rest is the same', async (t) => {
  const tried = {
    ...catalogue,
    indicators: catalogue.indicators.map((one) =>
      one.id === 'RESP-01' ? { ...one, anchors: [0, 5, 10, 15, 20, 30] } : one,
    ),
  }
  const summary = new BacktestSummary()
  for (const step of await steps(
    plan([
      { name: 'in force', catalogue },
      { name: 'tried', catalogue: tried },
    ]),
  ))
    summary.add(step)
  const { sides, differing } = summary.result(new Map())
  const [before, after] = sides
  t.equal(before?.points.length, 3)
  const of = (side: typeof before, id: string) => side?.indicators.find((one) => one.id === id)
  t.equal(of(after, 'RENL-01')?.mean, of(before, 'RENL-01')?.mean)
  t.ok((of(after, 'RESP-01')?.mean ?? 100) < (of(before, 'RESP-01')?.mean ?? 0) - 20)
  t.equal(of(after, 'RESP-01')?.bad, 3)
  t.ok((after?.mean ?? 100) < (before?.mean ?? 0))
  t.ok(differing <= 3)
})

t.test('definitions that read other windows have windows of their own', async (t) => {
  const tried = {
    ...catalogue,
    indicators: catalogue.indicators.map((one) => (one.id === 'RENL-01' ? { ...one, windowMinutes: 60 } : one)),
  }
  const replayed = await steps(
    plan(
      [
        { name: 'a', catalogue },
        { name: 'b', catalogue: tried },
      ],
      now - hour,
    ),
  )
  const newestOf = (side: string) =>
    replayed
      .filter((step) => step.side === side)
      .at(-1)
      ?.body.systems.flatMap(({ indicators }) => indicators)
      .find(({ id }) => id === 'RENL-01')?.value ?? -1
  t.ok(newestOf('b') >= newestOf('a') && newestOf('a') >= 0)
})
