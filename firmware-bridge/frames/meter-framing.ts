import type { Framing, Reply, Vain, Verdict } from '../wire/framing.ts'
import type { ElementData } from './elements.ts'
import type { Decoded, FrameCheck } from './frame.ts'
import { lead, leadByte, type MeterFrameShape, startMark } from './meter-frame.ts'

/** A request and the number the line gave it. */
export interface Asked<Q> {
  readonly id: number
  readonly request: Q
}

/** What one protocol of meters says of its frames. */
export interface MeterDialect<Q, F> {
  readonly shape: MeterFrameShape
  /** The frame of a request, without FE before it. */
  encode(asked: Asked<Q>): Buffer
  decode(bytes: Buffer): Decoded<F>
  /** Whether a meter said it; the rest are questions: the echo of ours, and those of another master. */
  fromMeter(frame: F): boolean
  /** What a frame of a meter is to a request. An answer names the meter and what was asked. */
  kindOf(asked: Asked<Q>, frame: F): 'answer' | 'refusal' | undefined
  /** For a protocol whose replies repeat a number of their request: whether it is the one of this request. */
  numbered?(asked: Asked<Q>, frame: F): boolean
  /** What a frame says that `kindOf` took for the answer or the refusal. */
  reply(asked: Asked<Q>, frame: F): Reply<ElementData>
  meterOf(request: Q): string
  /** Equal for requests that ask the same. */
  questionOf(request: Q): string
}

interface Flight<Q> extends Asked<Q> {
  readonly sent: Buffer
  /** Good frames that answered something else. */
  foreign: number
}

interface Owed<Q> extends Asked<Q> {
  readonly at: number
}

/** Twice the longest frame; so many bytes without an answer are noise. */
const mostBytes = 512
/** Later than this no meter is expected to answer. */
const forgetMs = 60_000
const mostRemembered = 64

/**
 * Frames of meters on any byte stream. They are found by start mark, length, end mark and sum; what stands between them is skipped. An
 * answer names its meter and what it answers, so a late one is never taken for the answer to another question. Two things do not name
 * it: a refusal, which goes to the oldest question of that meter that is still open, and a second copy of an answer, for which
 * the same question is not asked again too soon.
 */
export class MeterFraming<Q, F> implements Framing<Q, ElementData> {
  readonly #dialect: MeterDialect<Q, F>
  #flight: Flight<Q> | undefined
  #owed: Owed<Q>[] = []
  /** When a question was last answered, or a meter last refused one. */
  readonly #answeredAt = new Map<string, number>()
  #buffer: Buffer = Buffer.alloc(0)
  /** Bytes of the buffer, from its beginning, that were told to be no frame. */
  #told = 0

  constructor(dialect: MeterDialect<Q, F>) {
    this.#dialect = dialect
  }

  begin(request: Q, id: number): Buffer {
    const sent = this.#dialect.encode({ id, request })
    this.#flight = { id, request, sent, foreign: 0 }
    this.#buffer = Buffer.alloc(0)
    this.#told = 0
    // They wake the receiver of the meter [DL/T 645-2007 5.2, CJ/T 188 6.4].
    return Buffer.concat([lead(), sent])
  }

  push(chunk: Buffer, at: number): readonly Verdict<ElementData>[] {
    const bytes = Buffer.concat([this.#buffer, chunk])
    const verdicts: Verdict<ElementData>[] = []
    let done = 0
    for (let from = bytes.indexOf(startMark); from >= 0; from = bytes.indexOf(startMark, from)) {
      const length = this.#lengthAt(bytes, from)
      const whole = bytes.subarray(from, from + length)
      const decoded = length > 0 ? this.#dialect.decode(whole) : undefined
      if (!decoded?.ok) {
        from++
        continue
      }
      const stray = from > this.#told ? this.#strayCheck(bytes.subarray(done, from)) : undefined
      if (stray) verdicts.push({ kind: 'refused', check: stray })
      const verdict = this.#judge(decoded.message, whole, at)
      if (verdict) verdicts.push(verdict)
      from += length
      done = from
    }
    this.#buffer = bytes.subarray(done)
    this.#told = Math.max(0, this.#told - done)
    if (this.#buffer.length > mostBytes) verdicts.push(...this.#noise())
    return verdicts
  }

  /** The check that bytes without a good frame failed; undefined where nothing but FE came. */
  #strayCheck(bytes: Buffer): FrameCheck | undefined {
    const { shape } = this.#dialect
    if (bytes.every((byte) => byte === leadByte)) return undefined
    const from = bytes.indexOf(startMark)
    if (from < 0) return 'start'
    if (bytes.length - from < shape.head) return 'length'
    const length = shape.lengthAt(bytes, from) ?? shape.head
    const decoded = this.#dialect.decode(bytes.subarray(from, from + length))
    return decoded.ok ? 'start' : decoded.fault.check
  }

  /** Length of the whole frame that begins at `from`; 0 when none does, or not all of it is there. */
  #lengthAt(bytes: Buffer, from: number): number {
    const { shape } = this.#dialect
    if (bytes.length - from < shape.head || !shape.begins(bytes, from)) return 0
    const length = shape.lengthAt(bytes, from)
    return length !== undefined && from + length <= bytes.length ? length : 0
  }

  #judge(frame: F, bytes: Buffer, at: number): Verdict<ElementData> | undefined {
    const flight = this.#flight
    if (!this.#dialect.fromMeter(frame)) {
      if (flight?.sent.equals(bytes)) return undefined
      if (flight) flight.foreign++
      return { kind: 'foreign' }
    }
    const kind = flight && this.#dialect.kindOf(flight, frame)
    const owed = this.#owedOf(frame, kind)
    if (owed) {
      this.#owed = this.#owed.filter((other) => other !== owed)
      return { kind: 'late', id: owed.id, bytes: bytes.length }
    }
    if (flight && kind) return this.#accept(flight, frame, kind, bytes.length, at)
    if (flight) flight.foreign++
    return { kind: 'foreign' }
  }

