import { Worker } from 'node:worker_threads'
import type { Clock } from '@civitals/contracts/clock'
import { CivitalsError, type ErrorCode } from '@civitals/contracts/errors'
import type { Interval } from '@civitals/contracts/intervals'
import type { Reopening, Spool, SpoolCounters, SpoolLimits, SpoolRow } from '../spool.ts'
import type { Answer, Call, Opening, Request, SpoolSuccession } from './protocol.ts'

export interface SqliteSpoolOptions {
  /** Holds the spool's file; made when missing, readable by its owner only. */
  readonly folder: string
  readonly limits: SpoolLimits
  readonly clock: Clock
  /** A successor took the place of a spool that could not go on, at opening or later. */
  readonly onSuccession?: (succession: SpoolSuccession) => void
}

/**
 * The spool on disk: SQLite in its own thread, WAL, every append flushed before it resolves. Throws CIV_GATEWAY_SPOOL_IN_USE
 * when another process holds it, CIV_GATEWAY_SPOOL_FORMAT when a newer release made it, CIV_GATEWAY_SPOOL_OPEN when the folder cannot be
 * used.
 */
export async function openSqliteSpool(options: SqliteSpoolOptions): Promise<Spool> {
  const { folder, limits, clock } = options
  const thread = new SpoolThread({ folder, limits, now: clock.now() }, options.onSuccession)
  await thread.opened
  return {
    get id() {
      return thread.spool
    },
    append: (drafts) => thread.call({ call: 'append', drafts, now: clock.now(), mono: clock.mono() }),
    waiting: (range) => thread.call({ call: 'waiting', range }),
    acknowledge: async (settled, spool) =>
      void (await thread.call({ call: 'acknowledge', settled, ...(spool !== undefined && { spool }) })),
    reopen: (spool, ranges) => thread.reopen(spool, ranges),
    linked: (stands) => thread.linked(stands),
    counters: () => thread.counters,
    close: () => thread.close(),
  }
}

type Served = Extract<Answer, { rows: unknown } | { reopening: unknown }>

interface Waiter {
  resolve(served: Served): void
  reject(error: Error): void
}

const none: SpoolCounters = {
  newestSeq: 0,
  waiting: 0,
  waitingReadings: 0,
  reopened: 0,
  producedReadings: 0,
  declaredLost: 0,
  bytes: 0,
  inherited: 0,
  inheritedReadings: 0,
}

class SpoolThread {
  readonly opened: Promise<void>
  spool = ''
  counters: SpoolCounters = none
  readonly #worker: Worker
  readonly #waiters = new Map<number, Waiter>()
  readonly #exited: Promise<void>
  #lastId = 0
  #gone = false
  #closing: Promise<void> | undefined

  constructor(opening: Opening, onSuccession?: (succession: SpoolSuccession) => void) {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: opening,
      resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 },
    })
    this.opened = new Promise((resolve, reject) => {
      this.#worker.on('message', (answer: Answer) => {
        if ('succession' in answer) return onSuccession?.(answer.succession)
        if ('counters' in answer) [this.spool, this.counters] = [answer.spool, answer.counters]
        if (answer.id === 0 && 'counters' in answer) return resolve()
        if (answer.id === 0 && 'error' in answer) return reject(failure('CIV_GATEWAY_SPOOL_OPEN', answer.error))
        this.#settle(answer)
      })
      this.#worker.on('error', reject)
    })
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#gone = true
        for (const waiter of this.#waiters.values()) waiter.reject(closed())
        this.#waiters.clear()
        resolve()
      })
    })
  }

  async call(call: Call): Promise<readonly SpoolRow[]> {
    const served = await this.#ask(call)
    return 'rows' in served ? served.rows : []
  }

  async reopen(spool: string, ranges: readonly Interval[]): Promise<Reopening> {
    const served = await this.#ask({ call: 'reopen', spool, ranges })
    return 'reopening' in served ? served.reopening : { reopened: 0, missing: ranges }
  }

  /** Nobody waits for it: what is asked of the spool after it is served after it. */
  linked(stands: boolean): void {
    if (!this.#gone) this.#ask({ call: 'linked', stands }).catch(() => undefined)
  }

  #ask(call: Call): Promise<Served> {
    if (this.#gone) return Promise.reject(closed())
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject })
      this.#worker.postMessage({ ...call, id } satisfies Request)
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#gone ? this.#exited : this.call({ call: 'close' }).then(() => this.#exited)
    return this.#closing
  }

  #settle(answer: Exclude<Answer, { succession: unknown }>): void {
    const waiter = this.#waiters.get(answer.id)
    this.#waiters.delete(answer.id)
    if ('error' in answer) waiter?.reject(failure('CIV_GATEWAY_SPOOL_WRITE', answer.error))
    else if ('rows' in answer || 'reopening' in answer) waiter?.resolve(answer)
  }
}

const closed = (): CivitalsError => new CivitalsError('CIV_GATEWAY_SPOOL_CLOSED', 'the spool is closed')

function failure(fallback: ErrorCode, error: { message: string; code?: string }): CivitalsError {
  const code = (error.code as ErrorCode | undefined) ?? fallback
  return new CivitalsError(code, error.message, { retryable: code === 'CIV_GATEWAY_SPOOL_WRITE' })
}
