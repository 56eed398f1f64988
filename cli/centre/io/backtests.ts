import { randomUUID } from 'node:crypto'
import { setImmediate as others } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { checkRules, type Rule } from '@civitals/alarms/rule'
import type { Backtest, BacktestRequest } from '@civitals/contracts/backtest'
import type { Clock } from '@civitals/contracts/clock'
import { printProblem } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import type { RegistryView } from '@civitals/contracts/registry'
import type { IndicatorEngine } from '@civitals/indicators/indicators'
import type { SeriesStore } from '@civitals/storage/series'
import { groundsOf, type ReplayJob } from '../replay-job.ts'
import { startReplay } from './replay-thread.ts'

const dayMs = 86_400_000
/** Results kept for whoever asks. */
const kept = 10

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

  async #jobOf({ days, everyMinutes, files, rules }: BacktestRequest): Promise<ReplayJob> {
    const { registry, indicators, clock } = this.#options
    const everyMs = everyMinutes * 60_000
    const to = Math.floor(clock.now() / everyMs) * everyMs
    const catalogue = indicators.definitions.catalogue
    const exact = rules ? rulesIn(rules) : []
    const sides: Extract<ReplayJob, { kind: 'back-test' }>['sides'][number][] = [
      { name: 'in force', catalogue, rules: [] },
    ]
    if (files || rules) {
      // Definitions are long texts: what waits goes first.
      await others()
      const candidate = files ? indicators.definitions.tried(files) : catalogue
      await others()
      sides.push({ name: 'tried', catalogue: candidate, rules: exact })
    }
    const grounds = await groundsOf(registry, indicators, { from: to - days * dayMs, to, everyMs })
    return { ...grounds, kind: 'back-test', sides, exact }
  }

  #run(backtest: Backtest, job: ReplayJob): void {
    const worker = startReplay(this.#options.series, job, (found) => {
      if (found.kind === 'progress') this.#keep({ ...backtest, progress: Math.max(0, found.share) })
      else if (found.kind === 'done') ended({ state: 'done', ...(found.result && { result: found.result }) })
    })
    this.#worker = worker
    const ended = (change: Partial<Backtest>): void => {
      if (this.#worker === worker) this.#worker = undefined
      const known = this.#known.get(backtest.id)
      if (known?.state === 'running') this.#keep({ ...known, progress: 1, ...change })
    }
    worker.on('error', (error) =>
      ended({ state: 'failed', error: error instanceof Error ? error.message : String(error) }),
    )
    worker.on('exit', () => ended({ state: 'failed', error: 'it ended before it was done' }))
  }

  #keep(backtest: Backtest): void {
    this.#known.set(backtest.id, backtest)
    const oldest = this.#known.keys().next().value
    if (this.#known.size > kept && oldest !== undefined) this.#known.delete(oldest)
  }
}

function rulesIn({ name, text }: { readonly name: string; readonly text: string }): readonly Rule[] {
  const checked = checkRules(text, name)
  if (checked.ok) return checked.rules
  throw new CivitalsError('CIV_CLI_INPUT', checked.problems.map(printProblem).join('\n'))
}
