// The whole catalogue over the simulated pilot of 53 terminals.
import { type BodyResult, BodyResultSchema, bodySystems } from '@civitals/contracts/body'
import { FakeClock } from '@civitals/contracts/clock'
import type { Reading } from '@civitals/contracts/reading'
import { MemorySeries } from '@civitals/storage/series-memory'
import t from 'tap'
import { Value } from 'typebox/value'
import { type IndicatorEngine, openIndicators } from './indicators.ts'
import { dropKept } from './store/kept-windows.ts'
import { batchOf, pilotEngine, pilotPast, registryOf, without } from './testing/pilot.ts'

const now = Date.parse('2026-06-12T09:00:00+08:00')
const past = await pilotPast(now)
const rank = ['E', 'D', 'C', 'B', 'A']

async function bodyWithout(dead: readonly string[]): Promise<BodyResult> {
  const { engine, state } = await pilotEngine(
    new FakeClock(now),
    past.city,
    without(past.contents, new Set(dead)),
    past.complaints,
  )
  const body = engine.evaluate()
  await engine.close()
  await state.close()
  return body
}

t.test('an ordinary day: every indicator valid, every system known, six signs, as the contract says', async (t) => {
  const body = await bodyWithout([])
  t.strictSame(body.missing, ['NERV-04'], 'no message has been timed yet')
  t.strictSame(
    body.systems.map(({ id }) => id),
    Object.keys(bodySystems),
  )
  t.ok(rank.indexOf(body.grade) >= rank.indexOf('B'))
  t.equal(body.ceiling, undefined)
  t.ok(body.signs.length === 6 && body.signs.every(({ value }) => value !== null))
  t.strictSame([...Value.Errors(BodyResultSchema, body)], [])
  t.match(body.headline, { basis: 'assumed', assumed: ['NERV-04'] })
  t.ok((body.robustness?.keepsGrade ?? 0) > 0.5 && body.robustness?.draws === 1000)
  const { low, high } = body.robustness ?? { low: 100, high: 0 }
  t.ok(low <= body.score! + 1 && body.score! - 1 <= high)
  for (const { indicators } of body.systems) {
    const pulls = indicators.reduce((sum, { contribution }) => sum + (contribution ?? 0), 0)
    t.ok(Math.abs(pulls - 1) < 1e-9 || pulls === 0)
  }
})

t.test('with one terminal in ten dead at most one system is unknown and the grade is not better', async (t) => {
  const whole = await bodyWithout([])
  const ids = past.city.terminals.map(({ id }) => id)
  for (const offset of [0, 3, 6, 9]) {
    const dead = ids.filter((_, k) => k % 10 === offset)
    const body = await bodyWithout(dead)
    const unknown = body.systems.filter(({ grade }) => grade === 'N').map(({ id }) => id)
    t.ok(unknown.length <= 1, `without ${dead.join(', ')}: ${unknown.join(', ')} unknown`)
    t.ok(rank.indexOf(body.grade) <= rank.indexOf(whole.grade))
    t.ok(body.coverage < whole.coverage)
  }
})

t.test('towns without terminals are unknown, those on the corridor have a score', async (t) => {
  const { engine, state } = await pilotEngine(new FakeClock(now), past.city, past.contents, past.complaints)
  engine.evaluate()
  const towns = engine.towns()
  t.equal(towns.length, 7)
  t.equal(towns.filter(({ score }) => score !== null).length, 2)
  t.ok(towns.every(({ score, grade }) => (score === null) === (grade === 'N')))
  const town = engine.area('440607001')
  t.strictSame([...Value.Errors(BodyResultSchema, town)], [])
  t.equal(town?.score, towns.find(({ area }) => area === '440607001')?.score)
  t.ok(town?.systems.every(({ indicators }) => indicators.every(({ area }) => area === '440607001')))
  t.match(engine.area('440607101'), { score: null, grade: 'N', measured: 0, systems: [] })
  t.equal(engine.area('440607')?.measured, 1, 'the district is the city')
  t.equal(engine.area('elsewhere'), undefined)
  await engine.close()
  await state.close()
})

/** Lets the pilot go on from `now` + `from` to `now` + `to` minutes, some readings replaced. */
async function live(
  clock: FakeClock,
  engine: IndicatorEngine,
  [from, to]: readonly [number, number],
  change: (reading: Reading) => Reading | undefined,
): Promise<BodyResult> {
  const [begin, end] = [now + from * 60_000, now + to * 60_000]
  const readings = past.later
    .filter(({ at }) => at >= begin && at < end)
    .map(change)
    .filter((reading) => reading !== undefined)
  engine.step(batchOf(readings, end))?.committed()
  await clock.advance(end - clock.now())
  return engine.evaluate()
}

