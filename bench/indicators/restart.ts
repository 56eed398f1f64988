// A restart of the indicators and detectors beside 10,000 series: both stores open, windows and habits as they were kept, and what came
// since read back from the series store, which holds a reading a minute of every series over 26 hours.
//   setup/with-node bench/indicators/restart.ts [SERIES]
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '@civitals/contracts/clock'
import type { Reading } from '@civitals/contracts/reading'
import type { City } from '@civitals/contracts/registry'
import { registryView } from '@civitals/contracts/registry-view'
import { openAnomalies } from '@civitals/indicators/anomalies'
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
const unkeptMs = 10 * minuteMs

const seriesOf = ({ terminals }: City): number => terminals.reduce((sum, { points }) => sum + points.length, 0)

/** The pilot's mix of terminals with so many series in all. */
async function cityOf(count: number): Promise<City> {
  const some = await bigCity(1000)
  const city = await bigCity(Math.ceil((1000 * count) / seriesOf(some)))
  return { ...city, terminals: city.terminals.map((terminal) => ({ ...terminal, reportEveryMs: minuteMs })) }
}

type Store = Awaited<ReturnType<typeof openDuckdbSeries>>

/** A reading of every series. */
const minuteOf = ({ terminals }: City, at: number): Reading[] =>
  terminals
    .flatMap(({ id, points }) => points.map((point) => ({ terminal: id, point: point.id })))
    .map((name, k) => ({ ...name, at, quality: 'good', value: 5 + Math.sin(at / 7e6 + k) }))

/** A reading of every series each minute of a stretch. */
async function fill(store: Store, city: City, from: number, to: number): Promise<number> {
  let written = 0
  for (let at = from; at < to; ) {
    const readings: Reading[] = []
    // Some minutes in one batch: the history is written once, whatever the number of series.
    for (; at < to && readings.length < perEnvelope; at += minuteMs)
      for (const reading of minuteOf(city, at)) readings.push(reading)
    written += readings.length
    await store.write({ receivedAt: at, envelopes: [{ gateway: 'g', spool: 's', seq: at, readings }] })
  }
  return written
}

const round = (number: number): number => Math.round(number * 100) / 100

await bench(async (ending) => {
  const folder = mkdtempSync(join(tmpdir(), 'civitals-restart-'))
  ending.teardown(() => rmSync(folder, { recursive: true }))
  const city = await cityOf(wanted)
  const clock = new FakeClock(now)
  const registry = registryView(city)
  const filling = await openDuckdbSeries({ folder: join(folder, 'series'), clock })
  const written = await fill(filling, city, now - heldMs, now)
  await filling.tend(true)
  await filling.close()

  async function start() {
    const begin = performance.now()
    const used = process.cpuUsage()
    const file = join(folder, 'state.sqlite')
    const state = await openSqliteState({ file, migrations: indicatorMigrations })
    const series = await openDuckdbSeries({ folder: join(folder, 'series'), clock })
    const engine = await openIndicators({ state, series, registry, clock })
    const windows = process.cpuUsage(used)
    const anomalies = await openAnomalies({ state, series, registry, clock })
    const { user, system } = process.cpuUsage(used)
    const wall = performance.now() - begin
    return {
      wall: round(wall / 1000),
      processor: round((user + system) / 1e6),
      detectors: round((user + system - windows.user - windows.system) / 1e6),
      kept: statSync(file).size,
      settle: (readings: readonly Reading[]): void => {
        const envelopes = [{ gateway: 'g', spool: 's', seq: 1, readings }]
        anomalies.step({ receivedAt: clock.now(), envelopes })?.committed()
      },
      close: async () => {
        await anomalies[Symbol.asyncDispose]()
        await engine.close()
        await series.close()
        await state.close()
      },
    }
  }

  const first = await start()
  // Every terminal has been heard, so every one has habits to be kept.
  first.settle(minuteOf(city, now - minuteMs))
  await first.close()
  const clean = await start()
  await clean.close()
  // As if it had been killed just before its windows were to be kept again.
  const since = await openDuckdbSeries({ folder: join(folder, 'series'), clock })
  await fill(since, city, now, now + unkeptMs)
  await since.close()
  await clock.advance(unkeptMs)
  const killed = await start()
  await killed.close()
  printFigures(`Restart: ${seriesOf(city)} series of ${city.terminals.length} terminals, ${written} readings stored`, [
    { what: 'after a clean stop, wall time', measured: clean.wall, unit: 's', atMost: 3 },
    { what: 'after a clean stop, processor time of all threads', measured: clean.processor, unit: 's' },
    { what: 'killed 10 minutes after windows were kept, wall time', measured: killed.wall, unit: 's', atMost: 3 },
    { what: 'killed 10 minutes after windows were kept, processor time', measured: killed.processor, unit: 's' },
    { what: 'of it the detectors of readings', measured: killed.detectors, unit: 's' },
    { what: 'nothing kept, all read back, wall time', measured: first.wall, unit: 's' },
    { what: 'nothing kept, all read back, processor time', measured: first.processor, unit: 's' },
    { what: 'state store with all windows and habits kept', measured: round(clean.kept / 1e6), unit: 'MB' },
  ])
})
