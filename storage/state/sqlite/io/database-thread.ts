import { Worker } from 'node:worker_threads'
import type { CivitalsError } from '@civitals/contracts/errors'
import { stateError, threadLost } from '../failure.ts'
import type { Reply, Request, RowSet } from '../protocol.ts'

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never
/** A request before it has its number. */
export type Ask = Unnumbered<Request>

interface Waiting {
  readonly sql: string | undefined
  readonly resolve: (result: RowSet | undefined) => void
  readonly reject: (error: CivitalsError) => void
}

/** One life of the thread that holds the database. Once `lost`, it answers every request with that error. */
export class DatabaseThread {
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url))
  readonly #waiting = new Map<number, Waiting>()
  readonly #retryable: boolean
  #lastId = 0
  #cause: unknown
  #lost: CivitalsError | undefined

  constructor(retryable: boolean) {
    this.#retryable = retryable
    this.#worker.on('message', (reply: Reply) => this.#settle(reply))
    this.#worker.on('error', (error) => {
      this.#cause = error
    })
    this.#worker.on('exit', () => this.#lose())
    this.#worker.unref()
  }

  get lost(): boolean {
    return this.#lost !== undefined
  }

  ask(request: Ask): Promise<RowSet | undefined> {
    if (this.#lost) return Promise.reject(this.#lost)
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      // The thread keeps the process alive only while somebody waits for it.
      if (this.#waiting.size === 0) this.#worker.ref()
      this.#waiting.set(id, { sql: request.op === 'run' ? request.sql : undefined, resolve, reject })
      this.#worker.postMessage({ ...request, id })
    })
  }

  /** Ends the thread at once, whatever it does. */
  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (this.#waiting.size === 0) this.#worker.unref()
    if (reply.ok) waiting?.resolve(reply.result)
    else waiting?.reject(stateError(reply.failure, waiting.sql))
  }

  #lose(): void {
    this.#lost = threadLost(this.#cause, this.#retryable)
    for (const waiting of this.#waiting.values()) waiting.reject(this.#lost)
    this.#waiting.clear()
  }
}
