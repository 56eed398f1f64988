import type { EpochMs } from '@civitals/contracts/clock'
import type { FrameFault } from '../frames/frame.ts'
import type { PushSession, PushSessionOptions, Received, TerminalReport } from '../frames/session.ts'
import { Hj212Cutter } from './cutter.ts'
import { decodeHj212, encodeHj212, type Hj212Frame, hj212Digits } from './frame.ts'
import { PacketJoiner } from './joining.ts'
import { countedValues, readingOf } from './reading.ts'
import { sm4Key } from './sm4.ts'
import { Hj212Memory, heardOn, type PeriodCommand, periodCommands, type Station } from './stations.ts'

export interface Hj212SessionOptions extends PushSessionOptions {
  /** SM4 key of the stations: 16 characters or 32 hexadecimal digits. Without it enciphered frames are refused. */
  readonly key?: string
  /** Minutes between two minute data; default: learned. */
  readonly minuteInterval?: number
  /** What has been heard of each station, where it shall outlive the connection. */
  readonly memory?: Hj212Memory
}

/** Stations of one connection that are asked for what is missing. */
const mostHere = 256

/** Uploads that carry quantities of a station. */
const dataCommands = new Set('2011 2013 2021 2031 2041 2051 2052 2061 2062 2111 3020'.split(' '))
/** Notices are answered by 9013, data by 9014 [HJ 212-2017 6.5.2, 6.5.3]. */
const notices = new Set(['1001', '1013', '1014', '9015'])
/** Answers of the station to what it was asked; they are not answered. */
const answers = new Set(['9011', '9012', '9013', '9014'])
const asksForTime = '1013'
const setsTime = '1012'
const isPeriod = (cn: string): cn is PeriodCommand => cn === '2051' || cn === '2061'

interface Findings {
  readonly answers: Buffer[]
  readonly reports: TerminalReport[]
  readonly refused: FrameFault[]
  readonly heard: string[]
}

/**
 * The centre's side of a conversation with stations and their loggers [HJ 212-2017 6.5]: answers what asks for it, joins
 * packets, reports values with the station's own times and marks, and asks again for minutes and hours that did not come. With a
 * `password`, frames with another PW are refused and not answered.
 */
export class Hj212Session implements PushSession {
  readonly #options: Hj212SessionOptions
  readonly #key: Uint8Array | undefined
  readonly #cutter: Hj212Cutter
  readonly #joiner = new PacketJoiner()
  readonly #memory: Hj212Memory
  /** Stations that speak on this connection; only they can be asked on it. */
  readonly #here = new Set<string>()
  #lastQn = 0

  constructor(options: Hj212SessionOptions = {}) {
    this.#options = options
    this.#key = options.key === undefined ? undefined : sm4Key(options.key)
    this.#cutter = new Hj212Cutter(this.#key)
    this.#memory = options.memory ?? new Hj212Memory()
  }

