// What a running gateway hands the bytes of terminals to, behind one interface: framings in which it asks, sessions in which it is
// spoken to, the reader of a broker's messages.
import type { EpochMs } from '@civitals/contracts/clock'
import type { BusData, BusRequest } from '../bus/line.ts'
import type { FrameCheck } from '../frames/frame.ts'
import type { PushSession } from '../frames/session.ts'
import type { MqttJsonReader } from '../mqtt-json/reader.ts'
import type { Framing } from '../wire/framing.ts'
import type { Exchange, Renumber } from './exchanges.ts'
import type { random } from './fuzz.ts'

/** Why something was refused; `check` is absent where good frames came that nobody had asked for. */
export interface Reason {
  readonly check?: FrameCheck
  readonly detail?: string
}

export interface Taken {
  /** Frames, replies or reports made of it. */
  readonly good: number
  readonly refused: readonly Reason[]
  /** Nothing was made of the bytes and nobody said why. */
  readonly untold?: boolean
}

export interface Receiver {
  /** Takes one made frame as it would come to it; `pick` cuts it and mixes what else happens. */
  take(bytes: Buffer, pick: ReturnType<typeof random>): Taken
  /** Whether a good frame still has its effect. `number` names one of them. */
  takesGood(number: number): boolean
  /** Bytes kept for a frame that is not whole; undefined where nobody can tell, and memory alone shows it. */
  readonly held?: number
  /** Nothing comes for long: what waits for more is given up. */
  rest(): void
}

const none: Taken = { good: 0, refused: [] }

/** A framing at work: asks in turn, hears the bytes in two pieces, gives up when no answer came; opens anew after a violation. */
export class AskingReceiver implements Receiver {
  readonly #framing: Framing<BusRequest, BusData>
  readonly #exchanges: readonly Exchange[]
  readonly #renumber: Renumber
  /** Whether bytes held for the rest of their frame are silent by right: where frames have one border only, at their beginning. */
  readonly #holds: boolean
  #id = 0
  #at = 0

  constructor(
    framing: Framing<BusRequest, BusData>,
    exchanges: readonly Exchange[],
    renumber: Renumber = (reply) => reply,
    holds = false,
  ) {
    this.#framing = framing
    this.#exchanges = exchanges
    this.#renumber = renumber
    this.#holds = holds
  }

