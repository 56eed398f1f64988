// All indicators in force for 80 areas over 1,000 terminals, every 10 s: what an evaluation costs.
//   npm run bench -- indicators evaluate
import { FakeClock } from '@civitals/contracts/clock'
import type { Reading } from '@civitals/contracts/reading'
import { registryView } from '@civitals/contracts/registry-view'
import { openIndicators } from '@civitals/indicators/indicators'
import { indicatorMigrations } from '@civitals/indicators/migrations'
import { MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import { bench, median, printFigures } from '../run.ts'
import { bigCity } from './peers/big-city.ts'

const start = Date.parse('2026-06-12T09:00:00+08:00')
const minute = 60_000
const rounds = 20
const everyMs = 10_000

await bench(async () => {
  const city = await bigCity(1000)
  const clock = new FakeClock(start)
  const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
  const engine = await openIndicators({ state, series: new MemorySeries(), registry: registryView(city), clock })
  const reading = (terminal: string, point: string, at: number): Reading => ({
    terminal,
    point,
    at,
    value: 5 + Math.abs(Math.sin(at / 7e6 + terminal.length)),
    quality: 'good',
  })
  function* readings(from: number, to: number): Generator<Reading> {
    for (let at = from; at < to; at += minute) {
      for (const { id, points } of city.terminals) for (const { id: point } of points) yield reading(id, point, at)
    }
  }
  engine.seed(readings(start - 26 * 60 * minute, start))
  const cityMs: number[] = []
  const allMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    await clock.advance(everyMs)
    engine.seed(readings(clock.now(), clock.now() + 1))
    const before = process.cpuUsage()
    engine.evaluate()
    const whole = process.cpuUsage(before)
    for (const { id } of city.areas) engine.area(id)
    const all = process.cpuUsage(before)
    cityMs.push((whole.user + whole.system) / 1000)
    allMs.push((all.user + all.system) / 1000)
  }
  const known = engine.current()?.systems.flatMap(({ indicators }) => indicators) ?? []
  await engine.close()
  await state.close()
  printFigures(`Indicators: ${known.length} in force, ${city.areas.length} areas, ${city.terminals.length} terminals`, [
    { what: 'the city alone, with robustness', measured: median(cityMs), unit: 'ms' },
    { what: 'all areas, each with robustness', measured: median(allMs), unit: 'ms' },
    { what: 'share of a core at every 10 s', measured: (100 * median(allMs)) / everyMs, unit: '%', atMost: 10 },
  ])
})