const replaced = (terminal: string, point: string, value: (at: number) => number) => (reading: Reading) =>
  reading.terminal === terminal && reading.point === point ? { ...reading, value: value(reading.at) } : reading

const indicatorOf = (body: BodyResult, id: string) =>
  body.systems.flatMap(({ indicators }) => indicators).find((result) => result.id === id)

t.test('rising water is forecast, then present; it lowers the city and is named', async (t) => {
  const clock = new FakeClock(now)
  const { engine, state } = await pilotEngine(clock, past.city, past.contents, past.complaints)
  const before = engine.evaluate()
  const rising = replaced('road-water-01', 'depth', (at) => (at - now) / 60_000)
  const ahead = await live(clock, engine, [0, 10], rising)
  t.match(ahead.ceiling, { kind: 'forecast', indicator: 'RENL-01', grade: 'D', score: 69 })
  t.ok(Math.abs((ahead.ceiling?.forecast?.inMinutes ?? 0) - 17) < 0.5, '27 cm at 1 cm a minute, 9 cm a minute ago')
  t.equal(ahead.score, 69)
  t.ok((ahead.interval?.[0] ?? 0) > 69, 'the interval is the one before the ceiling')
  const present = await live(clock, engine, [10, 33], rising)
  t.match(indicatorOf(present, 'RENL-01'), { grade: 'D', worst: { terminal: 'road-water-01', point: 'depth' } })
  t.match(present.ceiling, { kind: 'present', indicator: 'RENL-01' })
  t.ok((present.score ?? 100) < (before.score ?? 0))
  await engine.close()
  await state.close()
})

t.test('a detector that falls silent at its worst does not make the city look better', async (t) => {
  const clock = new FakeClock(now)
  const { engine, state } = await pilotEngine(clock, past.city, past.contents, past.complaints)
  const loud = await live(
    clock,
    engine,
    [0, 5],
    replaced('gas-01', 'concentration', () => 30),
  )
  t.match(loud.ceiling, { indicator: 'IMMU-01', grade: 'D' })
  const silent = await live(clock, engine, [5, 30], (reading) => (reading.terminal === 'gas-01' ? undefined : reading))
  const gas = indicatorOf(silent, 'IMMU-01')
  t.match(gas, { value: 30, quality: 'stale', worst: { terminal: 'gas-01' } })
  t.match(gas?.detail, { why: { code: 'site-held' } })
  t.ok((silent.score ?? 100) <= (loud.score ?? 0) + 1e-9)
  await engine.close()
  await state.close()
})

t.test('a restart forgets neither windows nor counts nor what stood before a gap', async (t) => {
  const clock = new FakeClock(now)
  const { engine, state, series } = await pilotEngine(clock, past.city, past.contents, past.complaints)
  engine.recordCount('complaints', now, 7)
  const before = await engine.tick()
  const areaBefore = engine.area('440607001')
  await engine.close()
  const again = await openIndicators({ state, series, registry: registryOf(past.city), clock })
  const after = again.evaluate()
  t.equal(after.score, before.score)
  t.equal(indicatorOf(after, 'PSYC-01')?.value, indicatorOf(before, 'PSYC-01')?.value)
  t.equal((await again.history({ from: now - 60_000, to: now + 60_000 }))[0]?.score, before.score)
  await again.close()
  // Nor does one that finds neither windows nor readings.
  await state.transaction((tx) => dropKept(tx))
  const empty = new MemorySeries()
  const blind = await openIndicators({ state, series: empty, registry: registryOf(past.city), clock })
  const kept = await blind.past(now + 300_000)
  t.equal(kept.find(({ id }) => id === 'RENL')?.score, before.systems.find(({ id }) => id === 'RENL')?.score)
  t.equal((await blind.past(now - 3_600_000)).length, 0)
  const dark = blind.evaluate()
  const town = '440607001'
  const [seen, held] = [areaBefore, blind.area(town)].map(
    (body) => body?.systems.flatMap((one) => one.indicators) ?? [],
  )
  const valid = seen!.filter((one) => one.valid && held!.some(({ id }) => id === one.id))
  t.ok(valid.length > 3, 'the town had valid indicators')
  // How many are online is known without any reading.
  for (const { id, score } of valid.filter(({ id }) => !id.startsWith('NERV'))) {
    t.match(held!.find((one) => one.id === id)?.detail, { held: { score } }, `${id} of the town is held`)
  }
  const [minute] = await blind.history({ area: town, from: now - 60_000, to: now + 60_000 })
  t.equal(minute?.score, areaBefore?.score)
  t.equal(dark.grade, 'N', 'without any reading there is no score')
  t.match(indicatorOf(dark, 'RENL-01'), { valid: false, score: null, grade: 'N', quality: 'stale' })
  await blind.close()
  await state.close()
})
