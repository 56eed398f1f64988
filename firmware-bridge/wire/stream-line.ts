import { Flight } from './flight.ts'
import type { Reply } from './framing.ts'
import type { LineFailure, LinePace, LineStatistics, Outcome, TimedLine } from './line.ts'
import type { LineParts } from './line-parts.ts'
import { LineTally } from './line-tally.ts'
import { LinkKeeper, linkDown } from './link-keeper.ts'
import { Quarantine } from './quarantine.ts'
import { Terminals } from './terminals.ts'
import { aborted, pause, Transaction } from './transaction.ts'

/** Callers that may wait at once; a gateway has one per line. */
const mostWaiting = 256
/** A line that babbles is listened to this long beyond its quarantine before the transaction is given up. */
const babbleMs = 2000
/** A late reply comes at most this many times as late as 99 in 100 replies come. */
const latenessFactor = 3

/** The server is busy, or the terminal behind it did not answer it in time [MODBUS 7]. */
const overload: ReadonlySet<number | undefined> = new Set([0x06, 0x0b])

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
  readonly #link: LinkKeeper
  readonly #quarantine: Quarantine
  readonly #terminals: Terminals
  readonly #tally = new LineTally()
  readonly #waiting: Transaction<Q, R>[] = []
  readonly #flying = new Map<number, Flight<Q, R>>()
  /** The transaction whose turn has come but that cannot be sent yet. */
  #preparing: Transaction<Q, R> | undefined
  #id = 0
  #silent = 0
  #silentAt = 0
  #closed = false
  #turn: Promise<void> = Promise.resolve()

  constructor(parts: LineParts<Q, R>) {
    const { dial, timing, clock } = parts
    this.#parts = parts
    this.pace = { characterMs: timing.characterMs, gapMs: timing.gapMs }
    this.#link = new LinkKeeper({
      ...{ dial, clock },
      onOpen: () => this.#opened(),
      onData: (chunk) => this.#receive(chunk),
      onLost: (why) => this.#endAll(why),
    })
    this.#quarantine = new Quarantine(clock, timing.gapMs)
    this.#terminals = new Terminals(timing.startMs ?? 0)
  }

  get health(): LineStatistics {
    return { connected: this.#link.isOpen, ...this.#tally.figures }
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
    this.#link.hasten()
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
    this.#link.end()
    this.#endAll(aborted())
    await this.#turn
    await this.#link.gone()
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
    return this.#link.isOpen && this.#waitMs(request) <= 0 && !this.#owes(request)
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
    const failure = (await this.#link.open(transaction)) ?? (await this.#fallQuiet(transaction))
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
    return this.#link.isOpen ? undefined : linkDown('closed by the other side')
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
    this.#tally.refuse(framing.giveUp?.())
    const frame = framing.begin(request, id)
    const company = this.#flying.size + 1
    const flight = new Flight<Q, R>(clock, { id, request, bytes: frame.length, company }, done)
    this.#tally.count('transactions')
    this.#quarantine.over(terminal)
    this.#flying.set(id, flight)
    const turnaroundMs = this.#terminals.turnaroundMs(terminal, timing.known?.(request).turnaroundMs)
    flight.expect(timing.timeoutMs(request, turnaroundMs), () => this.#timeUp(flight))
    this.#link.write(frame)
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
    this.#tally.refuse(final.ok ? undefined : final.check)
    this.#quarantine.hold(this.#terminalOf(flight.request), this.#parts.timing.known?.(flight.request).pauseMs ?? 0)
    this.#learn(flight, final)
    this.#note(final, flight.sentAt)
    flight.land(final)
    this.#pump()
  }

  #opened(): void {
    this.#tally.count('connects')
    this.#silent = 0
    this.#tally.refuse(this.#parts.framing.reset())
  }

  #receive(chunk: Buffer): void {
    this.#quarantine.heard()
    this.#silent = 0
    for (const verdict of this.#parts.framing.push(chunk, this.#parts.clock.mono())) {
      if (verdict.kind === 'violation' || verdict.kind === 'refused') this.#tally.refuse(verdict.check)
      if (verdict.kind === 'violation') this.#link.lose(verdict.detail)
      if (verdict.kind === 'foreign') this.#tally.count('foreign')
      if (verdict.kind === 'late') this.#late(verdict.id, verdict.bytes)
      if (verdict.kind !== 'reply') continue
      const flight = this.#flying.get(verdict.id)
      if (flight) this.#answer(flight, verdict.reply, verdict.bytes)
    }
  }

  /** Whatever is under way ends at once. */
  #endAll(why: LineFailure): void {
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
    this.#tally.count('late')
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
    this.#tally.ended(outcome)
    if (outcome.ok || outcome.kind === 'exception') this.#link.proven()
    else if (outcome.kind === 'timeout') this.#timedOut(outcome, sentAt)
  }

  #timedOut(outcome: LineFailure, sentAt: number): void {
    // Requests that were under way together fell silent together, once.
    if (outcome === owing || sentAt < this.#silentAt) return
    this.#silentAt = this.#parts.clock.mono()
    this.#silent++
    // A dead socket or an unplugged adapter may say nothing: after enough silence the line is opened anew.
    if (this.#silent < this.#parts.silentLimit) return
    this.#link.leave()
    this.#endAll(linkDown('nothing was heard for long'))
  }
}
