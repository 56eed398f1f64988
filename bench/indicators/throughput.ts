// Readings a second through quality control and windows on one core, and the memory of a series-window.
//   setup/with-node bench/indicators/throughput.ts [SECONDS]
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { HourHistory } from '../../indicators/baseline/hour-history.ts'
import { shippedDefinitions } from '../../indicators/io/shipped.ts'
import { shippedLimits } from '../../indicators/io/shipped-limits.ts'
import { registryOf } from '../../indicators/testing/pilot.ts'
import { localTimeOf } from '../../indicators/windows/local-time.ts'
import { planWindows } from '../../indicators/windows/plan.ts'
import { SeriesWindow } from '../../indicators/windows/series-window.ts'
import { Windows } from '../../indicators/windows/windows.ts'
import { demoCity } from '../../simulator/city/io/pilot-file.ts'
import { pilotHistory } from '../../simulator/history.ts'
import { median, printFigures } from '../run.ts'

const seconds = Number(process.argv[2] ?? 60)
const start = Date.parse('2026-06-12T09:00:00+08:00')
const local = localTimeOf('Asia/Shanghai')
const [city, past, documents, limits] = await Promise.all([
  demoCity(),
  pilotHistory({ seed: 7 }),
  shippedDefinitions(),
  shippedLimits(),
])
const plan = planWindows(documents.flatMap(({ inForce }) => inForce))
const registry = registryOf(city)

// Ten minutes of the whole pilot at a reading a second, said again and again, each time ten minutes later.
const batch = [...past.samples({ from: start, to: start + 600_000, everyMs: 1000 })].flatMap(
  ({ terminal, at, values }) =>
    Object.entries(values).map(([point, value]) => ({ terminal, point, at, value, quality: 'good' as const })),
)
const windows = new Windows(plan, registry, local, limits)
const rates: number[] = []
const end = performance.now() + seconds * 1000
for (let round = 0; performance.now() < end; round++) {
  const shift = round * 600_000
  const begin = process.cpuUsage()
  for (const { terminal, point, at, value, quality } of batch)
    windows.add({ terminal, point, at: at + shift, value, quality })
  const { user, system } = process.cpuUsage(begin)
  rates.push((batch.length / (user + system)) * 1e6)
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const count = 20_000
const bytesOf = (make: () => SeriesWindow): number => {
  const kept: SeriesWindow[] = []
  collect()
  const before = process.memoryUsage()
  for (let k = 0; k < count; k++) kept.push(make())
  collect()
  const after = process.memoryUsage()
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers
  return kept.length === count ? bytes / count : Number.NaN
}
const name = { terminal: 't', point: 'p', site: 's', reportEveryMs: 60_000 }
const needs = { minutes: 60, hours: 0, fine: false, energy: false, pass: undefined, week: false }
const history = (): HourHistory => new HourHistory(local)
const air = limits.air?.points.no2
const whole = bytesOf(() => new SeriesWindow(name, needs, history, air))
const judging = bytesOf(() => new SeriesWindow(name, { ...needs, minutes: 0 }, history, air))

printFigures(`Quality control and windows, ${seconds} s, ${rates.length} rounds of ${batch.length} readings`, [
  { what: 'readings a second and core, median round', measured: median(rates) / 1e6, unit: 'M/s', atLeast: 1 },
  { what: 'slowest round', measured: Math.min(...rates) / 1e6, unit: 'M/s' },
  {
    what: 'bytes of a partial window (one slot of one series)',
    measured: (whole - judging) / 60,
    unit: 'B',
    atMost: 300,
  },
  { what: 'bytes of a judged series with 60 such slots', measured: whole, unit: 'B' },
  { what: 'of them, quality control and what is there once', measured: judging, unit: 'B' },
])
