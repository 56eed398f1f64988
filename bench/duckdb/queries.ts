// What a page asks of 10,000 series while readings come in, hours are closed, files merged and old days removed beside it: a day of one series at a
// second, thirty days of it from rollups, the newest of all. Store, writer and reader are one process, as in a centre.
//   setup/with-node bench/duckdb/queries.ts [--seconds 60] [--rate 50000] [--fast 50] [--past FOLDER, kept for the next run]

import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Reading } from '@civitals/contracts/reading'
import { systemClock } from '@civitals/contracts/system-clock'
import { type DuckdbSeriesStore, openDuckdbSeries, type Tended } from '@civitals/storage/duckdb'
import { temporaryFolder } from '../../test/stage/process.ts'
import { bench, median, printFigures, processUsage, quantile } from '../run.ts'
import { fillPast, nameOf } from './peers/fill.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '50000' },
    fast: { type: 'string', default: '50' },
    past: { type: 'string' },
  },
})
const seconds = Number(options.seconds)
const rate = Number(options.rate)
const series = 10_000
const fastEach = series / Number(options.fast)
const dayMs = 86_400_000
/** Smaller than by default, so that a minute sees as many closings and merges as an hour. */
const openTableRows = 500_000
const batchMs = 100
const readingsPerEnvelope = 50
/** Shorter than the first open table takes to fill: every closing is in what is measured. */
const warmSeconds = 5
const quietSeconds = 10
/** What a settlement takes at most when it has fallen behind. */
const mostPerBatch = 20_000

/** Writes `rate` values a second, all series in turn, until told to stop. */
async function ingest(store: DuckdbSeriesStore, stopped: () => boolean) {
  const writes: number[] = []
  let [seq, at, values] = [0, 0, 0]
  const begun = performance.now()
  while (!stopped()) {
    const due = Math.min(mostPerBatch, Math.floor(((performance.now() - begun) / 1e3) * rate) - values)
    const now = Date.now()
    const envelopes = Array.from({ length: Math.floor(due / readingsPerEnvelope) }, () => ({
      ...{ gateway: 'bench', spool: 'bench', seq: ++seq },
      readings: Array.from({ length: readingsPerEnvelope }, (): Reading => {
        at = (at + 1) % series
        return { ...nameOf(at), at: now, value: Math.round(Math.random() * 1000) / 10, quality: 'good' }
      }),
    }))
    const write = performance.now()
    await store.write({ envelopes, receivedAt: now })
    writes.push(performance.now() - write)
    values += envelopes.length * readingsPerEnvelope
    await pause(Math.max(0, batchMs - (performance.now() - write)))
  }
  return { writes, values, perSecond: values / ((performance.now() - begun) / 1e3) }
}

const fastSeries = () => nameOf(Math.floor((Math.random() * series) / fastEach) * fastEach)

/** From before the end of the past to now: what comes in meanwhile is asked for as well. */
type Question = (store: DuckdbSeriesStore, pastEnd: number) => Promise<readonly unknown[]>
const questions: Readonly<Record<string, { readonly ask: Question; readonly atMost?: number; readonly rows: number }>> =
  {
    '24 h of one series at 1 s': {
      ask: (store, end) => store.range({ ...fastSeries(), from: end - dayMs, to: Date.now(), limit: 200_000 }),
      ...{ atMost: 50, rows: 86_400 },
    },
    '30 days of one series by the hour': {
      ask: (store, end) => store.range({ ...fastSeries(), from: end - 30 * dayMs, to: Date.now(), everyMs: 3_600_000 }),
      ...{ atMost: 50, rows: 700 },
    },
    'latest of all': { ask: (store) => store.latest(), ...{ atMost: 50, rows: series } },
    '24 h of one series by the minute': {
      ask: (store, end) => store.range({ ...fastSeries(), from: end - dayMs, to: Date.now(), everyMs: 60_000 }),
      rows: 1_440,
    },
  }

/** Watches how much processor time the main loop spends between two of its turns, whatever else the machine does. Ends with the most. */
function longestHoldUp(): () => number {
  let [most, before] = [0, process.threadCpuUsage()]
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(before)
    before = process.threadCpuUsage()
    most = Math.max(most, (user + system) / 1e3)
  }, 1)
  return () => {
    clearInterval(timer)
    return most
  }
}

/** Every question in turn, until the time is over. */
async function ask(store: DuckdbSeriesStore, pastEnd: number, forSeconds: number): Promise<Map<string, number[]>> {
  const times = new Map(Object.keys(questions).map((name) => [name, [] as number[]]))
  const end = performance.now() + forSeconds * 1e3
  while (performance.now() < end) {
    for (const [name, { ask, rows }] of Object.entries(questions)) {
      const from = performance.now()
      const found = await ask(store, pastEnd)
      times.get(name)?.push(performance.now() - from)
      if (found.length < rows) throw new Error(`${name}: ${found.length} rows`)
      await pause(100)
    }
  }
  return times
}

