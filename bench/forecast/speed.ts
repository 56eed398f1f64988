// 10,000 series, five weeks of history each: the model chosen, 24 hours forecast, intervals, by two threads; and what the main
// loop notices of it.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { historyHours } from '@civitals/indicators/forecast'
import { ComputeThread } from '@civitals/indicators/forecast-thread'
import { demandLike, normals } from '@civitals/indicators/made-series'
import { bench, printFigures } from '../run.ts'

const wanted = 10_000
const batchSize = 50
const shapes = 200

/** Demand with a rhythm, noise around a level, a wander, and some with gaps. */
function made(nr: number): Float64Array {
  if (nr % 4 < 2) return demandLike(historyHours, nr)
  const noise = normals(nr)
  let level = 0
  return Float64Array.from({ length: historyHours }, (_, k) => {
    level = (nr % 4 === 2 ? 0.98 : 0) * level + noise()
    return nr % 8 === 3 && k % 50 === 7 ? Number.NaN : level
  })
}

await bench(async (ending) => {
  const threads = [new ComputeThread(), new ComputeThread()]
  for (const thread of threads) ending.teardown(() => thread[Symbol.asyncDispose]())
  const series = Array.from({ length: shapes }, (_, nr) => made(nr))
  const batches = Array.from({ length: wanted / batchSize }, (_, k) =>
    Array.from({ length: batchSize }, (_, i) => ({ values: series[(k * batchSize + i) % shapes]! })),
  )
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const [started, cpu] = [performance.now(), process.cpuUsage()]
  let forecast = 0
  await Promise.all(
    threads.map(async (thread) => {
      for (let batch = batches.pop(); batch; batch = batches.pop()) {
        const outcomes = await thread.series(batch)
        forecast += outcomes.filter(({ ok }) => ok).length
      }
    }),
  )
  const seconds = (performance.now() - started) / 1000
  const used = process.cpuUsage(cpu)
  delay.disable()
  printFigures('Forecasts: 10,000 series, 24 h ahead, five weeks of history', [
    { what: 'time on two threads', measured: seconds, unit: 's', atMost: 60 },
    { what: 'series forecast', measured: forecast, unit: '', atLeast: wanted },
    { what: 'processor time a series', measured: (used.user + used.system) / 1000 / wanted, unit: 'ms' },
    { what: 'longest the main loop was held up', measured: delay.max / 1e6, unit: 'ms', atMost: 50 },
  ])
})