  receive(chunk: Uint8Array, now: EpochMs, maySetClocks = true): Received {
    const findings: Findings = { answers: [], reports: [], refused: [], heard: [] }
    for (const frame of this.#joiner.expired(now)) this.#report(frame, now, findings)
    for (const piece of this.#cutter.push(chunk)) {
      const decoded =
        piece.kind === 'frame' ? decodeHj212(piece.bytes, this.#key) : { ok: false as const, fault: piece.fault }
      if (decoded.ok) this.#take(decoded.message, now, maySetClocks, findings)
      else findings.refused.push(decoded.fault)
    }
    return findings
  }

  /** Requests for minutes and hours that are missing, one at a time per station [HJ 212-2017 C.20, C.21]. */
  due(now: EpochMs): readonly Buffer[] {
    return [...this.#here].flatMap((mn) => periodCommands.flatMap((cn) => this.#request(mn, cn, now) ?? []))
  }

  #request(mn: string, cn: PeriodCommand, now: EpochMs): Buffer | undefined {
    const station = this.#memory.get(mn)
    if (station?.heardBy !== this) return undefined
    // Repeated only to a station that still speaks: three requests into a dead connection must not end the asking.
    if (station.asked[cn]?.heardSince === false) return undefined
    const periods = station.periods[cn].ask(now)
    if (!periods) return undefined
    const qn = this.#nextQn(now)
    station.asked[cn] = { qn, heardSince: false }
    const groups: Hj212Frame['groups'] = [
      [['BeginTime', this.#seconds(periods.from)]],
      [['EndTime', this.#seconds(periods.to)]],
    ]
    return requestTo({ ...station, mn }, cn, qn, groups)
  }

  /** What a station that asks for the time waits for behind the answer to its notice [HJ 212-2017 C.3, C.4]. */
  #setClock(frame: Hj212Frame, now: EpochMs): Buffer {
    const { PolId } = readingOf(frame).texts
    const instrument: Hj212Frame['groups'] = PolId === undefined ? [] : [[['PolId', PolId]]]
    const groups = [...instrument, [['SystemTime', this.#seconds(now)] as const]]
    return requestTo({ ...frame, edition: (frame.flag ?? 4) >> 2 }, setsTime, this.#nextQn(now), groups)
  }

  /** QN names the request: two of one millisecond would be one. */
  #nextQn(now: EpochMs): string {
    this.#lastQn = Math.max(now, this.#lastQn + 1)
    return hj212Digits(this.#lastQn, this.#options.zoneMinutes)
  }

  #seconds(at: EpochMs): string {
    return hj212Digits(at, this.#options.zoneMinutes).slice(0, 14)
  }

  #take(frame: Hj212Frame, now: EpochMs, maySetClocks: boolean, to: Findings): void {
    const { password } = this.#options
    if (password !== undefined && frame.password !== password) {
      to.refused.push({ check: 'field', byte: 6, detail: `PW of ${frame.mn} is not the one it was given` })
      return
    }
    to.heard.push(frame.mn)
    const known = this.#memory.get(frame.mn)
    if (known) heardOn(known, this)
    if (answers.has(frame.cn)) {
      this.#heardAnswer(frame)
      return
    }
    this.#remember(frame)
    const answer = answerTo(frame, now, this.#options.zoneMinutes)
    if (answer) to.answers.push(answer)
    if (frame.cn === asksForTime && maySetClocks) to.answers.push(this.#setClock(frame, now))
    for (const whole of this.#joiner.add(frame, now)) this.#report(whole, now, to)
  }

  #remember(frame: Hj212Frame): void {
    const station = this.#memory.station(frame.mn, this.#options.minuteInterval)
    station.st = frame.st
    station.password = frame.password
    station.edition = (frame.flag ?? 4) >> 2
    station.heardBy = this
    this.#here.delete(frame.mn)
    this.#here.add(frame.mn)
    const first = this.#here.size > mostHere ? this.#here.values().next().value : undefined
    if (first !== undefined) this.#here.delete(first)
  }

  /** QnRtn: whether a request will be carried out; ExeRtn: what came of it [HJ 212-2017 6.6.2, 6.6.3]. */
  #heardAnswer(frame: Hj212Frame): void {
    const station = this.#memory.get(frame.mn)
    const cn = periodCommands.find((command) => frame.qn !== undefined && station?.asked[command]?.qn === frame.qn)
    if (!station || !cn) return
    const { texts } = readingOf(frame)
    if (frame.cn === '9012' && texts.ExeRtn === '1') station.periods[cn].answered()
    else if (frame.cn === '9012' || texts.QnRtn !== '1') station.periods[cn].refused()
  }

  #report(frame: Hj212Frame, now: EpochMs, to: Findings): void {
    const { zoneMinutes } = this.#options
    const reading = readingOf(frame, zoneMinutes)
    const station = this.#memory.station(frame.mn, this.#options.minuteInterval)
    const interval = reading.numbers.MinInterval
    if (interval !== undefined) station.periods[2051].setLength(interval * 60_000)
    if (!dataCommands.has(frame.cn)) return
    const at = reading.dataTime
    const late = isPeriod(frame.cn) && at !== undefined && station.periods[frame.cn].heard(at, now)
    const { elements, bad } = countedValues(reading)
    if (Object.keys(elements).length + Object.keys(bad).length === 0) return
    to.reports.push({
      address: frame.mn,
      ...(at === undefined ? {} : { at }),
      elements,
      ...(Object.keys(bad).length > 0 ? { bad } : {}),
      ...(late || frame.resent ? { history: true } : {}),
    })
  }
}

type Asked = Pick<Station, 'st' | 'edition'> & { readonly mn: string; readonly password?: string | undefined }

/** A request that wants its answer, in the station's edition and with its password. */
const requestTo = (station: Asked, cn: string, qn: string, groups: Hj212Frame['groups']): Buffer =>
  encodeHj212({
    ...{ qn, st: station.st, cn, mn: station.mn },
    ...(station.password === undefined ? {} : { password: station.password }),
    ...{ flag: (station.edition << 2) | 1, groups },
  })

/** The answer the Flag asks for, in the sender's edition and under its QN [HJ 212-2017 6.5.2]. */
function answerTo(frame: Hj212Frame, now: EpochMs, zoneMinutes: number | undefined): Buffer | undefined {
  if (((frame.flag ?? 0) & 1) === 0) return undefined
  return encodeHj212({
    qn: frame.qn ?? hj212Digits(now, zoneMinutes),
    st: '91',
    cn: notices.has(frame.cn) ? '9013' : '9014',
    ...(frame.password === undefined ? {} : { password: frame.password }),
    mn: frame.mn,
    flag: (frame.flag ?? 0) & ~3,
    groups: [],
  })
}
