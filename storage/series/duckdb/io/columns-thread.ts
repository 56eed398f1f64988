import { Worker } from 'node:worker_threads'
import type { Clock, Timer } from '@civitals/contracts/clock'
import type { NumberedColumns } from './numbered-columns.ts'

/** What is read of rollup files. */
export interface FileQuestion {
  readonly sql: string
  /** Asked where the rows of `sql` do not come by series and time. */
  readonly ordered: string
  /** Whether a mean that is not known makes the answer none. */
  readonly whole: boolean
}

export type FileReply = { readonly columns: NumberedColumns | undefined } | { readonly error: string }

/** Reads columns out of files; undefined where they do not answer. */
export interface FileReader {
  read(question: FileQuestion): Promise<NumberedColumns | undefined>
}

/** Without a question for so long, the thread ends. */
const idleMs = 10_000

/** A thread that reads files, for one question after the other; it begins with the first, and ends by itself some time after the last. */
export class ColumnsThread implements FileReader {
  readonly #clock: Clock
  #worker: Worker | undefined
  #idle: Timer | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  read(question: FileQuestion): Promise<NumberedColumns | undefined> {
    this.#idle?.cancel()
    this.#worker ??= new Worker(new URL('./columns-worker.ts', import.meta.url))
    const worker = this.#worker
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        worker.off('message', answered).off('error', failed).off('exit', ended)
        worker.unref()
        if (this.#worker) this.#idle = this.#clock.after(idleMs, () => void this.end())
        act()
      }
      const answered = (reply: FileReply): void =>
        settle(() => ('error' in reply ? reject(new Error(reply.error)) : resolve(reply.columns)))
      const failed = (error: unknown): void => {
        this.#worker = undefined
        settle(() => reject(error))
      }
      const ended = (): void => failed(new Error('the thread that reads files ended'))
      worker.on('message', answered).on('error', failed).on('exit', ended)
      // It keeps the process alive only while somebody waits for it.
      worker.ref()
      worker.postMessage(question)
    })
  }

  async end(): Promise<void> {
    this.#idle?.cancel()
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }
}
