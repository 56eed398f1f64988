import { randomUUID } from 'node:crypto'
import { setImmediate as others } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { checkRules, type Rule } from '@civitals/alarms/rule'
import { loadRules } from '@civitals/alarms/shipped-rules'
import type { Backtest, BacktestRequest } from '@civitals/contracts/backtest'
import type { Clock } from '@civitals/contracts/clock'
import { printProblem } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import type { RegistryView } from '@civitals/contracts/registry'
import { minutesOf } from '@civitals/indicators/backtest/minutes'
import type { Catalogue } from '@civitals/indicators/catalogue'
import type { IndicatorEngine } from '@civitals/indicators/indicators'
import type { BucketColumns, SeriesStore } from '@civitals/storage/series'
import type { BacktestJob, FromWorker, ToWorker } from '../backtest-job.ts'

const dayMs = 86_400_000
/** Results kept for whoever asks. */
const kept = 10
/** Rows of raw readings one question may return: a day at two a second. */
const limit = 200_000

export interface BacktestOptions {
  readonly registry: RegistryView
  readonly indicators: IndicatorEngine
  readonly series: SeriesStore
  readonly clock: Clock
}

/** Back-tests of a centre, one at a time, in a worker. */
export class Backtests {
  readonly #options: BacktestOptions
  readonly #known = new Map<string, Backtest>()
  #worker: Worker | undefined

  constructor(options: BacktestOptions) {
    this.#options = options
  }

  get(id: string): Backtest | undefined {
    return this.#known.get(id)
  }

  /** Starts one. Rejects with CIV_CLI_BACKTEST_BUSY while another runs, CIV_INDICATORS_DEFINITION_INVALID or CIV_CLI_INPUT for what is wrong. */
  async start(request: BacktestRequest): Promise<Backtest> {
    if (this.#worker) {
      throw new CivitalsError('CIV_CLI_BACKTEST_BUSY', 'another back-test is running', { retryable: true })
    }
    const job = await this.#jobOf(request)
    const backtest: Backtest = { id: randomUUID(), state: 'running', startedAt: this.#options.clock.now(), progress: 0 }
    this.#keep(backtest)
    this.#run(backtest, job)
    return backtest
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  async #jobOf({ days, everyMinutes, files, rules }: BacktestRequest): Promise<BacktestJob> {
    const { registry, indicators, clock } = this.#options
    const everyMs = everyMinutes * 60_000
    const to = Math.floor(clock.now() / everyMs) * everyMs
    const catalogue = indicators.definitions.catalogue
    const inForce = await loadRules()
    const exact = rules ? rulesIn(rules) : []
    const replaced = new Set(exact.map(({ id }) => id))
    const tried = [...inForce.filter(({ id }) => !replaced.has(id)), ...exact]
    const sides = [{ name: 'in force', catalogue, rules: inForce }]
    if (files || rules) {
      // Definitions are long texts: what waits goes first.
      await others()
      const candidate = files ? indicators.definitions.tried(files) : catalogue
      await others()
      sides.push({ name: 'tried', catalogue: candidate, rules: tried })
    }
    return {
      city: {
        ...registry.city,
        areas: [...registry.areas()],
        sites: [...registry.sites()],
        gateways: [...registry.gateways()],
        terminals: [...registry.terminals()],
      },
      from: to - days * dayMs,
      to,
      everyMs,
      sides,
      exact,
      complaints: await indicators.complaints(to - (days + 70) * dayMs, to),
      limits: indicators.limits,
      latency: await indicators.valuesOf(latencyId(catalogue), to - days * dayMs - dayMs, to),
    }
  }

  #run(backtest: Backtest, job: BacktestJob): void {
    const worker = new Worker(new URL('./backtest-worker.ts', import.meta.url), {
      workerData: job,
      // What an evaluation makes dies with it: a young generation that holds one costs half the collecting (measured).
      resourceLimits: { maxYoungGenerationSizeMb: 128 },
    })
    this.#worker = worker
    const ended = (change: Partial<Backtest>): void => {
      if (this.#worker === worker) this.#worker = undefined
      const known = this.#known.get(backtest.id)
      if (known?.state === 'running') this.#keep({ ...known, progress: 1, ...change })
    }
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'progress') this.#keep({ ...backtest, progress: Math.max(0, message.share) })
      else if (message.kind === 'done') ended({ state: 'done', result: message.result })
      else void this.#answer(worker, message)
    })
    worker.on('error', (error) =>
      ended({ state: 'failed', error: error instanceof Error ? error.message : String(error) }),
    )
    worker.on('exit', () => ended({ state: 'failed', error: 'it ended before it was done' }))
  }

  async #answer(worker: Worker, asked: Extract<FromWorker, { ask: number }>): Promise<void> {
    const { ask } = asked
    const say = (message: ToWorker, handed: ArrayBuffer[] = []): void => worker.postMessage(message, handed)
    try {
      if (asked.kind === 'readings') {
        const readings = await this.#readings(asked.query)
        say({ ask, readings }, [readings.at.buffer, readings.value.buffer])
        return
      }
      for await (const minutes of minutesOf(this.#options.series)(asked.query))
        say({ ask, minutes }, buffersOf(minutes))
      say({ ask, end: true })
    } catch (error) {
      say({ ask, error: error instanceof Error ? error.message : String(error) })
    }
  }

  async #readings(query: { terminal: string; point: string; from: number; to: number }) {
    const rows = await this.#options.series.range({ ...query, limit })
    const held = rows.filter(({ value, quality }) => value !== null && (quality === 'good' || quality === 'uncertain'))
    return {
      at: Float64Array.from(held, ({ at }) => at),
      value: Float64Array.from(held, ({ value }) => value ?? Number.NaN),
    }
  }

  #keep(backtest: Backtest): void {
    this.#known.set(backtest.id, backtest)
    const oldest = this.#known.keys().next().value
    if (this.#known.size > kept && oldest !== undefined) this.#known.delete(oldest)
  }
}

/** Handed over, not copied. */
const buffersOf = ({ bucket, mean, min, max, count, uncertain }: BucketColumns): ArrayBuffer[] =>
  [bucket, mean, min, max, count, uncertain].map(({ buffer }) => buffer)

const latencyId = ({ indicators }: Catalogue): string =>
  indicators.find(({ formula }) => formula === 'latency-p95')?.id ?? ''

function rulesIn({ name, text }: { readonly name: string; readonly text: string }): readonly Rule[] {
  const checked = checkRules(text, name)
  if (checked.ok) return checked.rules
  throw new CivitalsError('CIV_CLI_INPUT', checked.problems.map(printProblem).join('\n'))
}
