// A back-test, away from the main loop: reads through the centre, computes, says how far it is.
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { AlarmReplay } from '@civitals/alarms/replay'
import type { BacktestSide } from '@civitals/contracts/backtest'
import { registryView } from '@civitals/contracts/registry-view'
import { replay } from '@civitals/indicators/backtest/replay'
import { BacktestSummary } from '@civitals/indicators/backtest/summary'
import type { BucketColumns } from '@civitals/storage/series'
import type { BacktestJob, FromWorker, ReadingColumns, ToWorker } from '../backtest-job.ts'

// Of this thread alone on Linux: what people and gateways wait for goes first.
if (process.platform === 'linux') setPriority(0, 10)

const dayMs = 86_400_000
const job = workerData as BacktestJob
const waiting = new Map<number, { resolve: (columns: never) => void; reject: (error: Error) => void }>()
let asked = 0

parentPort?.on('message', (message: ToWorker) => {
  const ask = waiting.get(message.ask)
  waiting.delete(message.ask)
  if ('error' in message) ask?.reject(new Error(message.error))
  else ask?.resolve(message.columns as never)
})

const tell = (message: FromWorker): void => parentPort?.postMessage(message)

function read<C extends readonly BucketColumns[] | ReadingColumns>(ask: (number: number) => FromWorker): Promise<C> {
  const number = ++asked
  return new Promise<C>((resolve, reject) => {
    waiting.set(number, { resolve, reject })
    tell(ask(number))
  })
}

const registry = registryView(job.city)
const summary = new BacktestSummary()
const alarms = new Map(job.sides.map(({ name, rules }) => [name, new AlarmReplay(rules, registry)]))

for await (const step of replay({ ...job, registry }, (query) =>
  read<readonly BucketColumns[]>((ask) => ({ kind: 'minutes', ask, query })),
)) {
  summary.add(step)
  alarms.get(step.side)?.indicators(
    step.body.systems.flatMap(({ indicators }) => indicators),
    step.at,
  )
  tell({ kind: 'progress', share: (0.9 * (step.at - job.from)) / (job.to - job.from) })
}
const exact = await judgeSeries()
const raised = new Map<string, BacktestSide['alarms']>(
  [...alarms].map(([name, { alarms: found }]) => [name, [...found]]),
)
const last = job.sides.at(-1)?.name ?? ''
raised.set(last, [...(raised.get(last) ?? []), ...exact])
tell({ kind: 'done', result: summary.result(raised) })
parentPort?.close()

/** Every reading of every series a rule looks at, a day at a time. */
async function judgeSeries(): Promise<BacktestSide['alarms']> {
  const judge = new AlarmReplay(job.exact, registry)
  for (const { subject } of job.exact) {
    if (!('kind' in subject)) continue
    for (const terminal of job.city.terminals.filter(({ kind }) => kind === subject.kind)) {
      for (let from = job.from; from < job.to; from += dayMs) {
        const to = Math.min(job.to, from + dayMs)
        const query = { terminal: terminal.id, point: subject.point, from, to }
        const { at, value } = await read<ReadingColumns>((ask) => ({ kind: 'readings', ask, query }))
        judge.series(terminal.id, subject.point, at, value)
      }
    }
  }
  return [...judge.alarms]
}