  take(bytes: Buffer, pick: ReturnType<typeof random>): Taken {
    this.#at += pick(2000)
    // Now and then bytes come while nobody has asked.
    if (pick(8) === 0) return { ...this.#hear(bytes), untold: false }
    const [request] = this.#exchanges[pick(this.#exchanges.length)] as Exchange
    const { framing, id, sent, given } = this.#begin(request)
    const came = pick(2) === 0 ? this.#renumber(bytes, sent) : bytes
    const cut = pick(came.length + 1)
    const heard = [this.#hear(came.subarray(0, cut)), this.#hear(came.subarray(cut))]
    framing.lastWord?.(id)
    const vain = framing.abandon(id, this.#at)
    const refused = [...given, ...heard.flatMap((one) => one.refused), ...(vain ? [vain] : [])]
    const good = heard.reduce((sum, one) => sum + one.good, 0)
    // An echo of the question, without the FE bytes before it, is nothing to be told.
    const echo = sent.subarray(sent.findIndex((byte) => byte !== 0xfe))
    const rubbish = came.some((byte) => byte !== 0xfe) && came.indexOf(echo) < 0
    return { good, refused, untold: rubbish && !this.#holds && good + refused.length === 0 }
  }

  get held(): number {
    return this.#framing.held
  }

  takesGood(number: number): boolean {
    const [request, reply] = this.#exchanges[number % this.#exchanges.length] as Exchange
    // A copy may be doubted once; a torn frame of a stream without end marks swallows what follows until its border is found wrong.
    for (let tries = this.#holds ? 40 : 2; tries > 0; tries--) {
      this.#at += 5000
      const { framing, id, sent } = this.#begin(request)
      const { good } = this.#hear(this.#renumber(reply, sent))
      framing.lastWord?.(id)
      framing.abandon(id, this.#at)
      if (good > 0) return true
    }
    return false
  }

  rest(): void {
    this.#at += 600_000
    this.#framing.reset()
  }

  #begin(request: BusRequest) {
    const framing = this.#framing
    const given = framing.giveUp?.()
    framing.owes(request, this.#at)
    framing.holdMs?.(request, this.#at, 300)
    const id = ++this.#id
    const sent = framing.begin(request, id)
    return { framing, id, sent, given: given === undefined ? [] : [{ check: given, detail: 'given up' }] }
  }

  #hear(bytes: Buffer): { readonly good: number; readonly refused: readonly Reason[] } {
    let good = 0
    const refused: Reason[] = []
    for (const verdict of this.#framing.push(bytes, this.#at)) {
      if (verdict.kind === 'reply' && (verdict.reply.ok || verdict.reply.kind === 'exception')) good++
      else if (verdict.kind === 'reply' && !verdict.reply.ok) refused.push(verdict.reply)
      else if (verdict.kind === 'late') good++
      else if (verdict.kind === 'foreign') refused.push({ detail: 'nobody asked for it' })
      else refused.push({ detail: 'rubbish', ...verdict })
      if (verdict.kind === 'violation') this.#framing.reset()
    }
    return { good, refused }
  }
}

/** A session on its connection, a second or so between two frames. */
export class SpokenToReceiver implements Receiver {
  readonly #session: PushSession
  readonly #flush: Buffer
  readonly #good: readonly Buffer[]
  readonly #isFrame: (answer: Buffer) => boolean
  #now: EpochMs = Date.parse('2026-11-25T09:30:00+08:00')

  constructor(session: PushSession, good: readonly Buffer[], flush: Buffer, isFrame: (answer: Buffer) => boolean) {
    this.#session = session
    this.#good = good
    this.#flush = flush
    this.#isFrame = isFrame
  }

  take(bytes: Buffer, pick: ReturnType<typeof random>): Taken {
    this.#now += pick(3000)
    const cut = pick(bytes.length + 1)
    const all = [bytes.subarray(0, cut), bytes.subarray(cut)].map((piece) => this.#session.receive(piece, this.#now))
    const answers = [...all.flatMap((one) => one.answers), ...this.#session.due(this.#now)]
    const reports = all.flatMap((one) => one.reports)
    const bad: Reason[] = [
      ...answers.filter((answer) => !this.#isFrame(answer)).map(() => ({ detail: '' })),
      ...reports.filter(({ elements }) => !Object.values(elements).every(Number.isFinite)).map(() => ({ detail: '' })),
    ]
    return { good: all.flatMap((one) => one.heard).length, refused: [...all.flatMap((one) => one.refused), ...bad] }
  }

  takesGood(number: number): boolean {
    this.#now += 1000
    this.#session.receive(this.#flush, this.#now)
    const { heard } = this.#session.receive(this.#good[number % this.#good.length] ?? Buffer.alloc(0), this.#now)
    const behind = this.#session.receive(this.#flush, this.#now)
    return heard.length + behind.heard.length > 0
  }

  rest(): void {
    this.#now += 600_000
    this.#session.receive(this.#flush, this.#now)
    this.#session.due(this.#now)
  }
}

export class MessageReceiver implements Receiver {
  readonly #reader: MqttJsonReader
  readonly #good: readonly Buffer[]

  constructor(reader: MqttJsonReader, good: readonly Buffer[]) {
    this.#reader = reader
    this.#good = good
  }

  take(payload: Buffer, pick: ReturnType<typeof random>): Taken {
    const read = this.#reader.read({ topic: 'application/1/device/1/event/up', payload, retained: pick(4) === 0 })
    if (read.kind === 'refused') return { good: 0, refused: [read] }
    const finite = read.kind !== 'report' || Object.values(read.report.elements).every(Number.isFinite)
    return finite ? { ...none, good: 1 } : { good: 0, refused: [{ detail: '' }] }
  }

  takesGood(number: number): boolean {
    const payload = this.#good[number % this.#good.length] ?? Buffer.alloc(0)
    return this.#reader.read({ topic: 'application/1/device/1/event/up', payload }).kind !== 'refused'
  }

  rest(): void {}
}
