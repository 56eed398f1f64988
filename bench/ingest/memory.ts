// Memory of the centre while a hundred million values go through it into DuckDB: resident memory each few seconds, and whether it goes on rising after
// caches, compilers and the first closed tables have settled. Every value acknowledged is looked for in the ledger and in the store.
//   setup/with-node bench/ingest/memory.ts [--values 1e8] [--rate 300000]
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '@civitals/contracts/system-clock'
import { openDuckdbSeries } from '@civitals/storage/duckdb'
import { temporaryFolder } from '../../test/stage/process.ts'
import { bench, median, printFigures, processUsage } from '../run.ts'
import { gatewayWindow, planOf, spool } from './peers/load.ts'
import { Generator, pause, startCentre } from './peers/stage.ts'

const { values: options } = parseArgs({
  options: { values: { type: 'string', default: '1e8' }, rate: { type: 'string', default: '300000' } },
})
const size = 50
const values = Number(options.values)
const rate = Number(options.rate)
const sampleEveryMs = 2_000
/** The first part of the values is warming up. */
const warmShare = 0.3
/** Printed; all of them are counted in. */
const shownSamples = 20
/** Flat: the last third of what follows has no more than so much beyond the first third. */
const growthAtMost = 1.05
const idleMs = 60_000

interface Sample {
  readonly atSeconds: number
  readonly acknowledged: number
  readonly residentMB: number
  /** Of the main thread: objects, and memory of buffers beside them. */
  readonly heapMB: number
  readonly buffersMB: number
}

/** MB for a million values, by least squares. */
function slopeOf(samples: readonly Sample[]): number {
  const mean = (of: (one: Sample) => number): number => samples.reduce((sum, one) => sum + of(one), 0) / samples.length
  const [x, y] = [mean(({ acknowledged }) => acknowledged), mean(({ residentMB }) => residentMB)]
  const across = mean((one) => (one.acknowledged - x) * (one.residentMB - y))
  return (across / mean((one) => (one.acknowledged - x) ** 2)) * 1e6
}

function printSamples(samples: readonly Sample[]): void {
  const each = Math.max(1, Math.ceil(samples.length / shownSamples))
  const rows = samples
    .filter((_, place) => place % each === 0 || place === samples.length - 1)
    .map(({ atSeconds, acknowledged, ...memory }) => {
      const megabytes = [memory.residentMB, memory.heapMB, memory.buffersMB].map((one) => one.toFixed(0))
      return `| ${[atSeconds.toFixed(0), (acknowledged / 1e6).toFixed(1), ...megabytes].join(' | ')} |`
    })
  const head = '| s | million values acknowledged | resident MB | heap of the main thread MB | its buffers MB |'
  console.log([head, '|---|---|---|---|---|', ...rows, ''].join('\n'))
}

await bench(async (ending) => {
  const plan = await planOf(size)
  const notes = join(temporaryFolder(ending), 'memory.json')
  const env = {
    NODE_OPTIONS: `--import=${join(import.meta.dirname, 'peers/memory-notes.ts')}`,
    CIVITALS_BENCH_MEMORY: notes,
  }
  const centre = await startCentre(ending, temporaryFolder(ending), plan, [], env)
  const load = { port: centre.brokerPort, spool, window: gatewayWindow, acknowledgedBy: 'application' } as const
  const perSecond = rate / size / plan.gateways.length
  const generator = new Generator(ending, { ...load, gateways: plan.gateways, perSecond, most: values / size })
  const begun = performance.now()
  const samples: Sample[] = []
  let [acknowledged, movedAt] = [0, begun]
  while (acknowledged < values && performance.now() - movedAt < idleMs) {
    await pause(sampleEveryMs)
    const now = (await generator.count()).acknowledged * size
    if (now > acknowledged) [acknowledged, movedAt] = [now, performance.now()]
    const { residentMB } = processUsage(centre.pid)
    const heap = JSON.parse(readFileSync(notes, 'utf8')) as NodeJS.MemoryUsage
    const [heapMB, buffersMB] = [heap.heapUsed / 1e6, heap.external / 1e6]
    samples.push({ atSeconds: (performance.now() - begun) / 1e3, acknowledged, residentMB, heapMB, buffersMB })
  }
  const took = (movedAt - begun) / 1e3
  const end = await generator.stop()
  const inLedger = (await centre.ledger()).reduce((sum, row) => sum + row.stored, 0)
  await centre.running.kill('SIGTERM')
  await using series = await openDuckdbSeries({ folder: join(centre.data, 'series'), clock: systemClock })
  const warm = samples.filter((one) => one.acknowledged >= warmShare * values)
  const third = Math.max(1, Math.floor(warm.length / 3))
  const memoryOf = (some: readonly Sample[]): number => median(some.map(({ residentMB }) => residentMB))
  const load1 = readFileSync('/proc/loadavg', 'utf8').split(' ', 1)[0]
  printSamples(samples)
  printFigures(`Memory of the centre over ${values} values at ${rate} values/s; load average ${load1}`, [
    { what: 'values acknowledged', measured: end.acknowledged * size, unit: '', atLeast: values },
    { what: 'values a second', measured: Math.round((end.acknowledged * size) / took), unit: 'values/s' },
    {
      what: 'resident memory after warming up, median of the first third',
      measured: memoryOf(warm.slice(0, third)),
      unit: 'MB',
    },
    { what: 'the same, of the last third', measured: memoryOf(warm.slice(-third)), unit: 'MB' },
    { what: 'the same, at most', measured: Math.max(...warm.map(({ residentMB }) => residentMB)), unit: 'MB' },
    {
      what: 'the last third : the first',
      measured: memoryOf(warm.slice(-third)) / memoryOf(warm.slice(0, third)),
      unit: '',
      atMost: growthAtMost,
    },
    { what: 'slope after warming up, for a million values', measured: slopeOf(warm), unit: 'MB' },
    {
      what: 'values acknowledged and not in the ledger',
      measured: end.acknowledged * size - inLedger,
      unit: '',
      atMost: 0,
    },
    {
      what: 'values acknowledged and not in the store',
      measured: end.acknowledged * size - (await series.count()),
      unit: '',
      atMost: 0,
    },
  ])
})
