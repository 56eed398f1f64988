// What baselines must not learn from is left out, also after a restart: flagged hours from what was kept of them, hours of an alarm,
// and shifts of level.
import { demoCity } from '@civitals/simulator/city'
import { pilotHistory } from '@civitals/simulator/history'
import { MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import { writeRun } from '../anomaly/service/store.ts'
import { shippedDefinitions } from '../io/shipped.ts'
import { shippedLimits } from '../io/shipped-limits.ts'
import { indicatorMigrations } from '../migrations.ts'
import { registryOf } from '../testing/pilot.ts'
import { localTimeOf } from '../windows/local-time.ts'
import { planWindows } from '../windows/plan.ts'
import { seedWindows } from '../windows/seed.ts'
import { Windows } from '../windows/windows.ts'
import { readExclusions, writeDoubts } from './untaught.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const now = Date.parse('2026-06-12T09:00:00+08:00')
const [city, documents, limits] = await Promise.all([demoCity(), shippedDefinitions(), shippedLimits()])
const registry = registryOf(city)
const plan = planWindows(documents.flatMap(({ inForce }) => inForce))
const series = { terminal: 'traffic-01', point: 'flow' }
const make = (): Windows => new Windows(plan, registry, localTimeOf(city.timeZone), limits)
const stateOf = () => openSqliteState({ file: ':memory:', migrations: indicatorMigrations })

t.test('hours of doubtful readings are kept as they are found, and added up', async (t) => {
  await using state = await stateOf()
  const windows = make()
  for (let minute = 0; minute < 240; minute++)
    windows.add({ ...series, at: now + minute * 60_000, value: 500, quality: 'good' })
  const found = windows.doubts.take()
  t.ok(
    found.some(({ hour, readings }) => hour === now + 2 * hourMs && readings === 60),
    'a road whose flow stands still',
  )
  t.strictSame(windows.doubts.take(), [])
  await state.transaction((tx) => writeDoubts(tx, [{ ...series, hour: now, readings: 3 }], now))
  const excluded = async () =>
    (await readExclusions(state.db, registry, now - dayMs, undefined)).of('traffic-01', 'flow')
  t.equal((await excluded())(now / hourMs), false, 'three readings are no tenth of an hour')
  await state.transaction((tx) => writeDoubts(tx, [{ ...series, hour: now, readings: 30 }], now))
  t.equal((await excluded())(now / hourMs), true)
  t.equal((await excluded())(now / hourMs + 1), false)
  t.equal((await readExclusions(state.db, registry, 0, undefined)).of('traffic-01', 'speed')(now / hourMs), false)
})

t.test('a restart teaches the baselines nothing that was left out before it', async (t) => {
  await using state = await stateOf()
  const past = await pilotHistory({ seed: 7 })
  const weeks = {
    from: now - 57 * dayMs - hourMs / 2,
    to: now,
    everyMs: hourMs,
    terminals: (id: string) => id === 'traffic-01',
  }
  const sick = (at: number): boolean =>
    Math.floor(at / hourMs) % 168 === Math.floor(now / hourMs) % 168 && at > now - 36 * dayMs
  const readings = [...past.samples(weeks)].map(({ at, values }) => ({
    ...{ ...series, at, quality: 'good' as const },
    value: sick(at) ? 9999 : (values.flow ?? 0),
  }))
  const store = new MemorySeries()
  await store.write({ receivedAt: now, envelopes: [{ gateway: 'g', spool: 's', seq: 1, readings }] })
  const hours = readings.filter(({ at }) => sick(at)).map(({ at }) => at - (at % hourMs))
  const [flagged, alarmed, shifted] = [hours.slice(0, 2), hours.slice(2, 4), hours.slice(4)]
  await state.transaction(async (tx) => {
    await writeDoubts(
      tx,
      flagged.map((hour) => ({ ...series, hour, readings: 60 })),
      now,
    )
    const shift = { unit: 'veh/h', kind: 'level' as const, open: false, foundAt: now, off: 1 }
    await writeRun(
      tx,
      [],
      shifted.map((from) => ({ ...series, ...shift, from, to: from + hourMs })),
      now,
    )
  })
  const alarms = async () => alarmed.map((from) => ({ ...series, from, to: from + hourMs }))
  const usual = async (exclusions?: Awaited<ReturnType<typeof readExclusions>>): Promise<number> => {
    const windows = make()
    await seedWindows(windows, plan, registry, store, now, exclusions ? { exclusions } : {})
    return windows.of('traffic-01')?.series.get('flow')?.week?.usualHour(now, 1)?.median ?? Number.NaN
  }
  const all = await readExclusions(state.db, registry, now - 60 * dayMs, alarms)
  t.ok(hours.length >= 5)
  t.equal(await usual(), 9999, 'the newer half of the weeks is sick')
  t.ok((await usual(all)) < 9999)
  const windows = make()
  await seedWindows(windows, plan, registry, store, now)
  windows.unteach(all, (now - 60 * dayMs) / hourMs, now / hourMs)
  const week = windows.of('traffic-01')?.series.get('flow')?.week
  t.equal(week?.usualHour(now, 1)?.median, await usual(all), 'taken out while running is the same as never taught')
})
