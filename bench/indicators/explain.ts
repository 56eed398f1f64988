// What an explanation of an earlier instant costs: the simulated pilot in an embedded store, a day by the minute and eight weeks of
// traffic by the hour; each indicator first as whoever opens the page meets it, then again an hour of event time beside it.
//   setup/with-node bench/indicators/explain.ts
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '@civitals/contracts/clock'
import { registryView } from '@civitals/contracts/registry-view'
import { openIndicators } from '@civitals/indicators/indicators'
import { indicatorMigrations } from '@civitals/indicators/migrations'
import { openDuckdbSeries } from '@civitals/storage/duckdb'
import { openSqliteState } from '@civitals/storage/sqlite'
import { pilotPast } from '../../indicators/testing/pilot.ts'
import { bench, type Figure, printFigures } from '../run.ts'

const hourMs = 3_600_000
const now = Date.parse('2026-06-12T09:20:00+08:00')
const readingsPerEnvelope = 5000

await bench(async (ending) => {
  const folder = mkdtempSync(join(tmpdir(), 'civitals-bench-'))
  ending.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const { city, contents } = await pilotPast(now)
  const clock = new FakeClock(now)
  const series = await openDuckdbSeries({ folder, clock, energyMean: (_, point) => point === 'laeq' })
  ending.teardown(() => series.close())
  const readings = [...contents.values()].flatMap((one) => [...one.values()])
  for (let first = 0; first < readings.length; first += readingsPerEnvelope) {
    const some = readings.slice(first, first + readingsPerEnvelope)
    const seq = 1 + first / readingsPerEnvelope
    await series.write({ envelopes: [{ gateway: 'gw', spool: 's', seq, readings: some }], receivedAt: now })
  }
  const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
  ending.teardown(() => state.close())
  const indicators = await openIndicators({ state, series, registry: registryView(city), clock })
  ending.teardown(() => indicators.close())
  const figures: Figure[] = []
  for (const id of ['NERV-01', 'CIRC-01', 'RESP-01', 'RENL-01']) {
    for (const [what, at] of [['first', now - 3 * hourMs] as const, ['again', now - 2 * hourMs] as const]) {
      const startedAt = performance.now()
      const cpu = process.cpuUsage()
      await indicators.explain({ id, at })
      const seconds = (performance.now() - startedAt) / 1000
      const { user, system } = process.cpuUsage(cpu)
      figures.push({ what: `${id}, ${what}`, measured: seconds, unit: 's', atMost: 1 })
      figures.push({ what: `${id}, ${what}: processor time`, measured: (user + system) / 1e6, unit: 's' })
    }
  }
  printFigures(`Explanations of an earlier instant: ${readings.length} readings`, figures)
})
