// The hourly service over the simulated pilot: what is forecast, scored, kept, and said where nothing can be forecast.
import { FakeClock } from '@civitals/contracts/clock'
import { demoCity } from '@civitals/simulator/city'
import { pilotHistory } from '@civitals/simulator/history'
import { MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import { scoreOf } from '../../formulas/score.ts'
import { shippedDefinitions } from '../../io/shipped.ts'
import { measures } from '../../measures/measures.ts'
import { indicatorMigrations } from '../../migrations.ts'
import { registryOf } from '../../testing/pilot.ts'
import { historyHours } from '../forecast.ts'
import { documentsAhead, whyNotAhead } from './ahead.ts'
import { computeHere } from './compute.ts'
import { openForecasts } from './forecasts.ts'
import { hourMs } from './hours.ts'
import { ComputeThread } from './io/thread.ts'

const now = Date.parse('2026-06-12T09:20:00+08:00')
const [city, past, documents] = await Promise.all([demoCity(), pilotHistory({ seed: 7 }), shippedDefinitions()])

const firstHour = Math.floor(now / hourMs) * hourMs - historyHours * hourMs
const samples = [
  ...past.samples({
    from: firstHour + hourMs / 2,
    to: now + 3 * hourMs,
    everyMs: hourMs,
    terminals: (_, kind) => kind === 'air' || kind === 'traffic',
  }),
]

/** A store with the pilot's past by the hour, of the kinds and as far back as asked. */
async function pilot(kinds: readonly string[], hours = historyHours) {
  const series = new MemorySeries()
  const wanted = samples.filter(
    ({ terminal, at }) => at > now - (hours + 1) * hourMs && kinds.some((kind) => terminal.startsWith(`${kind}-`)),
  )
  const readings = wanted.flatMap(({ terminal, at, values }) =>
    Object.entries(values).map(([point, value]) => ({ terminal, point, at, value, quality: 'good' as const })),
  )
  await series.write({ receivedAt: now, envelopes: [{ gateway: 'g', spool: 's', seq: 1, readings }] })
  const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
  const clock = new FakeClock(now)
  const definitions = () => documents
  const options = { state, series, registry: registryOf(city), clock, definitions, compute: computeHere() }
  const forecasts = openForecasts(options)
  const close = async () => {
    await forecasts[Symbol.asyncDispose]()
    await state.close()
  }
  return { forecasts, clock, state, options, [Symbol.asyncDispose]: close }
}

t.test('of every measure it is said why it is not forecast, or it is', async (t) => {
  const read = documentsAhead([{ ...documents[0]!, inForce: documents.flatMap(({ inForce }) => inForce) }])
  const ahead = new Set(read.flatMap(({ inForce }) => inForce).map(({ formula }) => formula))
  for (const formula of Object.keys(measures)) {
    if (ahead.has(formula)) t.equal(whyNotAhead(formula), undefined, formula)
    else t.type(whyNotAhead(formula)?.zh, 'string', formula)
  }
})

t.test('the measured value is forecast by the hour and scored by the definition in force', async (t) => {
  await using world = await pilot(['air', 'traffic'])
  const { forecasts } = world
  t.equal(forecasts.of('air-01', 'pm25'), undefined, 'nothing before the first run')
  await forecasts.run()
  const pm25 = forecasts.of('air-01', 'pm25')
  t.match(pm25, { generatedAt: now, unit: 'ug/m3', reason: undefined })
  t.match(pm25?.hours[0], { at: Math.floor(now / hourMs) * hourMs })
  t.equal(pm25?.hours.length, 24)
  const heat = forecasts.ofIndicator('META-05')
  t.equal(heat?.hours.length, 24)
  for (const hour of heat?.hours ?? []) {
    t.equal(hour.score, scoreOf(hour.value, [27, 32, 36, 39.4, 46, 51.7]))
    t.ok(hour.values[0] <= hour.value && hour.value <= hour.values[1])
    t.ok(hour.scores[0] <= hour.score && hour.score <= hour.scores[1])
  }
  t.ok((forecasts.ofIndicator('RESP-01')?.hours.length ?? 0) === 24, 'an index of six pollutants')
  t.ok((forecasts.ofIndicator('CIRC-01')?.hours.length ?? 0) === 24)
  t.match(forecasts.ofIndicator('RENL-04'), { reason: 'not-forecast', why: { en: /share of readings/ }, hours: [] })
  t.equal(forecasts.ofIndicator('RENL-99'), undefined)
  t.same(forecasts.ofIndicator('RENL-06')?.hours, [], 'no terminal, no forecast')
})

t.test('the skill of every series is kept, one row a day', async (t) => {
  await using world = await pilot(['traffic'])
  await world.forecasts.run()
  await world.clock.advance(2 * hourMs)
  await world.forecasts.run()
  const rows = await world.forecasts.skill()
  const flow = rows.find(({ terminal, point }) => terminal === 'traffic-01' && point === 'flow')
  t.match(flow, { season: 168, origins: 25, at: now + 2 * hourMs })
  t.ok((flow?.mase ?? 9) <= (flow?.naiveMase ?? 0) && (flow?.skill ?? -1) >= 0)
  t.equal(new Set(rows.map(({ terminal, point }) => `${terminal}/${point}`)).size, rows.length)
})

t.test('a day of history is no ground for a forecast, and it says so', async (t) => {
  await using world = await pilot(['air'], 26)
  await world.forecasts.run()
  t.match(world.forecasts.of('air-01', 'pm25'), { reason: 'too-little-history', hours: [] })
  t.match(world.forecasts.of('traffic-01', 'flow'), { reason: 'too-little-history', hours: [] })
  t.same(await world.forecasts.skill(), [])
})

t.test('the next hour starts where the clock is, and late readings are read again', async (t) => {
  await using world = await pilot(['traffic'])
  await world.forecasts.run()
  const before = world.forecasts.of('traffic-01', 'flow')
  await world.clock.advance(hourMs)
  await world.forecasts.run()
  const after = world.forecasts.of('traffic-01', 'flow')
  t.equal(after?.hours[0]?.at, (before?.hours[0]?.at ?? 0) + hourMs)
})

t.test('the thread gives the very answers', async (t) => {
  await using world = await pilot(['traffic'])
  await using threaded = openForecasts({ ...world.options, compute: new ComputeThread() })
  await Promise.all([world.forecasts.run(), threaded.run()])
  t.same(threaded.of('traffic-02', 'speed'), world.forecasts.of('traffic-02', 'speed'))
  t.same(threaded.ofIndicator('CIRC-01'), world.forecasts.ofIndicator('CIRC-01'))
})

t.test('it runs soon after the start and then every hour, and closes while it runs', async (t) => {
  await using world = await pilot(['traffic'])
  const forecasts = openForecasts({ ...world.options, compute: computeHere(), firstAfterMs: 5000 })
  t.equal(world.clock.nextTimerInMs, 5000)
  await world.clock.advance(5000)
  t.equal(world.clock.nextTimerInMs, hourMs - ((now + 5000) % hourMs) + 120_000)
  await forecasts[Symbol.asyncDispose]()
  t.equal(world.clock.nextTimerInMs, undefined)
})
