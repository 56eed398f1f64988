// Bytes on disk for a reading of the demonstration city: a day of all its terminals at their own periods, values as the profiles round them, closed into day
// files hour by hour and merged when the day is over. Once with times that jitter as polled ones do, once on the exact period, and two hours at a second.
//   setup/with-node bench/duckdb/bytes.ts [--hours 24]
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { FakeClock } from '@civitals/contracts/clock'
import type { Reading } from '@civitals/contracts/reading'
import { demoCity } from '@civitals/simulator/city'
import { pilotHistory } from '@civitals/simulator/history'
import { type DuckdbSeriesStore, openDuckdbSeries } from '@civitals/storage/duckdb'
import { type Ending, temporaryFolder } from '../../test/stage/process.ts'
import { seeded } from '../../test/stage/seeded.ts'
import { bench, printFigures } from '../run.ts'

const { values: options } = parseArgs({ options: { hours: { type: 'string', default: '24' } } })
const hourMs = 3_600_000
const midnight = Date.UTC(2026, 5, 12)
/** Polls of a line begin when the one before has ended: within so many ms of the period. */
const jitterMs = 40
const readingsPerBatch = 20_000

interface Course {
  readonly hours: number
  readonly jitter: number
  /** Instead of the terminals' own periods. */
  readonly periodMs?: number
}

const city = await demoCity()
const levels = new Set(
  city.terminals.flatMap(({ id, points }) => points.flatMap((one) => (one.unit === 'dBA' ? `${id}/${one.id}` : []))),
)

async function fill(store: DuckdbSeriesStore, clock: FakeClock, { hours, jitter, periodMs }: Course): Promise<number> {
  const [history, random] = [await pilotHistory({ seed: 7 }), seeded(20261129)]
  const byPeriod = Map.groupBy(city.terminals, ({ reportEveryMs }) => periodMs ?? reportEveryMs)
  let [written, seq] = [0, 0]
  let readings: Reading[] = []
  const flush = async () => {
    const envelope = { gateway: 'g', spool: 's', seq: ++seq, readings }
    await store.write({ envelopes: [envelope], receivedAt: 0 })
    written += readings.length
    readings = []
  }
  for (let from = midnight; from < midnight + hours * hourMs; from += hourMs) {
    for (const [everyMs, terminals] of byPeriod) {
      const ids = new Set(terminals.map(({ id }) => id))
      const wanted = { from, to: from + hourMs, everyMs, terminals: (id: string) => ids.has(id) }
      for (const { terminal, at, values } of history.samples(wanted)) {
        const time = at + Math.floor(random() * jitter)
        for (const [point, value] of Object.entries(values)) {
          readings.push({ terminal, point, at: time, value, quality: 'good' })
        }
        if (readings.length >= readingsPerBatch) await flush()
      }
    }
    clock.stepWall(hourMs)
    await flush()
    await store.tend(true)
  }
  clock.stepWall(26 * hourMs)
  await store.tend()
  return written
}

async function bytesPerReading(ending: Ending, course: Course) {
  const [folder, clock] = [temporaryFolder(ending), new FakeClock(midnight)]
  const energyMean = (terminal: string, point: string): boolean => levels.has(`${terminal}/${point}`)
  await using store = await openDuckdbSeries({ folder, clock, energyMean })
  const readings = await fill(store, clock, course)
  const sizes = readdirSync(join(folder, 'days')).map((file) => ({
    file,
    bytes: statSync(join(folder, 'days', file)).size,
  }))
  const all = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  const raw = sizes.filter(({ file }) => file.includes('-raw-')).reduce((sum, { bytes }) => sum + bytes, 0)
  return { readings, stored: await store.count(), raw: raw / readings, all: all / readings, files: sizes.length }
}

await bench(async (ending) => {
  const hours = Number(options.hours)
  const jittering = await bytesPerReading(ending, { hours, jitter: jitterMs })
  const exact = await bytesPerReading(ending, { hours, jitter: 1 })
  const fast = await bytesPerReading(ending, { hours: 2, jitter: jitterMs, periodMs: 1_000 })
  printFigures(`Bytes on disk, ${options.hours} h of the demonstration city, ${jittering.readings} readings`, [
    { what: 'a reading', measured: jittering.raw, unit: 'bytes', atMost: 4 },
    { what: 'a reading, rollups by minute and hour included', measured: jittering.all, unit: 'bytes', atMost: 4 },
    { what: 'a reading, times on the exact period', measured: exact.raw, unit: 'bytes' },
    { what: 'a reading, two hours at a reading a second', measured: fast.raw, unit: 'bytes', atMost: 4 },
    { what: 'the same, rollups included', measured: fast.all, unit: 'bytes', atMost: 4 },
    { what: 'day files', measured: jittering.files, unit: 'files' },
    {
      what: 'readings written and not in the store',
      measured: jittering.readings - jittering.stored,
      unit: 'readings',
      atMost: 0,
    },
  ])
})
