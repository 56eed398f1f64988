import { Worker } from 'node:worker_threads'
import { CivitalsError } from '@civitals/contracts/errors'
import type { ForecastOutcome } from '../../forecast.ts'
import type { IndicatorHours } from '../ahead.ts'
import type { Answer, Compute, Question } from '../compute.ts'

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** Forecasts in as many threads: a question goes to the one that has least to do. */
export class ComputeThreads implements Compute {
  readonly #threads: readonly ComputeThread[]

  constructor(count: number) {
    this.#threads = Array.from({ length: count }, () => new ComputeThread())
  }

  series(batch: Parameters<Compute['series']>[0]): Promise<readonly ForecastOutcome[]> {
    return this.#idlest().series(batch)
  }

  indicators(request: Parameters<Compute['indicators']>[0]): Promise<readonly IndicatorHours[]> {
    return this.#idlest().indicators(request)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread[Symbol.asyncDispose]()))
  }

  #idlest(): ComputeThread {
    const [first = new ComputeThread(), ...others] = this.#threads
    return others.reduce((least, thread) => (thread.waiting < least.waiting ? thread : least), first)
  }
}

/** Forecasts in a thread of their own. A thread that dies fails what waits for it and is replaced at the next question. */
export class ComputeThread implements Compute {
  #worker: Worker | undefined
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  /** Questions it has not answered. */
  get waiting(): number {
    return this.#waiting.size
  }

  async series(batch: Parameters<Compute['series']>[0]): Promise<readonly ForecastOutcome[]> {
    return (await this.#ask({ op: 'series', batch })) as readonly ForecastOutcome[]
  }

  async indicators(request: Parameters<Compute['indicators']>[0]): Promise<readonly IndicatorHours[]> {
    return (await this.#ask({ op: 'indicators', request })) as readonly IndicatorHours[]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
    this.#fail(undefined)
  }

  #ask(question: Question): Promise<Answer> {
    const worker = this.#worker ?? this.#open()
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      // The thread keeps the process alive only while somebody waits for it.
      if (this.#waiting.size === 0) worker.ref()
      this.#waiting.set(id, { resolve, reject })
      worker.postMessage({ ...question, id })
    })
  }

  #open(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url))
    let cause: unknown
    worker.on('message', ({ id, answer }: { id: number; answer: Answer }) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) worker.unref()
      waiting?.resolve(answer)
    })
    worker.on('error', (error) => {
      cause = error
    })
    worker.on('exit', () => {
      if (this.#worker !== worker) return
      this.#worker = undefined
      this.#fail(cause)
    })
    worker.unref()
    this.#worker = worker
    return worker
  }

  #fail(cause: unknown): void {
    const error = new CivitalsError('CIV_INDICATORS_FORECAST_THREAD', 'the thread that forecasts ended', {
      retryable: true,
      ...(cause === undefined ? {} : { cause }),
    })
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
