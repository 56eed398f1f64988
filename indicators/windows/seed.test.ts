import { demoCity } from '@civitals/simulator/city'
import { pilotHistory } from '@civitals/simulator/history'
import { inject } from '@civitals/simulator/inject'
import { MemorySeries } from '@civitals/storage/series-memory'
import t from 'tap'
import { shippedDefinitions } from '../io/shipped.ts'
import { shippedLimits } from '../io/shipped-limits.ts'
import { type Contents, registryOf } from '../testing/pilot.ts'
import { localTimeOf } from './local-time.ts'
import { planWindows } from './plan.ts'
import { seedWindows } from './seed.ts'
import { Windows } from './windows.ts'

const hourMs = 3_600_000
const minuteMs = 60_000
const now = Date.parse('2026-06-12T09:00:00+08:00')
const [city, past, documents, limits] = await Promise.all([
  demoCity(),
  pilotHistory({ seed: 7 }),
  shippedDefinitions(),
  shippedLimits(),
])
const plan = planWindows(documents.flatMap(({ inForce }) => inForce))
const make = (): Windows => new Windows(plan, registryOf(city), localTimeOf(city.timeZone), limits)

t.test('windows rebuilt from the store after a restart hold the same values and the same flags', async (t) => {
  const contents: Contents = new Map()
  const live = make()
  const faults = [
    { kind: 'stuck', from: now - 5 * hourMs, to: now - 2 * hourMs, size: 0 },
    { kind: 'spike', from: now - hourMs, to: now - hourMs + minuteMs, size: 500 },
    { kind: 'gap', from: now - 40 * minuteMs, to: now - 20 * minuteMs, size: 0 },
  ] as const
  const wanted = (id: string): boolean => id === 'air-01' || id === 'road-water-01'
  const samples = [...past.samples({ from: now - 30 * hourMs, to: now, everyMs: minuteMs, terminals: wanted })]
  for (const id of ['air-01/no2', 'air-01/pm25', 'road-water-01/depth'] as const) {
    const [terminal = '', point = ''] = id.split('/')
    const clean = samples
      .filter((sample) => sample.terminal === terminal)
      .map(({ at, values }) => ({ at, value: values[point] ?? 0 }))
    const readings = inject(clean, faults, 1).samples.map((one) => ({
      terminal,
      point,
      ...one,
      quality: 'good' as const,
    }))
    contents.set(id as never, new Map(readings.map((reading) => [reading.at, reading])))
    for (const reading of readings) live.add(reading)
  }
  const rebuilt = make()
  await seedWindows(rebuilt, plan, registryOf(city), new MemorySeries({ contents }), now)
  let failed = 0
  for (const id of contents.keys()) {
    const [terminal = '', point = ''] = id.split('/')
    const [before, after] = [live, rebuilt].map((windows) => windows.of(terminal)?.series.get(point))
    for (const minutes of [5, 15, 60, 240, 24 * 60]) {
      t.strictSame(after?.flags(now, minutes), before?.flags(now, minutes), `${id}, ${minutes} min`)
      t.strictSame(after?.recent(now, minutes), before?.recent(now, minutes), `${id}, ${minutes} min`)
    }
    failed += after?.flags(now, 24 * 60).fail ?? 0
  }
  t.ok(failed > 60, `${failed} readings failed: the comparison says something`)
})
