// Readings a second through quality control, windows and the detectors of single readings on one core, and the memory of a series-window.
//   setup/with-node bench/indicators/throughput.ts [SECONDS]
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ReadingDetector } from '../../indicators/anomaly/reading-detector.ts'
import { ReadingWatch } from '../../indicators/anomaly/readings/watch.ts'
import { shippedDefinitions } from '../../indicators/io/shipped.ts'
import { shippedLimits } from '../../indicators/io/shipped-limits.ts'
import { SeriesCheck } from '../../indicators/quality/series-check.ts'
import { registryOf } from '../../indicators/testing/pilot.ts'
import { localTimeOf } from '../../indicators/windows/local-time.ts'
import { planWindows } from '../../indicators/windows/plan.ts'
import { aheadMinutes } from '../../indicators/windows/series-window.ts'
import { Shelves } from '../../indicators/windows/slots.ts'
import { Windows } from '../../indicators/windows/windows.ts'
import { demoCity } from '../../simulator/city/io/pilot-file.ts'
import { pilotHistory } from '../../simulator/history.ts'
import { median, printFigures } from '../run.ts'

const seconds = Number(process.argv[2] ?? 60)
const dayMs = 86_400_000
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

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const count = 8_000
const measured: unknown[] = []

/** Bytes of each of many; what was measured before stays, so that none of it goes meanwhile. */
async function bytesOf(make: () => readonly unknown[]): Promise<number> {
  const before = await settledMemory()
  measured.push(make())
  return ((await settledMemory()) - before) / count
}

/** Buffers are given back by a thread of their own, some time after the collection. */
async function settledMemory(): Promise<number> {
  for (let k = 0; k < 5; k++) {
    collect()
    await setTimeout(100)
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Sliding windows that have been fed readings of one decimal for two hours, some weeks after the first of them. */
function windowsOf(everyMs: number, minutes = 60, extremes = false): readonly unknown[] {
  const shelves = new Shelves()
  const rings = Array.from({ length: count }, () =>
    shelves.ring('one', { slotMs: 60_000, slots: minutes + aheadMinutes, flags: true, extremes }),
  )
  for (const [k, ring] of rings.entries()) {
    ring.add(start, 35, false)
    for (let at = start + 30 * dayMs; at < start + 30 * dayMs + 7_200_000; at += everyMs)
      ring.add(at, Math.round(400 + 150 * Math.sin(at / 1e6 + k)) / 10, false)
  }
  return rings
}
const air = limits.air?.points.no2 ?? {}
await bytesOf(() => windowsOf(60_000))
const byMinute = await bytesOf(() => windowsOf(60_000))
const bySeconds = await bytesOf(() => windowsOf(10_000))
const shortExtremes = await bytesOf(() => windowsOf(10_000, 15, true))
const longExtremes = await bytesOf(() => windowsOf(10_000, 60, true))
const judging = await bytesOf(() => Array.from({ length: count }, () => new SeriesCheck(air, 60_000)))
const watching = await bytesOf(() =>
  Array.from({ length: count }, () => {
    const detector = new ReadingDetector({ everyMs: 60_000, resolution: 0.1 })
    for (let k = 0; k < 100; k++) detector.take(start + k * 60_000, 40 + (k % 7) / 10, () => {})
    return detector
  }),
)

// Ten minutes of the whole pilot at a reading a second, said again and again, each time ten minutes later.
const batch = [...past.samples({ from: start, to: start + 600_000, everyMs: 1000 })].flatMap(
  ({ terminal, at, values }) =>
    Object.entries(values).map(([point, value]) => ({ terminal, point, at, value, quality: 'good' as const })),
)
const windows = new Windows(plan, registry, local, limits)
const watch = new ReadingWatch(limits, registry)
interface Rates {
  readonly all: number[]
  readonly windows: number[]
}
const rates: Rates = { all: [], windows: [] }
const perSecond = (usage: NodeJS.CpuUsage): number => (batch.length / (usage.user + usage.system)) * 1e6
const end = performance.now() + seconds * 1000
for (let round = 0; performance.now() < end; round++) {
  const shift = round * 600_000
  const readings = batch.map((reading) => ({ ...reading, at: reading.at + shift }))
  const begin = process.cpuUsage()
  for (const reading of readings) windows.add(reading)
  const fed = process.cpuUsage(begin)
  for (const reading of readings) watch.add(reading)
  rates.windows.push(perSecond(fed))
  rates.all.push(perSecond(process.cpuUsage(begin)))
}

printFigures(
  `Quality control, windows and detectors, ${seconds} s, ${rates.all.length} rounds of ${batch.length} readings`,
  [
    { what: 'readings a second and core, median round', measured: median(rates.all) / 1e6, unit: 'M/s', atLeast: 1 },
    { what: 'slowest round', measured: Math.min(...rates.all) / 1e6, unit: 'M/s' },
    { what: 'without the detectors, median round', measured: median(rates.windows) / 1e6, unit: 'M/s' },
    {
      what: 'bytes of a 60 min sliding window, a reading a minute',
      measured: byMinute,
      unit: 'B',
      atMost: 300,
    },
    {
      what: 'bytes of a 60 min sliding window, a reading each 10 s',
      measured: bySeconds,
      unit: 'B',
      atMost: 300,
    },
    // The longest window of which a shipped definition asks for the extremes is one of a quarter of an hour.
    { what: 'a 15 min window with least and greatest, each 10 s', measured: shortExtremes, unit: 'B', atMost: 300 },
    { what: 'a 60 min window with least and greatest, each 10 s', measured: longExtremes, unit: 'B' },
    { what: 'beside it, once a series: its quality control', measured: judging, unit: 'B' },
    { what: 'and the habits of its readings, where it has any', measured: watching, unit: 'B' },
  ],
)
