import type { Clock, Timer } from '@civitals/contracts/clock'
import type { StateStore } from '@civitals/storage/state'
import { type AttemptRecord, type DueDelivery, dueDeliveries, nextDueAt, recordAttempts } from './deliveries.ts'
import type { Endpoints } from './endpoints.ts'
import { nextDelayMs } from './schedule.ts'
import type { Send, SendOutcome } from './send.ts'
import { headersOf } from './signature.ts'

/** What a lane works with. */
export interface LaneParts {
  readonly state: StateStore
  readonly endpoints: Endpoints
  readonly clock: Clock
  readonly send: Send
  readonly random: () => number
  readonly signal: AbortSignal
  /** Told when the store could not be read or written; the lane tries again by itself. */
  readonly trouble: (error: unknown) => void
}

const batchSize = 32
/** Outcomes wait at most this long to be written together. */
const recordEveryMs = 200
const storeRetryMs = 1000

/**
 * Delivers to one endpoint, in the order messages were told, one at a time; so a slow receiver delays nobody but itself, and
 * a message that fails waits for its next attempt while later ones go out.
 */
export class Lane {
  readonly #endpoint: string
  readonly #parts: LaneParts
  #again = false
  #running: Promise<void> | undefined
  #timer: Timer | undefined

  constructor(endpoint: string, parts: LaneParts) {
    this.#endpoint = endpoint
    this.#parts = parts
  }

  /** Looks for work now. */
  wake(): void {
    this.#again = true
    if (this.#running || this.#parts.signal.aborted) return
    this.#timer?.cancel()
    this.#running = this.#run().finally(() => {
      this.#running = undefined
      if (this.#again) this.wake()
    })
  }

  /** Settles when nothing is under way. */
  async stop(): Promise<void> {
    this.#timer?.cancel()
    await this.#running
    this.#timer?.cancel()
  }

  async #run(): Promise<void> {
    try {
      while (this.#again && !this.#parts.signal.aborted) {
        this.#again = false
        await this.#drain()
      }
      await this.#sleepUntilDue()
    } catch (error) {
      if (this.#parts.signal.aborted) return
      this.#parts.trouble(error)
      this.#wakeIn(storeRetryMs)
    }
  }

  async #drain(): Promise<void> {
    const { state, endpoints, clock, signal } = this.#parts
    while (!signal.aborted && endpoints.get(this.#endpoint)?.enabled) {
      const due = await dueDeliveries(state.db, this.#endpoint, clock.now(), batchSize)
      if (due.length === 0) return
      await this.#deliver(due)
    }
  }

  async #deliver(due: readonly DueDelivery[]): Promise<void> {
    const { state, endpoints, clock, signal } = this.#parts
    let records: AttemptRecord[] = []
    let recordedAt = clock.mono()
    for (const delivery of due) {
      const outcome = await this.#attempt(delivery)
      if (signal.aborted) break
      const gone = outcome.kind === 'response' && outcome.status === 410
      records.push(this.#judge(delivery, outcome))
      if (gone) return this.#disable(records)
      if (clock.mono() - recordedAt < recordEveryMs) continue
      await recordAttempts(state, records)
      records = []
      recordedAt = clock.mono()
      if (!endpoints.get(this.#endpoint)?.enabled) return
    }
    if (records.length > 0) await recordAttempts(state, records)
  }

  #attempt({ id, body }: DueDelivery): Promise<SendOutcome> {
    const endpoint = this.#parts.endpoints.get(this.#endpoint)
    if (!endpoint) return Promise.resolve({ kind: 'error', error: 'the endpoint is no longer known' })
    const timestamp = Math.floor(this.#parts.clock.now() / 1000)
    const headers = headersOf(endpoint.secret, { id, timestamp, body })
    return this.#parts.send({ url: endpoint.url, headers, body }, this.#parts.signal)
  }

  #judge({ id, tries }: DueDelivery, outcome: SendOutcome): AttemptRecord {
    const at = this.#parts.clock.now()
    if (outcome.kind === 'response' && outcome.status >= 200 && outcome.status < 300) {
      return { id, at, delivered: true, status: outcome.status }
    }
    const retryAfterMs = outcome.kind === 'response' ? outcome.retryAfterMs : undefined
    const delay = nextDelayMs(tries + 1, this.#parts.random, retryAfterMs)
    const fault =
      outcome.kind === 'response'
        ? { status: outcome.status, error: `HTTP ${outcome.status}` }
        : { error: outcome.error }
    return { id, at, delivered: false, ...(delay === undefined ? {} : { retryAt: at + delay }), ...fault }
  }

  /** 410 Gone: the receiver wants nothing more [Standard Webhooks, "Disabling endpoints"]. */
  async #disable(records: readonly AttemptRecord[]): Promise<void> {
    const gone = {
      endpoint: this.#endpoint,
      at: this.#parts.clock.now(),
      reason: 'endpoint disabled: it answered 410 Gone',
    }
    await recordAttempts(this.#parts.state, records, gone)
    this.#parts.endpoints.disabled(gone.endpoint, gone.at, gone.reason)
  }

  async #sleepUntilDue(): Promise<void> {
    const { state, endpoints, clock, signal } = this.#parts
    if (signal.aborted || this.#again || !endpoints.get(this.#endpoint)?.enabled) return
    const at = await nextDueAt(state.db, this.#endpoint)
    if (at !== undefined) this.#wakeIn(Math.max(0, at - clock.now()))
  }

  #wakeIn(delayMs: number): void {
    if (this.#parts.signal.aborted) return
    this.#timer?.cancel()
    this.#timer = this.#parts.clock.after(delayMs, () => this.wake())
  }
}
