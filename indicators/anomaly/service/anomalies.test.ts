// The hourly detectors over the simulated pilot's air: what drifts is found, what the whole town shares is not, and a restart
// changes nothing.
import { FakeClock } from '@civitals/contracts/clock'
import { demoCity } from '@civitals/simulator/city'
import { pilotHistory } from '@civitals/simulator/history'
import { MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import type { Period } from '../../baseline/exclusions.ts'
import { indicatorMigrations } from '../../migrations.ts'
import { registryOf } from '../../testing/pilot.ts'
import { openAnomalies } from './anomalies.ts'
import { readSeries } from './store.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const now = Date.parse('2026-06-12T09:20:00+08:00')
const drifts = now - 3 * dayMs
const limits = { air: { points: { pm25: { habits: true } } } }
const [whole, past] = await Promise.all([demoCity(), pilotHistory({ seed: 7 })])
const city = { ...whole, terminals: whole.terminals.filter(({ kind }) => kind === 'air') }
const ids = city.terminals.map(({ id }) => id)
const stretch = { from: now - 70 * dayMs - (now % hourMs) + hourMs / 2, to: now + 5 * dayMs, everyMs: hourMs }
const samples = [...past.samples({ ...stretch, terminals: (_, kind) => kind === 'air' })]

/** Weeks of the pilot's PM2.5 by the hour with something wrong added to it. */
async function pilot(wrong: (terminal: string, at: number) => number, excluded: readonly Period[] = []) {
  const series = new MemorySeries()
  const readings = samples.flatMap(({ terminal, at, values: { pm25 } }) =>
    pm25 === undefined
      ? []
      : [{ terminal, point: 'pm25', at, value: pm25 + wrong(terminal, at), quality: 'good' as const }],
  )
  await series.write({ receivedAt: now, envelopes: [{ gateway: 'g', spool: 's', seq: 1, readings }] })
  const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
  const clock = new FakeClock(now)
  const options = { state, series, registry: registryOf(city), clock, limits, alarmPeriods: async () => excluded }
  return { state, clock, options, [Symbol.asyncDispose]: () => state.close() }
}

const ramp = (terminal: string, at: number): number =>
  terminal === ids[1] && at > drifts ? Math.min(60, (at - drifts) / hourMs) : 0

t.test(
  'a station that drifts away from its neighbours is found, from about the hour it began, and no other',
  async (t) => {
    await using world = await pilot(ramp)
    await using anomalies = await openAnomalies(world.options)
    t.match(await anomalies.of(ids[1] ?? '', 'pm25'), { state: 'not-judged', anomalies: [] })
    await anomalies.run()
    const open = await anomalies.list({ open: true })
    t.match(open, [{ terminal: ids[1], point: 'pm25', kind: 'drift', open: true }])
    const [found] = open
    t.ok(found && Math.abs(found.from - drifts) < 12 * hourMs, `${((found?.from ?? 0) - drifts) / hourMs} h`)
    t.ok(found && found.off > 20, `${found?.off}`)
    t.match(await anomalies.of(ids[1] ?? '', 'pm25'), { state: 'odd', judgedTo: now - (now % hourMs) })
    t.match(await anomalies.of(ids[0] ?? '', 'pm25'), { state: 'ordinary', usual: { value: Number, sigma: Number } })
    t.match(anomalies.facts(), [
      { terminal: ids[1], anomaly: 'drift', hours: ((found?.to ?? 0) - (found?.from ?? 0)) / hourMs },
    ])
  },
)

t.test('what all stations share is weather', async (t) => {
  await using world = await pilot((_, at) => (at > drifts ? 40 : 0))
  await using anomalies = await openAnomalies(world.options)
  await anomalies.run()
  t.strictSame(await anomalies.list({ open: true }), [])
})

t.test('a shift that is over is said to be for a day, then no more', async (t) => {
  await using world = await pilot((terminal, at) =>
    terminal === ids[2] && at > now - 40 * hourMs && at < now - hourMs ? 90 : 0,
  )
  await using anomalies = await openAnomalies(world.options)
  await anomalies.run()
  t.match(anomalies.facts(), [{ terminal: ids[2], anomaly: 'level' }])
  t.ok((anomalies.facts()[0]?.hours ?? 0) > 30)
  await world.clock.advance(20 * hourMs)
  await anomalies.run()
  t.match(anomalies.facts(), [{ terminal: ids[2], hours: 0 }])
  t.match(await anomalies.list(), [{ terminal: ids[2], open: false }])
  await world.clock.advance(30 * hourMs)
  await anomalies.run()
  t.strictSame(anomalies.facts(), [])
})

t.test('hours judged one by one with restarts between leave what hours judged without one leave', async (t) => {
  await using broken = await pilot(ramp)
  await using steady = await pilot(ramp)
  await using throughout = await openAnomalies(steady.options)
  for (let hour = 0; hour < 60; hour += 5) {
    await throughout.run()
    await using restarted = await openAnomalies(broken.options)
    await restarted.run()
    await Promise.all([broken.clock.advance(5 * hourMs), steady.clock.advance(5 * hourMs)])
  }
  const [once, again] = await Promise.all([readSeries(steady.state.db), readSeries(broken.state.db)])
  t.equal(once.length, ids.length)
  t.strictSame(again, once)
  await using restarted = await openAnomalies(broken.options)
  t.strictSame(await restarted.list(), await throughout.list())
  t.strictSame(restarted.facts(), throughout.facts())
  t.ok(restarted.facts().length > 0)
})

t.test('hours of an open alarm teach the baseline nothing', async (t) => {
  const smog = (terminal: string, at: number): number =>
    terminal === ids[0] && at > now - 30 * dayMs && at < now - 2 * dayMs ? 200 : 0
  const usual = async (excluded: readonly Period[]): Promise<number> => {
    await using world = await pilot(smog, excluded)
    await using anomalies = await openAnomalies(world.options)
    await anomalies.run()
    return (await anomalies.of(ids[0] ?? '', 'pm25')).usual?.value ?? Number.NaN
  }
  const alarm = { terminal: ids[0] ?? '', point: 'pm25', from: now - 30 * dayMs, to: now - 2 * dayMs }
  t.ok((await usual([])) > 150)
  t.ok((await usual([alarm])) < 150)
})

t.test('an hour is judged when a quarter of an hour has passed for its late readings', async (t) => {
  await using world = await pilot(() => 0)
  await using anomalies = await openAnomalies(world.options)
  const judgedTo = async (): Promise<number> => {
    await anomalies.run()
    const { judgedTo = 0 } = await anomalies.of(ids[0] ?? '', 'pm25')
    return judgedTo
  }
  const nine = now - (now % hourMs)
  t.equal(await judgedTo(), nine)
  await world.clock.advance(45 * 60_000)
  t.equal(await judgedTo(), nine, 'at five past ten')
  const late = { terminal: ids[0] ?? '', point: 'pm25', at: nine + hourMs / 2, value: 500, quality: 'good' as const }
  const envelope = { gateway: 'g', spool: 's', seq: 2, readings: [late] }
  await world.options.series.write({ receivedAt: world.clock.now(), envelopes: [envelope] })
  await world.clock.advance(15 * 60_000)
  t.equal(await judgedTo(), nine + hourMs, 'at twenty past')
  t.ok(((await anomalies.of(ids[0] ?? '', 'pm25')).value ?? 0) > 250, 'with what came late')
})
