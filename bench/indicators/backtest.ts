// A back-test of 30 days, hour by hour, over 1,000 terminals from the one-minute rollups of a series store, two sets of definitions
// side by side, as the centre runs it; and one rule judged reading by reading over 100 series, whose readings are made in memory.
//   npm run bench -- indicators backtest
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { AlarmReplay } from '@civitals/alarms/replay'
import { loadRules } from '@civitals/alarms/shipped-rules'
import { FakeClock } from '@civitals/contracts/clock'
import { registryView } from '@civitals/contracts/registry-view'
import { effectiveOn } from '@civitals/indicators/catalogue'
import { openIndicators } from '@civitals/indicators/indicators'
import { indicatorMigrations } from '@civitals/indicators/migrations'
import { shippedCatalogue } from '@civitals/indicators/shipped'
import { openDuckdbSeries } from '@civitals/storage/duckdb'
import { MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import { Backtests } from '../../cli/centre/io/backtests.ts'
import { bench, printFigures } from '../run.ts'
import { bigCity } from './peers/big-city.ts'
import { fillMinutes, type Name } from './peers/minute-store.ts'

const days = Number(process.argv[2] ?? 30)
const dayMs = 86_400_000
const to = Date.parse('2026-06-12T00:00:00Z')

await bench(async (ending) => {
  const city = await bigCity(1000)
  const registry = registryView(city)
  const names = await seriesOf(city)
  const folder = mkdtempSync(join(tmpdir(), 'civitals-bench-'))
  ending.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const rows = await fillMinutes(folder, names, days + 2, to)
  const clock = new FakeClock(to)
  const energyMean = (_: string, point: string): boolean => point === 'leq'
  const series = await openDuckdbSeries({ folder, clock, energyMean })
  const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
  const indicators = await openIndicators({ state, series: new MemorySeries(), registry, clock })
  const backtests = new Backtests({ registry, indicators, series, clock })
  ending.teardown(() => series.close())
  ending.teardown(() => state.close())
  ending.teardown(() => indicators.close())
  ending.teardown(() => backtests.close())
  const files = indicators.definitions
    .export()
    .filter(({ name }) => name === 'RENL.yaml')
    .map(({ name, text }) => ({ name, text: text.replace(/weight: 0\.3$/m, 'weight: 0.3') }))

  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  const held = monitorEventLoopDelay({ resolution: 5 })
  held.enable()
  const { id } = await backtests.start({ days, everyMinutes: 60, files })
  while (backtests.get(id)?.state === 'running') await new Promise((resolve) => setTimeout(resolve, 50))
  held.disable()
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const done = backtests.get(id)
  if (!done?.result) throw new Error(done?.error ?? 'no result')

  const judged = await judgeOneRule(city)
  const valid = done.result.sides[0]?.indicators.filter(({ valid }) => valid > 0).length ?? 0
  printFigures(`Back-test: ${days} days, ${city.terminals.length} terminals, ${done.result.sides.length} sides`, [
    { what: 'one-minute rollups in the store', measured: rows / 1e6, unit: 'M' },
    { what: 'evaluations of a side', measured: done.result.sides[0]?.points.length ?? 0, unit: '' },
    { what: 'indicators with a valid value', measured: valid, unit: '' },
    { what: `${days} days hour by hour`, measured: seconds, unit: 's', ...(days === 30 ? { atMost: 60 } : {}) },
    { what: 'processor time of it', measured: (user + system) / 1e6, unit: 's' },
    { what: 'longest hold-up of the main loop', measured: held.max / 1e6, unit: 'ms', atMost: 50 },
    { what: 'readings judged by one rule, 100 series', measured: judged.readings / 1e6, unit: 'M' },
    {
      what: `one rule over 100 series, ${days} days at 10 s`,
      measured: judged.seconds,
      unit: 's',
      ...(days === 30 ? { atMost: 60 } : {}),
    },
    { what: 'alarms it raised', measured: judged.alarms, unit: '' },
  ])
})

/** Every series a definition in force reads, about a level that is nothing special. */
async function seriesOf(city: Awaited<ReturnType<typeof bigCity>>): Promise<Name[]> {
  const read = new Set(
    effectiveOn(await shippedCatalogue(), '2026-06-12')
      .flatMap(({ inForce }) => inForce)
      .flatMap(({ inputs = [] }) => inputs.flatMap(({ kind, points }) => points.map((point) => `${kind}/${point}`))),
  )
  return city.terminals.flatMap(({ id: terminal, kind, points }) =>
    points
      .filter(({ id }) => read.has(`${kind}/${id}`))
      .map(({ id: point }) => ({ terminal, point, level: 5, energy: point === 'leq' })),
  )
}

async function judgeOneRule(city: Awaited<ReturnType<typeof bigCity>>) {
  const rule = (await loadRules()).find(({ subject }) => 'kind' in subject && subject.kind === 'road-water')
  if (!rule) throw new Error('no rule on road water')
  const gauges = city.terminals.filter(({ kind }) => kind === 'road-water').slice(0, 100)
  const judge = new AlarmReplay([rule], registryView(city))
  const every = 10_000
  const perDay = dayMs / every
  let readings = 0
  const times = new Float64Array(perDay)
  const values = Float64Array.from({ length: perDay }, (_, at) => (at % 2000 < 300 ? 40 : 0))
  const startedAt = performance.now()
  for (let k = 0; k < 100; k++) {
    const gauge = gauges[k % gauges.length]?.id ?? ''
    for (let d = 0; d < days; d++) {
      const first = to + k * days * dayMs + d * dayMs
      for (let at = 0; at < perDay; at++) times[at] = first + at * every
      judge.series(gauge, 'depth', times, values)
      readings += perDay
    }
  }
  return { readings, alarms: judge.alarms.length, seconds: (performance.now() - startedAt) / 1000 }
}