interface Filled {
  /** Where the past ends. */
  readonly end: number
  readonly readings: number
  readonly closingSeconds: number
}

/** The past, closed into day files; made when the folder does not hold it. */
async function pastIn(kept: string): Promise<Filled> {
  const note = join(kept, 'past.json')
  if (existsSync(note)) return JSON.parse(readFileSync(note, 'utf8')) as Filled
  const [end, folder] = [Date.now(), join(kept, 'series')]
  const readings = await fillPast(folder, { series, fastEach, days: 33, now: end })
  const begun = performance.now()
  await using store = await openDuckdbSeries({ folder, clock: systemClock })
  await store.tend(true)
  const filled = { end, readings, closingSeconds: (performance.now() - begun) / 1e3 }
  writeFileSync(note, JSON.stringify(filled))
  return filled
}

function figuresOf(times: ReadonlyMap<string, readonly number[]>, where: string) {
  return Object.entries(questions).flatMap(([name, { atMost }]) => {
    const samples = times.get(name) ?? []
    return [
      {
        what: `${name}, median of ${samples.length}${where}`,
        measured: median(samples),
        unit: 'ms',
        ...(atMost && { atMost }),
      },
      { what: `${name}, 95 of 100${where}`, measured: quantile(samples, 0.95), unit: 'ms' },
    ]
  })
}

await bench(async (ending) => {
  const folder = join(temporaryFolder(ending), 'series')
  const kept = options.past ?? temporaryFolder(ending)
  const { end, readings, closingSeconds } = await pastIn(kept)
  cpSync(join(kept, 'series'), folder, { recursive: true })
  const first = await openDuckdbSeries({ folder, clock: systemClock })
  // Once each: what a person waits for who asks first after a start. Then warm, as under load.
  const cold = await ask(first, end, 0.1)
  await ask(first, end, warmSeconds)
  const quiet = await ask(first, end, quietSeconds)
  await first.close()

  // Days beyond 31 go during the run.
  const keptDays = { raw: 31, minute: 31, hour: 31 }
  const [tended, failures]: [Tended[], unknown[]] = [[], []]
  const told = {
    onTended: (round: Tended): void => void tended.push(round),
    onTendFailed: (error: unknown): void => void failures.push(error),
  }
  await using store = await openDuckdbSeries({ folder, clock: systemClock, openTableRows, keptDays, ...told })
  let stop = false
  const writing = ingest(store, () => stop)
  await ask(store, end, warmSeconds)
  if (tended.length > 0) throw new Error('tables were closed before anything was measured')
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const holdUp = longestHoldUp()
  const times = await ask(store, end, seconds)
  delay.disable()
  const heldMs = holdUp()
  stop = true
  const { writes, perSecond } = await writing
  if (failures.length > 0) throw failures[0]
  const sum = (of: (one: Tended) => number): number => tended.reduce((all, one) => all + of(one), 0)
  printFigures(`Series store, ${series} series, ${readings} readings, ${rate} values/s coming in for ${seconds} s`, [
    ...figuresOf(times, ''),
    ...figuresOf(quiet, ', nothing else going on'),
    ...Object.keys(questions).map((name) => ({
      ...{ what: `${name}, first after the start`, measured: cold.get(name)?.[0] ?? Number.NaN, unit: 'ms' },
    })),
    { what: 'values written a second', measured: Math.round(perSecond), unit: 'values/s', atLeast: rate * 0.99 },
    { what: 'a write, median', measured: median(writes), unit: 'ms' },
    { what: 'a write, 99 of 100', measured: quantile(writes, 0.99), unit: 'ms' },
    { what: 'slowest write', measured: Math.max(...writes), unit: 'ms' },
    { what: 'longest wait of the main loop', measured: delay.max / 1e6, unit: 'ms', atMost: 50 },
    { what: 'longest hold-up of the main loop, in processor time', measured: heldMs, unit: 'ms', atMost: 50 },
    { what: 'open tables closed meanwhile', measured: sum((one) => one.closedTables), unit: 'tables', atLeast: 1 },
    { what: 'small files merged meanwhile', measured: sum((one) => one.mergedFiles), unit: 'files' },
    {
      what: 'files of old days removed meanwhile',
      measured: sum((one) => one.expiredFiles),
      unit: 'files',
      atLeast: 1,
    },
    { what: 'resident memory of the process', measured: processUsage(process.pid).residentMB, unit: 'MB' },
    { what: 'closing and merging the past', measured: readings / closingSeconds, unit: 'readings/s' },
  ])
})
