import { Worker } from 'node:worker_threads'
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

/** A thread that reads files, for one question after the other; it lives from the first question to `end`. */
export class ColumnsThread implements FileReader {
  #worker: Worker | undefined

  read(question: FileQuestion): Promise<NumberedColumns | undefined> {
    this.#worker ??= new Worker(new URL('./columns-worker.ts', import.meta.url))
    const worker = this.#worker
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        worker.off('message', answered).off('error', failed).off('exit', ended)
        worker.unref()
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
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }
}
