import type { Clock } from '@civitals/contracts/clock'
import type { FrameCheck } from '../frames/frame.ts'
import { Flight } from './flight.ts'
import type { Framing, Reply } from './framing.ts'
import type { LineFailure, LinePace, LineStatistics, Outcome, TimedLine } from './line.ts'
import type { Dial, Link } from './link.ts'
import { Quarantine } from './quarantine.ts'
import { Reconnect } from './reconnect.ts'
import { Terminals } from './terminals.ts'
import type { LineTiming } from './timing.ts'
import { aborted, pause, Transaction } from './transaction.ts'
import type { WindowProbe } from './window-probe.ts'

/** What a line is made of. */
export interface LineParts<Q, R extends object> {
  readonly dial: Dial
  readonly framing: Framing<Q, R>
  readonly timing: LineTiming<Q>
  /** Throws for a request no terminal could answer. */
  readonly check: (request: Q) => void
  readonly clock: Clock
  /**
   * How long the line keeps quiet at least after a transaction without a good reply, so that a late one cannot answer the
   * next request; longer where the terminal has shown to be slower. Replies that name their request (Modbus TCP) need none: 0.
   */
  readonly quarantineMs: number
  /** Time-outs in a row, with not one byte heard, after which the line is opened anew. */
  readonly silentLimit: number
  /** How many requests may be under way at once. Default: one. Only for a framing whose replies name their request. */
  readonly window?: WindowProbe
  /** Whether a request may be sent twice: then it is, once, when it failed in company. Default: none. */
  readonly repeatable?: (request: Q) => boolean
}

const connectTimeoutMs = 3000
/** Callers that may wait at once; a gateway has one per line. */
const mostWaiting = 256
/** A line that babbles is listened to this long beyond its quarantine before the transaction is given up. */
const babbleMs = 2000
/** A late reply comes at most this many times as late as 99 in 100 replies come. */
const latenessFactor = 3

/** The server is busy, or the terminal behind it did not answer it in time [MODBUS 7]. */
const overload: ReadonlySet<number | undefined> = new Set([0x06, 0x0b])

const linkDown = (detail: string): LineFailure => ({ ok: false, kind: 'link', detail })

/** The request would meet a late reply it could not tell from its own: it was not sent. */
const owing: LineFailure = {
  ok: false,
  kind: 'timeout',
  detail: 'the terminal still owes a reply to another request',
}

/**
 * One line over any byte stream, in which the gateway asks. Requests are sent in the order of the calls, one at a time or, where replies
 * name their request, as many as `window` allows. Time-outs follow what each terminal has shown; a quarantine keeps late replies from
 * being taken for answers; a dropped link ends at once what was under way, and is opened again by the next request.
 */