  /** The request given up earlier whose reply this is rather than that of the one in flight, to which it is `kind`. */
  #owedOf(frame: F, kind: 'answer' | 'refusal' | undefined): Owed<Q> | undefined {
    const { numbered, questionOf } = this.#dialect
    const candidates = this.#owed.filter((owed) => this.#dialect.kindOf(owed, frame) !== undefined)
    const flight = this.#flight
    if (!flight || kind === undefined) return candidates[0]
    if (numbered) {
      if (numbered(flight, frame)) return undefined
      return candidates.find((owed) => numbered(owed, frame))
    }
    // The same question was asked before: its answer is true, if a little old.
    if (kind === 'answer') return undefined
    return candidates.find((owed) => questionOf(owed.request) !== questionOf(flight.request))
  }

  #accept(flight: Flight<Q>, frame: F, kind: 'answer' | 'refusal', bytes: number, at: number): Verdict<ElementData> {
    const { meterOf, questionOf } = this.#dialect
    const meter = meterOf(flight.request)
    this.#flight = undefined
    // Meters answer in order: what was owed before has come or will not come.
    this.#owed = this.#owed.filter((owed) => meterOf(owed.request) !== meter)
    const key = kind === 'answer' ? questionOf(flight.request) : refusalOf(meter)
    this.#answeredAt.delete(key)
    this.#answeredAt.set(key, at)
    for (const oldest of this.#answeredAt.keys()) {
      if (this.#answeredAt.size <= mostRemembered) break
      this.#answeredAt.delete(oldest)
    }
    return { kind: 'reply', id: flight.id, reply: this.#dialect.reply(flight, frame), bytes }
  }

  #noise(): readonly Verdict<ElementData>[] {
    const bytes = this.#buffer.length
    const check = this.#strayCheck(this.#buffer) ?? 'start'
    this.#buffer = Buffer.alloc(0)
    this.#told = 0
    const flight = this.#flight
    if (!flight) return [{ kind: 'refused', check }]
    this.#flight = undefined
    const reply = { ok: false, kind: 'crc', check, detail: 'noise on the line' } as const
    return [{ kind: 'reply', id: flight.id, reply, bytes }]
  }

  giveUp(): FrameCheck | undefined {
    return this.#buffer.length > this.#told ? this.#strayCheck(this.#buffer) : undefined
  }

  abandon(id: number, at: number): Vain | undefined {
    const flight = this.#flight
    if (flight?.id !== id) return undefined
    this.#flight = undefined
    this.#owed = this.#owed.filter((owed) => at - owed.at < forgetMs).slice(1 - mostRemembered)
    this.#owed.push({ id, request: flight.request, at })
    if (flight.foreign > 0) return { detail: `${flight.foreign} frames that are no answer` }
    const check = this.giveUp()
    this.#told = this.#buffer.length
    return check && { check, detail: `${this.#buffer.length} bytes without a good frame` }
  }

  /** Nothing owed can be taken for the answer to another question. */
  owes(): boolean {
    return false
  }

  holdMs(request: Q, at: number, maxLateMs: number): number {
    if (this.#dialect.numbered) return 0
    const { meterOf, questionOf } = this.#dialect
    const keys = [questionOf(request), refusalOf(meterOf(request))]
    const last = Math.max(...keys.map((key) => this.#answeredAt.get(key) ?? Number.NEGATIVE_INFINITY))
    return Math.max(0, last + maxLateMs - at)
  }

  get held(): number {
    return this.#buffer.length
  }

  reset(): FrameCheck | undefined {
    const check = this.giveUp()
    this.#flight = undefined
    this.#buffer = Buffer.alloc(0)
    this.#told = 0
    this.#answeredAt.clear()
    return check
  }
}

const refusalOf = (meter: string): string => `refusal of ${meter}`
