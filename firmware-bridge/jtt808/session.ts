import type { EpochMs } from '@civitals/contracts/clock'
import type { FrameFault } from '../frames/frame.ts'
import { wallTimeOf } from '../frames/local-time.ts'
import type { PushSession, PushSessionOptions, Received, TerminalReport } from '../frames/session.ts'
import { Assembly } from './assembly.ts'
import { Jtt808Cutter } from './cutter.ts'
import { decodeFrame, encodeFrame, type Jtt808Frame, phoneOf } from './frame.ts'
import { ids, type Message, readMessage } from './messages.ts'
import type { Position } from './position.ts'
import { alarmBits, isKnownMessage, messageTerm, statusBits } from './terms.ts'

const results = { done: 0, failed: 1, wrong: 2, unsupported: 3 } as const

/** What answers a request of the platform is not answered again. */
const unanswered: ReadonlySet<number> = new Set([
  0x0001, 0x0104, 0x0107, 0x0201, 0x0302, 0x0500, 0x0608, 0x0700, 0x0802, 0x0805,
])

interface Findings {
  readonly answers: Buffer[]
  readonly reports: TerminalReport[]
  readonly refused: FrameFault[]
  readonly heard: string[]
}

/**
 * The platform's side of a conversation with vehicle terminals: registers them, checks their authentication, answers what they
 * send, reports positions. With a `password` (the authentication code they were given) a terminal that has not shown it is answered
 * "failed" and not heard; without one every terminal is.
 */
export class Jtt808Session implements PushSession {
  readonly #cutter = new Jtt808Cutter()
  readonly #assembly = new Assembly()
  readonly #options: PushSessionOptions
  #known: string | undefined
  #serial = 0

  constructor(options: PushSessionOptions = {}) {
    this.#options = options
  }

  receive(chunk: Uint8Array, now: EpochMs, maySetClocks = true): Received {
    const findings: Findings = { answers: [], reports: [], refused: [], heard: [] }
    for (const piece of this.#cutter.push(chunk)) {
      const decoded = piece.kind === 'frame' ? decodeFrame(piece.bytes) : { ok: false as const, fault: piece.fault }
      if (decoded.ok) this.#take(decoded.message, now, maySetClocks, findings)
      else findings.refused.push(decoded.fault)
    }
    findings.refused.push(...this.#assembly.expire(now))
    return findings
  }

  /** Asks again for packets that did not come [JT/T 808-2019 8.6]; terminals report and beat by themselves. */
  due(now: EpochMs): readonly Buffer[] {
    return this.#assembly.missing(now).map(({ of, firstSerial, indexes }) => {
      const count = of.edition === 2019 ? word(indexes.length) : Buffer.from([indexes.length])
      return this.#answer(of, ids.askPackets, Buffer.concat([word(firstSerial), count, ...indexes.map(word)]))
    })
  }

  #take(frame: Jtt808Frame, now: EpochMs, maySetClocks: boolean, to: Findings): void {
    // A frame of the platform's own direction is an echo or a wrong cable, never an order to us.
    if (frame.id >= 0x8000) {
      to.refused.push({ check: 'code', byte: 1, detail: `${messageTerm(frame.id).en} is what a platform sends` })
      return
    }
    const whole = this.#assembly.add(frame, now)
    if (!whole) {
      to.answers.push(this.#generalAnswer(frame, results.done))
      return
    }
    const message = readMessage(whole, this.#options.zoneMinutes)
    if (message.ok) this.#act(whole, message.message, now, maySetClocks, to)
    else {
      to.refused.push(message.fault)
      if (!unanswered.has(frame.id)) to.answers.push(this.#generalAnswer(frame, results.wrong))
    }
  }

  #act(frame: Jtt808Frame, message: Message, now: EpochMs, maySetClocks: boolean, to: Findings): void {
    if (frame.id === ids.register) {
      to.answers.push(this.#registered(frame))
      return
    }
    if (frame.id === ids.askTime) {
      const time = bcdTimeOf(now, this.#options.zoneMinutes)
      to.answers.push(
        maySetClocks ? this.#answer(frame, ids.timeAnswer, time) : this.#generalAnswer(frame, results.failed),
      )
      return
    }
    const { password } = this.#options
    if (message.kind === 'authenticate' && (password === undefined || message.code === password)) {
      this.#known = frame.paddedPhone
    }
    const heard = password === undefined || this.#known === frame.paddedPhone
    if (heard) to.heard.push(phoneOf(frame))
    const result = !heard ? results.failed : isKnownMessage(frame.id) ? results.done : results.unsupported
    if (!unanswered.has(frame.id)) to.answers.push(this.#generalAnswer(frame, result))
    if (frame.id === ids.logout) this.#known = undefined
    if (heard && message.kind === 'positions') {
      for (const position of message.positions) to.reports.push(reportOf(phoneOf(frame), position, message.history))
    }
  }

  /** Serial number, result, authentication code: the phone number where none was configured. */
  #registered(frame: Jtt808Frame): Buffer {
    const code = Buffer.from(this.#options.password ?? phoneOf(frame))
    return this.#answer(frame, ids.registerAnswer, Buffer.concat([word(frame.serial), Buffer.from([0]), code]))
  }

  #generalAnswer(frame: Jtt808Frame, result: number): Buffer {
    const body = Buffer.concat([word(frame.serial), word(frame.id), Buffer.from([result])])
    return this.#answer(frame, ids.platformAnswer, body)
  }

  #answer({ edition, version, paddedPhone }: Jtt808Frame, id: number, body: Buffer): Buffer {
    const serial = this.#serial
    this.#serial = (serial + 1) & 0xffff
    return encodeFrame({ id, edition, ...(version === undefined ? {} : { version }), paddedPhone, serial, body })
  }
}

const word = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff])

const bcdTimeOf = (now: EpochMs, zoneMinutes: number | undefined): Buffer =>
  Buffer.from(
    wallTimeOf(now, zoneMinutes)
      .map((part) => String(part % 100).padStart(2, '0'))
      .join(''),
    'hex',
  )

/** What moves with the vehicle is not known without a fix. */
const ofTheFix = ['latitude', 'longitude', 'altitude', 'speed', 'direction'] as const

function reportOf(address: string, position: Position, history: boolean): TerminalReport {
  const elements: Record<string, number> = { ...position.values }
  if (!position.positioned) for (const key of ofTheFix) delete elements[key]
  const raised = new Set(position.alarms.map(({ key }) => key))
  for (const { key } of alarmBits) elements[`alarm/${key}`] = Number(raised.has(key))
  const on = new Set(position.status.map(({ key }) => key))
  for (const { key } of statusBits) elements[`status/${key}`] = Number(on.has(key))
  return {
    address,
    ...(position.at === undefined ? {} : { at: position.at }),
    elements,
    ...(position.positioned ? {} : { bad: Object.fromEntries(ofTheFix.map((key) => [key, 'uncertain' as const])) }),
    ...(history ? { history } : {}),
  }
}
