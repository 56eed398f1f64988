import type { Clock } from '@civitals/contracts/clock'
import { Deadline, Exchange, type Stops, stopped } from './exchange.ts'
import type { Framing } from './framing.ts'
import type { Line, LineCounters, LineFailure, Outcome } from './line.ts'
import type { Dial, Link } from './link.ts'
import { Quarantine } from './quarantine.ts'
import { Reconnect } from './reconnect.ts'
import type { LineTiming } from './timing.ts'

/** What a line is made of. */
export interface LineParts<Q, R extends object> {
  readonly dial: Dial
  readonly framing: Framing<Q, R>
  readonly timing: LineTiming<Q>
  /** Throws for a request no terminal could answer. */
  readonly check: (request: Q) => void
  readonly clock: Clock
  /**
   * How long the line keeps quiet after a transaction without a good reply, so that a late one cannot answer the next
   * request. Replies that name their request (Modbus TCP) need none: 0.
   */
  readonly quarantineMs: number
  /** Time-outs in a row, with not one byte heard, after which the line is opened anew. */
  readonly silentLimit: number
}

const connectTimeoutMs = 3000
/** Callers that may wait at once; a gateway has one per line. */
const mostWaiting = 256

const aborted = (detail?: string): LineFailure => ({ ok: false, kind: 'aborted', ...(detail ? { detail } : {}) })
const linkDown = (detail: string): LineFailure => ({ ok: false, kind: 'link', detail })

/** The request would meet a late reply it could not tell from its own: it was not sent. */
const owing: LineFailure = {
  ok: false,
  kind: 'timeout',
  detail: 'the terminal still owes a reply to another request',
}

/** One line over any byte stream: one transaction at a time, its own time-outs, quarantine, and opening anew. */
export class StreamLine<Q, R extends object> implements Line<Q, R> {
  readonly #parts: LineParts<Q, R>
  readonly #reconnect: Reconnect
  readonly #quarantine: Quarantine
  readonly #closing = new AbortController()
  readonly #counts = { transactions: 0, timeouts: 0, crcErrors: 0, exceptions: 0, linkErrors: 0, connects: 0 }
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #link: Link | undefined
  #exchange: Exchange<R> | undefined
  #id = 0
  #leaving: Promise<void> = Promise.resolve()
  #silent = 0

  constructor(parts: LineParts<Q, R>) {
    this.#parts = parts
    this.#reconnect = new Reconnect(parts.clock)
    this.#quarantine = new Quarantine(parts.clock, parts.timing.gapMs, parts.quarantineMs)
  }

  get health(): LineCounters {
    return { connected: this.#link !== undefined, ...this.#counts }
  }

  async transact(request: Q, signal?: AbortSignal): Promise<Outcome<R>> {
    this.#parts.check(request)
    if (this.#waiting >= mostWaiting) return aborted(`${mostWaiting} transactions wait for this line already`)
    this.#waiting++
    const stops = signal ? [signal, this.#closing.signal] : [this.#closing.signal]
    const mine = this.#turn.then(() => (stopped(stops) ? aborted() : this.#run(request, stops)))
    this.#turn = mine
    try {
      return await mine
    } finally {
      this.#waiting--
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#turn
    this.#drop()
    await this.#leaving
  }

  async #run(request: Q, stops: Stops): Promise<Outcome<R>> {
    this.#counts.transactions++
    const outcome = await this.#attempt(request, stops).catch((error: unknown) =>
      stopped(stops) ? aborted() : linkDown(String(error)),
    )
    this.#note(outcome)
    return outcome
  }

  async #attempt(request: Q, stops: Stops): Promise<Outcome<R>> {
    const ready = await this.#open(stops)
    if (ready) return ready
    if (!(await this.#quarantine.over(stops))) return { ok: false, kind: 'crc', detail: 'the line does not fall quiet' }
    const link = this.#link
    if (!link) return linkDown('closed by the other side')
    const { framing, timing, clock } = this.#parts
    if (framing.owes(request, clock.mono())) return owing
    const id = ++this.#id
    this.#exchange = new Exchange<R>(clock, timing.timeoutMs(request), stops)
    link.stream.write(framing.begin(request, id))
    const outcome = await this.#exchange.outcome
    this.#exchange = undefined
    const fragment = framing.abandon(id, clock.mono())
    return fragment && !outcome.ok && outcome.kind === 'timeout'
      ? { ok: false, kind: 'crc', detail: fragment }
      : outcome
  }

  /** Undefined when the line is open. */
  async #open(stops: Stops): Promise<LineFailure | undefined> {
    if (this.#link) return undefined
    if (this.#reconnect.dueInMs > 0) return linkDown('waits before it is opened again')
    await this.#leaving
    try {
      using late = new Deadline(this.#parts.clock, connectTimeoutMs)
      const link = await this.#parts.dial(AbortSignal.any([...stops, late.signal]))
      this.#adopt(link)
      return undefined
    } catch (error) {
      if (stopped(stops)) return aborted()
      this.#reconnect.failed()
      return linkDown(error instanceof Error ? error.message : String(error))
    }
  }

  #adopt(link: Link): void {
    this.#link = link
    this.#counts.connects++
    this.#silent = 0
    this.#parts.framing.reset()
    const lost = (detail: string) => (): void => this.#lost(link, detail)
    link.stream.on('data', (chunk: Buffer) => this.#receive(link, chunk))
    link.stream.on('error', (error: Error) => this.#lost(link, error.message))
    link.stream.on('end', lost('closed by the other side'))
    link.stream.on('close', lost('closed'))
  }

  #receive(link: Link, chunk: Buffer): void {
    if (link !== this.#link) return
    this.#quarantine.heard()
    this.#silent = 0
    for (const verdict of this.#parts.framing.push(chunk)) {
      if (verdict.kind === 'violation') this.#lost(link, verdict.detail)
      if (verdict.kind !== 'reply' || verdict.id !== this.#id) continue
      const { reply, bytes } = verdict
      const arrival = { arrivedAt: this.#parts.clock.now(), wireMs: bytes * this.#parts.timing.characterMs }
      this.#exchange?.settle(reply.ok ? { ...reply, ...arrival } : reply)
    }
  }

  #lost(link: Link, detail: string): void {
    if (link !== this.#link) return
    this.#drop()
    this.#reconnect.failed()
    this.#exchange?.settle(linkDown(detail))
  }

  #drop(): void {
    const link = this.#link
    if (!link) return
    this.#link = undefined
    this.#leaving = link.close()
  }

  #note(outcome: Outcome<R>): void {
    if (outcome.ok || outcome.kind === 'exception') {
      this.#reconnect.proven()
      if (!outcome.ok) this.#counts.exceptions++
      return
    }
    if (outcome === owing) {
      this.#counts.timeouts++
      return
    }
    // A reply may still be under way: whatever ended the wait, the next request must not meet it.
    this.#quarantine.suspect()
    if (outcome.kind === 'timeout') this.#timedOut()
    if (outcome.kind === 'crc') this.#counts.crcErrors++
    if (outcome.kind === 'link') this.#counts.linkErrors++
  }

  #timedOut(): void {
    this.#counts.timeouts++
    this.#silent++
    // A dead socket or an unplugged adapter may say nothing: after enough silence the line is opened anew.
    if (this.#silent >= this.#parts.silentLimit) this.#drop()
  }
}
