// A restart of the indicators beside 10,000 series: windows, attendance and baselines read back from the store, holds and definitions
// from the state. The store holds a reading a minute of every series over 26 hours.
//   setup/with-node bench/indicators/restart.ts [SERIES]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '@civitals/contracts/clock'
import type { Reading } from '@civitals/contracts/reading'
import type { City } from '@civitals/contracts/registry'
import { registryView } from '@civitals/contracts/registry-view'
import { openIndicators } from '@civitals/indicators/indicators'
import { indicatorMigrations } from '@civitals/indicators/migrations'
import { openDuckdbSeries } from '@civitals/storage/duckdb'
import { openSqliteState } from '@civitals/storage/sqlite'
import { bench, printFigures } from '../run.ts'
import { bigCity } from './peers/big-city.ts'

const wanted = Number(process.argv[2] ?? 10_000)
const now = Date.parse('2026-06-12T09:00:00+08:00')
const minuteMs = 60_000
const heldMs = 26 * 60 * minuteMs
const perEnvelope = 100_000

const seriesOf = ({ terminals }: City): number => terminals.reduce((sum, { points }) => sum + points.length, 0)

/** The pilot's mix of terminals with so many series in all. */
async function cityOf(count: number): Promise<City> {
  const some = await bigCity(1000)
  const city = await bigCity(Math.ceil((1000 * count) / seriesOf(some)))
  return { ...city, terminals: city.terminals.map((terminal) => ({ ...terminal, reportEveryMs: minuteMs })) }
}

async function fill(store: Awaited<ReturnType<typeof openDuckdbSeries>>, city: City): Promise<number> {
  let written = 0
  const names = city.terminals.flatMap(({ id, points }) => points.map((point) => ({ terminal: id, point: point.id })))
  for (let at = now - heldMs; at < now; ) {
    const readings: Reading[] = []
    // Some minutes in one batch: the history is written once, whatever the number of series.
    for (; at < now && readings.length < perEnvelope; at += minuteMs)
      for (const [k, { terminal, point }] of names.entries())
        readings.push({ terminal, point, at, quality: 'good', value: 5 + Math.sin(at / 7e6 + k) })
    written += readings.length
    await store.write({ receivedAt: at, envelopes: [{ gateway: 'g', spool: 's', seq: written, readings }] })
  }
  await store.tend(true)
  return written
}

await bench(async (ending) => {
  const folder = mkdtempSync(join(tmpdir(), 'civitals-restart-'))
  ending.teardown(() => rmSync(folder, { recursive: true }))
  const city = await cityOf(wanted)
  const clock = new FakeClock(now)
  const registry = registryView(city)
  const filling = await openDuckdbSeries({ folder, clock })
  const written = await fill(filling, city)
  await filling.close()
  const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
  const begin = performance.now()
  const used = process.cpuUsage()
  const series = await openDuckdbSeries({ folder, clock })
  const opened = performance.now()
  const engine = await openIndicators({ state, series, registry, clock })
  const { user, system } = process.cpuUsage(used)
  const end = performance.now()
  await engine.close()
  await series.close()
  await state.close()
  printFigures(`Restart: ${seriesOf(city)} series of ${city.terminals.length} terminals, ${written} readings stored`, [
    { what: 'the series store opens', measured: (opened - begin) / 1000, unit: 's' },
    { what: 'store and indicators, wall time', measured: (end - begin) / 1000, unit: 's', atMost: 3 },
    { what: 'processor time, all threads', measured: (user + system) / 1e6, unit: 's' },
  ])
})
