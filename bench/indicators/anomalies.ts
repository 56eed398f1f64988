// What the hourly detectors cost beside 10,000 series: the first look at 13 weeks of hours, and an ordinary hour. The store is played
// by a formula, so that its reads are not in the figures; the state is a database in memory.
//   setup/with-node bench/indicators/anomalies.ts [SERIES]
import { FakeClock } from '@civitals/contracts/clock'
import { registryView } from '@civitals/contracts/registry-view'
import { openAnomalies } from '@civitals/indicators/anomalies'
import { indicatorMigrations } from '@civitals/indicators/migrations'
import type { RangeQuery, SeriesRow, StoredReadings } from '@civitals/storage/series'
import { openSqliteState } from '@civitals/storage/sqlite'
import { companiesOf } from '../../indicators/anomaly/service/company.ts'
import { shippedLimits } from '../../indicators/io/shipped-limits.ts'
import { bench, printFigures } from '../run.ts'
import { bigCity } from './peers/big-city.ts'

const wanted = Number(process.argv[2] ?? 10_000)
const hourMs = 3_600_000
const now = Date.parse('2026-06-12T09:20:00+08:00')

/** Hours with the shape of a day and a scatter that repeats after 997 of them. */
async function range({ terminal, from, to }: RangeQuery): Promise<SeriesRow[]> {
  const rows: SeriesRow[] = []
  for (let hour = Math.ceil(from / hourMs); hour * hourMs < to; hour++) {
    const value = 50 + 20 * Math.sin((hour / 12) * Math.PI) + (((hour + terminal.length) * 389) % 997) / 200
    rows.push({ at: hour * hourMs, value, quality: 'good', count: 60 })
  }
  return rows
}

const readings = async (): Promise<StoredReadings> => ({
  starts: new Uint32Array(0),
  at: new Float64Array(0),
  value: new Float64Array(0),
  quality: new Uint8Array(0),
})

await bench(async () => {
  const limits = await shippedLimits()
  const habitual = (city: Awaited<ReturnType<typeof bigCity>>) => companiesOf(limits, registryView(city)).flat().length
  const city = await bigCity(Math.ceil((1000 * wanted) / habitual(await bigCity(1000))))
  const clock = new FakeClock(now)
  const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
  const anomalies = await openAnomalies({ state, series: { range, readings }, registry: registryView(city), clock })
  const costOf = async (): Promise<number> => {
    const before = process.cpuUsage()
    await anomalies.run()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1e6
  }
  const before = process.memoryUsage()
  const first = await costOf()
  const after = process.memoryUsage()
  await clock.advance(hourMs)
  const hour = await costOf()
  await anomalies[Symbol.asyncDispose]()
  await state.close()
  printFigures(`Hourly detectors: ${habitual(city)} series of ${city.terminals.length} terminals`, [
    { what: 'first look, processor time', measured: first, unit: 's' },
    { what: 'an hour, processor time', measured: hour, unit: 's' },
    { what: 'share of a core', measured: (100 * hour) / 3600, unit: '%' },
    { what: 'memory, garbage included', measured: (after.rss - before.rss) / 1e6, unit: 'MB' },
  ])
})