export class StreamLine<Q, R extends object> implements TimedLine<Q, R> {
  readonly pace: LinePace
  readonly #parts: LineParts<Q, R>
  readonly #reconnect: Reconnect
  readonly #quarantine: Quarantine
  readonly #terminals: Terminals
  readonly #counts = {
    transactions: 0,
    timeouts: 0,
    crcErrors: 0,
    exceptions: 0,
    linkErrors: 0,
    connects: 0,
    late: 0,
    foreign: 0,
  }
  readonly #refused: Partial<Record<FrameCheck, number>> = {}
  readonly #waiting: Transaction<Q, R>[] = []
  readonly #flying = new Map<number, Flight<Q, R>>()
  /** The transaction whose turn has come but that cannot be sent yet. */
  #preparing: Transaction<Q, R> | undefined
  #link: Link | undefined
  /** What ended the last link or kept it from opening, while it waits before it is opened again. */
  #whyDown = ''
  #id = 0
  #leaving: Promise<void> = Promise.resolve()
  #silent = 0
  #silentAt = 0
  #closed = false
  #turn: Promise<void> = Promise.resolve()

  constructor(parts: LineParts<Q, R>) {
    const { timing, clock } = parts
    this.#parts = parts
    this.pace = { characterMs: timing.characterMs, gapMs: timing.gapMs }
    this.#reconnect = new Reconnect(clock)
    this.#quarantine = new Quarantine(clock, timing.gapMs)
    this.#terminals = new Terminals(timing.startMs ?? 0)
  }

  get health(): LineStatistics {
    return { connected: this.#link !== undefined, ...this.#counts, refused: { ...this.#refused } }
  }

  get window(): number {
    const { window } = this.#parts
    // Several units behind one connection: a gateway with a serial line behind it, which carries one at a time.
    return window && this.#terminals.count <= 1 ? window.window : 1
  }

  turnaroundMs(terminal: number | string): number {
    return this.#terminals.turnaroundMs(terminal)
  }

  hasten(): void {
    this.#reconnect.hasten()
  }

  async transact(request: Q, signal?: AbortSignal): Promise<Outcome<R>> {
    this.#parts.check(request)
    if (this.#closed) return aborted()
    const busy = this.#waiting.length + this.#flying.size + (this.#preparing ? 1 : 0)
    if (busy >= mostWaiting) return aborted(`${mostWaiting} transactions wait for this line already`)
    const transaction = new Transaction<Q, R>(request, signal)
    this.#waiting.push(transaction)
    this.#pump()
    return transaction.outcome
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const waiting of this.#waiting.splice(0)) waiting.end(aborted())
    this.#preparing?.end(aborted())
    this.#drop(aborted())
    await this.#turn
    await this.#leaving
  }

  /** Sends what may be sent now. */
  #pump(): void {
    while (!this.#preparing && this.#flying.size < this.window) {
      const next = this.#waiting.shift()
      if (!next) return
      if (next.ended) continue
      if (this.#free(next.request)) this.#carry(next)
      else this.#turn = this.#prepareAndCarry(next)
    }
  }

  /** Whether the request can leave this instant. */
  #free(request: Q): boolean {
    return this.#link !== undefined && this.#waitMs(request) <= 0 && !this.#owes(request)
  }

  async #prepareAndCarry(transaction: Transaction<Q, R>): Promise<void> {
    this.#preparing = transaction
    const failure = await this.#prepare(transaction).catch((error: unknown) => linkDown(String(error)))
    this.#preparing = undefined
    transaction.onEnd = undefined
    if (failure) this.#note(failure)
    if (failure) transaction.end(failure)
    else if (!transaction.ended) this.#carry(transaction)
    this.#pump()
  }

  /** Makes the line ready for one request: open, quiet, and owed nothing that could answer it. Says why it cannot. */
  async #prepare(transaction: Transaction<Q, R>): Promise<LineFailure | undefined> {
    const failure = (await this.#open(transaction)) ?? (await this.#fallQuiet(transaction))
    if (failure || transaction.ended || !this.#owes(transaction.request)) return failure
    const fence = this.#parts.framing.fence?.(transaction.request)
    if (!fence) return owing
    const outcome = await new Promise<Outcome<R>>((resolve) => this.#send(fence, resolve))
    if (!outcome.ok && outcome.kind !== 'exception') return outcome
    return (await this.#fallQuiet(transaction)) ?? (this.#owes(transaction.request) ? owing : undefined)
  }

  async #fallQuiet(transaction: Transaction<Q, R>): Promise<LineFailure | undefined> {
    const { clock } = this.#parts
    let wait = this.#waitMs(transaction.request)
    const patienceEndsAt = clock.mono() + Math.max(0, wait) + babbleMs
    for (; wait > 0 && !transaction.ended; wait = this.#waitMs(transaction.request)) {
      if (clock.mono() > patienceEndsAt) return { ok: false, kind: 'crc', detail: 'the line does not fall quiet' }
      await pause(clock, wait, transaction)
    }
    return this.#link ? undefined : linkDown('closed by the other side')
  }

  #waitMs(request: Q): number {
    const { framing, clock } = this.#parts
    const terminal = this.#terminalOf(request)
    const quiet = this.#quarantine.waitMs(terminal)
    return Math.max(quiet, framing.holdMs?.(request, clock.mono(), this.#maxLateMs(terminal)) ?? 0)
  }

  #owes(request: Q): boolean {
    return this.#parts.framing.owes(request, this.#parts.clock.mono())
  }

  #carry(transaction: Transaction<Q, R>): void {
    const flight = this.#send(transaction.request, (outcome, flight) => {
      transaction.onEnd = undefined
      if (this.#again(transaction, flight, outcome)) this.#waiting.unshift(transaction)
      else transaction.end(outcome)
    })
    transaction.onEnd = () => this.#land(flight, aborted())
  }

  /** What failed in company is asked again alone, and what was answered in doubt is asked again; once. */
  #again(transaction: Transaction<Q, R>, { company, again, request }: Flight<Q, R>, outcome: Outcome<R>): boolean {
    if (outcome.ok || transaction.repeated || transaction.ended || this.#closed) return false
    transaction.repeated = true
    return again || (company > 1 && (this.#parts.repeatable?.(request) ?? false))
  }

  #send(request: Q, done: (outcome: Outcome<R>, flight: Flight<Q, R>) => void): Flight<Q, R> {
    const { framing, timing, clock } = this.#parts
    const terminal = this.#terminalOf(request)
    const id = ++this.#id
    this.#refuse(framing.giveUp?.())
    const frame = framing.begin(request, id)
    const company = this.#flying.size + 1
    const flight = new Flight<Q, R>(clock, { id, request, bytes: frame.length, company }, done)
    this.#counts.transactions++
    this.#quarantine.over(terminal)
    this.#flying.set(id, flight)
    const turnaroundMs = this.#terminals.turnaroundMs(terminal, timing.known?.(request).turnaroundMs)
    flight.expect(timing.timeoutMs(request, turnaroundMs), () => this.#timeUp(flight))
    this.#link?.stream.write(frame)
    return flight
  }

  #timeUp(flight: Flight<Q, R>): void {
    flight.again = this.#parts.framing.lastWord?.(flight.id) === 'again'
    this.#land(flight, { ok: false, kind: flight.again ? 'crc' : 'timeout' })
  }

  #answer(flight: Flight<Q, R>, reply: Reply<R>, bytes: number): void {
    const { timing, clock } = this.#parts
    const wireMs = bytes * timing.characterMs
    const elapsedMs = clock.mono() - flight.sentAt
    const turnaroundMs = Math.max(0, elapsedMs - flight.bytes * timing.characterMs - wireMs - timing.gapMs)
    if (reply.ok || reply.kind === 'exception') this.#terminals.answered(this.#terminalOf(flight.request), turnaroundMs)
    this.#land(flight, reply.ok ? { ...reply, arrivedAt: clock.now(), wireMs, turnaroundMs } : reply)
  }

  /** Its outcome is known: it leaves the line, the caller is told, the next may go. */
  #land(flight: Flight<Q, R>, outcome: Outcome<R>): void {
    if (!this.#flying.delete(flight.id)) return
    const vain = this.#parts.framing.abandon(flight.id, this.#parts.clock.mono())
    const heardOnly = vain && !outcome.ok && outcome.kind === 'timeout'
    const final: Outcome<R> = heardOnly ? { ok: false, kind: 'crc', ...vain } : outcome
    this.#refuse(final.ok ? undefined : final.check)
    this.#quarantine.hold(this.#terminalOf(flight.request), this.#parts.timing.known?.(flight.request).pauseMs ?? 0)
    this.#learn(flight, final)
    this.#note(final, flight.sentAt)
    flight.land(final)
    this.#pump()
  }

  /** Undefined when the line is open. */
  async #open(transaction: Transaction<Q, R>): Promise<LineFailure | undefined> {
    if (this.#link) return undefined
    if (this.#reconnect.dueInMs > 0) return linkDown(`waits before it is opened again: ${this.#whyDown}`)
    await this.#leaving
    if (transaction.ended) return aborted()
    const { clock, dial } = this.#parts
    const stop = new AbortController()
    const late = clock.after(connectTimeoutMs, () =>
      stop.abort(new Error(`no connection within ${connectTimeoutMs} ms`)),
    )
    transaction.onEnd = () => stop.abort()
    try {
      const link = await dial(stop.signal)
      if (this.#closed) this.#leaving = link.close()
      else this.#adopt(link)
      return undefined
    } catch (error) {
      if (transaction.ended) return aborted()
      this.#reconnect.failed()
      this.#whyDown = error instanceof Error ? error.message : String(error)
      return linkDown(this.#whyDown)
    } finally {
      late.cancel()
      transaction.onEnd = undefined
    }
  }

  #adopt(link: Link): void {
    this.#link = link
    this.#counts.connects++
    this.#silent = 0
    this.#refuse(this.#parts.framing.reset())
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
    for (const verdict of this.#parts.framing.push(chunk, this.#parts.clock.mono())) {
      if (verdict.kind === 'violation' || verdict.kind === 'refused') this.#refuse(verdict.check)
      if (verdict.kind === 'violation') this.#lost(link, verdict.detail)
      if (verdict.kind === 'foreign') this.#counts.foreign++
      if (verdict.kind === 'late') this.#late(verdict.id, verdict.bytes)
      if (verdict.kind !== 'reply') continue
      const flight = this.#flying.get(verdict.id)
      if (flight) this.#answer(flight, verdict.reply, verdict.bytes)
    }
  }

  #refuse(check: FrameCheck | undefined): void {
    if (check !== undefined) this.#refused[check] = (this.#refused[check] ?? 0) + 1
  }

  #lost(link: Link, detail: string): void {
    if (link !== this.#link) return
    this.#reconnect.failed()
    this.#whyDown = detail
    this.#drop(linkDown(detail))
  }

  /** Closes the link; whatever is under way ends at once. */
  #drop(why: LineFailure): void {
    const link = this.#link
    this.#link = undefined
    if (link) this.#leaving = link.close()
    for (const flight of [...this.#flying.values()]) this.#land(flight, why)
  }

  #learn(flight: Flight<Q, R>, outcome: Outcome<R>): void {
    if (outcome.ok) this.#parts.window?.good(flight.company)
    else if (outcome.kind === 'exception' && !overload.has(outcome.code)) this.#parts.window?.good(flight.company)
    else if (outcome.kind !== 'aborted') this.#parts.window?.bad(flight.company)
    if (!outcome.ok && outcome.kind !== 'exception') this.#quiet(flight, outcome)
  }

  /** A reply may still be under way: the next request must not meet it. */
  #quiet(flight: Flight<Q, R>, { kind }: LineFailure): void {
    const terminal = this.#terminalOf(flight.request)
    if (kind === 'timeout') this.#terminals.gaveUp(flight.id, { terminal, sentAt: flight.sentAt, bytes: flight.bytes })
    const quietMs = this.#maxLateMs(terminal)
    // A terminal that was silent already is hardly about to answer: the others need not wait for it. Should it answer all the
    // same, its frame names it and is no answer of theirs.
    if (kind === 'timeout' && this.#terminals.silent(terminal) > 1) this.#quarantine.hold(terminal, quietMs)
    else this.#quarantine.suspect(quietMs)
  }

  #late(id: number, bytes: number): void {
    this.#counts.late++
    const { clock, timing } = this.#parts
    const wire = timing.characterMs
    this.#terminals.cameLate(id, (sentAt, sent) => clock.mono() - sentAt - (sent + bytes) * wire - timing.gapMs)
  }

  #terminalOf(request: Q): number | string {
    return this.#parts.timing.terminal?.(request) ?? 0
  }

  #maxLateMs(terminal: number | string): number {
    const { quarantineMs } = this.#parts
    return quarantineMs > 0 ? Math.max(quarantineMs, latenessFactor * this.#terminals.measuredMs(terminal)) : 0
  }

  #note(outcome: Outcome<R>, sentAt = 0): void {
    if (outcome.ok || outcome.kind === 'exception') {
      this.#reconnect.proven()
      if (!outcome.ok) this.#counts.exceptions++
      return
    }
    if (outcome.kind === 'timeout') this.#timedOut(outcome, sentAt)
    if (outcome.kind === 'crc') this.#counts.crcErrors++
    if (outcome.kind === 'link') this.#counts.linkErrors++
  }

  #timedOut(outcome: LineFailure, sentAt: number): void {
    this.#counts.timeouts++
    // Requests that were under way together fell silent together, once.
    if (outcome === owing || sentAt < this.#silentAt) return
    this.#silentAt = this.#parts.clock.mono()
    this.#silent++
    // A dead socket or an unplugged adapter may say nothing: after enough silence the line is opened anew.
    if (this.#silent >= this.#parts.silentLimit) this.#drop(linkDown('nothing was heard for long'))
  }
}
