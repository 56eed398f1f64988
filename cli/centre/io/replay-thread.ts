import { Worker } from 'node:worker_threads'
import type { PastInstant } from '@civitals/indicators/afterwards'
import { minutesOf } from '@civitals/indicators/backtest/minutes'
import type { BucketColumns, RangeQuery, SeriesStore } from '@civitals/storage/series'
import type { Asked, Found, ReadingColumns, ReplayJob, ToWorker } from '../replay-job.ts'
import type { Replay } from '../score-filler.ts'

/** Rows of raw readings one question may return: a day at two a second. */
const limit = 200_000

/** Computes history in a thread of its own, which reads through the centre; `on` hears what it finds. */
export function startReplay(series: SeriesStore, job: ReplayJob, on: (found: Found) => void): Worker {
  const worker = new Worker(new URL('./replay-worker.ts', import.meta.url), {
    workerData: job,
    // What an evaluation makes dies with it: a young generation that holds one costs half the collecting (measured).
    resourceLimits: { maxYoungGenerationSizeMb: 128 },
  })
  worker.on('message', (message: Asked | Found) => {
    if ('ask' in message) void answer(worker, series, message)
    else on(message)
  })
  return worker
}

/** Computes instants, oldest first; rejects with what ended the thread. */
export class InstantsReplay implements Replay {
  readonly #series: SeriesStore
  #worker: Worker | undefined

  constructor(series: SeriesStore) {
    this.#series = series
  }

  run(job: ReplayJob): Promise<readonly PastInstant[]> {
    return new Promise((resolve, reject) => {
      const instants: PastInstant[] = []
      const worker = startReplay(this.#series, job, (found) => {
        if (found.kind === 'instant') instants.push(found.instant)
        else if (found.kind === 'done') resolve(instants)
      })
      this.#worker = worker
      worker.on('error', reject)
      worker.on('exit', () => reject(new Error('it ended before it was done')))
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.terminate()
  }
}

async function answer(worker: Worker, series: SeriesStore, asked: Asked): Promise<void> {
  const { ask } = asked
  const say = (message: ToWorker, handed: ArrayBuffer[] = []): void => worker.postMessage(message, handed)
  try {
    if (asked.kind === 'readings') {
      const readings = await readingsOf(series, asked.query)
      say({ ask, readings }, [readings.at.buffer, readings.value.buffer])
      return
    }
    for await (const minutes of minutesOf(series)(asked.query)) say({ ask, minutes }, buffersOf(minutes))
    say({ ask, end: true })
  } catch (error) {
    say({ ask, error: error instanceof Error ? error.message : String(error) })
  }
}

async function readingsOf(series: SeriesStore, query: RangeQuery): Promise<ReadingColumns> {
  const rows = await series.range({ ...query, limit })
  const held = rows.filter(({ value, quality }) => value !== null && (quality === 'good' || quality === 'uncertain'))
  return {
    at: Float64Array.from(held, ({ at }) => at),
    value: Float64Array.from(held, ({ value }) => value ?? Number.NaN),
  }
}

/** Handed over, not copied. */
const buffersOf = ({ bucket, mean, min, max, count, uncertain }: BucketColumns): ArrayBuffer[] =>
  [bucket, mean, min, max, count, uncertain].map(({ buffer }) => buffer)
