// History computed again, away from the main loop: reads through the centre, computes, says how far it is.
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { AlarmReplay } from '@civitals/alarms/replay'
import type { Rule } from '@civitals/alarms/rule'
import { loadRules } from '@civitals/alarms/shipped-rules'
import type { BacktestResult, BacktestSide } from '@civitals/contracts/backtest'
import { registryView } from '@civitals/contracts/registry-view'
import { pastInstant } from '@civitals/indicators/afterwards'
import { replay } from '@civitals/indicators/backtest/replay'
import { BacktestSummary } from '@civitals/indicators/backtest/summary'
import type { BucketColumns, ColumnsQuery } from '@civitals/storage/series'
import type { Asked, Found, ReadingColumns, ReplayJob, ToWorker } from '../replay-job.ts'

// Of this thread alone on Linux: what people and gateways wait for goes first.
if (process.platform === 'linux') setPriority(0, 10)

const dayMs = 86_400_000
const job = workerData as ReplayJob
interface Waiting {
  readonly minutes: BucketColumns[]
  resolve(readings: ReadingColumns | undefined): void
  reject(error: Error): void
}
const waiting = new Map<number, Waiting>()
let asked = 0

parentPort?.on('message', (message: ToWorker) => {
  const ask = waiting.get(message.ask)
  if ('minutes' in message) {
    ask?.minutes.push(message.minutes)
    return
  }
  waiting.delete(message.ask)
  if ('error' in message) ask?.reject(new Error(message.error))
  else ask?.resolve('readings' in message ? message.readings : undefined)
})

const tell = (message: Asked | Found): void => parentPort?.postMessage(message)

/** Sends a question at once; `minutes` holds what it is answered with piece by piece. */
function ask(
  question: (ask: number) => Asked,
): Promise<{ minutes: BucketColumns[]; readings: ReadingColumns | undefined }> {
  const number = ++asked
  const minutes: BucketColumns[] = []
  return new Promise((resolve, reject) => {
    waiting.set(number, { minutes, reject, resolve: (readings) => resolve({ minutes, readings }) })
    tell(question(number))
  })
}

async function* minutesOf(query: ColumnsQuery): AsyncGenerator<BucketColumns> {
  yield* (await ask((number) => ({ kind: 'minutes', ask: number, query }))).minutes
}

const registry = registryView(job.city)
if (job.kind === 'back-test') tell({ kind: 'done', result: await backtest(job) })
else {
  const side = { name: 'in force', catalogue: job.catalogue }
  for await (const { body } of replay({ ...job, registry, sides: [side] }, minutesOf)) {
    tell({ kind: 'instant', instant: pastInstant(body) })
  }
  tell({ kind: 'done' })
}
parentPort?.close()

type BacktestJob = Extract<ReplayJob, { kind: 'back-test' }>

async function backtest(job: BacktestJob): Promise<BacktestResult> {
  const summary = new BacktestSummary()
  const inForce = await loadRules()
  const alarms = new Map(
    job.sides.map(({ name, rules }) => [name, new AlarmReplay(rulesWith(inForce, rules), registry)]),
  )
  for await (const step of replay({ ...job, registry }, minutesOf)) {
    summary.add(step)
    alarms.get(step.side)?.indicators(
      step.body.systems.flatMap(({ indicators }) => indicators),
      step.at,
    )
    tell({ kind: 'progress', share: (0.9 * (step.at - job.from)) / (job.to - job.from) })
  }
  const exact = await judgeSeries(job)
  const raised = new Map<string, BacktestSide['alarms']>(
    [...alarms].map(([name, { alarms: found }]) => [name, [...found]]),
  )
  const last = job.sides.at(-1)?.name ?? ''
  raised.set(last, [...(raised.get(last) ?? []), ...exact])
  return summary.result(raised)
}

function rulesWith(inForce: readonly Rule[], others: readonly Rule[]): readonly Rule[] {
  const replaced = new Set(others.map(({ id }) => id))
  return [...inForce.filter(({ id }) => !replaced.has(id)), ...others]
}

/** Every reading of every series a rule looks at, a day at a time. */
async function judgeSeries(job: BacktestJob): Promise<BacktestSide['alarms']> {
  const judge = new AlarmReplay(job.exact, registry)
  for (const { subject } of job.exact) {
    if (!('kind' in subject)) continue
    for (const terminal of job.city.terminals.filter(({ kind }) => kind === subject.kind)) {
      for (let from = job.from; from < job.to; from += dayMs) {
        const to = Math.min(job.to, from + dayMs)
        const query = { terminal: terminal.id, point: subject.point, from, to }
        const { readings } = await ask((number) => ({ kind: 'readings', ask: number, query }))
        if (readings) judge.series(terminal.id, subject.point, readings.at, readings.value)
      }
    }
  }
  return [...judge.alarms]
}
