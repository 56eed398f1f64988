import type { FrameCheck } from '../frames/frame.ts'
import type { Framing, Vain, Verdict } from '../wire/framing.ts'
import { CopiedReplies } from './copied-replies.ts'
import type { ModbusData, ModbusRead, ModbusRequest } from './line.ts'
import { OwedReplies } from './owed-replies.ts'
import { decodeReply, isRead, mostPlaces } from './pdu.ts'
import {
  frameEnd,
  readAsked,
  refusalShape,
  replyEnd,
  replyMayFollow,
  replyShape,
  rtuRequest,
  strayCheck,
} from './rtu-frame.ts'

/** Longest RTU frame [MODBUS SERIAL 2.5.1]; twice that of bytes without an answer is noise. */
const mostBytes = 512
/** Without a fence, a request that an owed reply could answer is not sent for this long. */
const holdMs = 2000

interface Flight {
  readonly id: number
  readonly request: ModbusRequest
  readonly sent: Buffer
  /** No copy of an earlier reply can still come. */
  readonly apart: boolean
  /** Good frames that answered something else. */
  foreign: number
  /** A reply that may be the copy of an earlier one. */
  doubtful?: Buffer
}

/** Whether places of a table may be read: not where a profile forbids it, not where it would do harm. */
export type MayRead = (read: ModbusRead) => boolean

/**
 * RTU frames on any byte stream: a serial port, or a TCP socket of a transparent server. Frames are found by the length the
 * request lets expect, their head and their check sum. Silence is not used: neither the system nor a socket keeps the gaps of
 * 1.5 and 3.5 characters. What stands before the frame (noise of a switching driver, an echo of the request, the talk of
 * another master) is skipped. A reply carries no address; what keeps replies to other requests away is told in
 * docs/decisions/008-late-replies.md.
 */
export class RtuFraming implements Framing<ModbusRequest, ModbusData> {
  readonly #mayRead: MayRead
  readonly #owed = new OwedReplies()
  readonly #copies = new CopiedReplies()
  #flight: Flight | undefined
  /** What was asked last, in flight or not. */
  #asked: ModbusRequest | undefined
  #buffer: Buffer = Buffer.alloc(0)
  /** Bytes of the buffer, from its beginning, that were told to be no frame. */
  #told = 0
  /** Whether this machine hears what it says: some RS-485 adapters leave their receiver on. */
  #echoes = false

  /** `mayRead`: places beside those asked for that a fence may read. Default: none. */
  constructor(mayRead: MayRead = () => false) {
    this.#mayRead = mayRead
  }

  begin(request: ModbusRequest, id: number): Buffer {
    const sent = rtuRequest(request)
    this.#flight = { id, request, sent, apart: this.#copies.copying, foreign: 0 }
    this.#asked = request
    this.#owed.sent()
    this.#buffer = Buffer.alloc(0)
    this.#told = 0
    return sent
  }

  push(chunk: Buffer, at: number): readonly Verdict<ModbusData>[] {
    let bytes = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
    if (this.#flight) bytes = this.#withoutEcho(bytes, this.#flight)
    const verdicts: Verdict<ModbusData>[] = []
    const done = this.#search(bytes, at, verdicts)
    this.#buffer = bytes.subarray(done)
    this.#told = Math.max(0, this.#told - done)
    if (this.#buffer.length > mostBytes) this.#noise(verdicts)
    return verdicts
  }

  /** Takes every good frame in `bytes`, in order; returns the end of the last. */
  #search(bytes: Buffer, at: number, verdicts: Verdict<ModbusData>[]): number {
    let done = 0
    let begun = false
    for (let from = 0; from < bytes.length; from++) {
      const flight = this.#flight
      let end = flight ? replyEnd(bytes, from, flight.request) : 0
      if (flight && end > 0) this.#answer(flight, bytes, from, end, at, verdicts)
      // What may be the answer, not whole yet, is not searched for frames of others: its registers may hold anything.
      begun ||= flight !== undefined && end === 0 && replyMayFollow(bytes, from, flight.request)
      if (end === 0 && !begun) {
        end = frameEnd(bytes, from)
        if (end > 0) this.#overhear(bytes, from, end, at, verdicts)
      }
      if (end === 0) continue
      if (from > done && from > this.#told)
        verdicts.push({ kind: 'refused', check: strayCheck(bytes.subarray(done, from), this.#asked) })
      done = end
      from = end - 1
    }
    return done
  }

  #answer(flight: Flight, bytes: Buffer, from: number, to: number, at: number, verdicts: Verdict<ModbusData>[]): void {
    const { id, request, sent } = flight
    const reply = decodeReply(request, bytes, from + 1, to - 2)
    const frame = bytes.subarray(from, to)
    if (!reply.ok && reply.kind === 'crc') {
      // The confirmation of another write.
      flight.foreign++
      verdicts.push({ kind: 'foreign' })
    } else if (reply.ok && !flight.apart && this.#copies.doubtful(replyShape(request), sent, frame)) {
      flight.doubtful = frame
    } else {
      this.#flight = undefined
      if (flight.doubtful) this.#copies.seen()
      this.#copies.taken(reply.ok ? replyShape(request) : refusalShape(request), sent, frame, at)
      if (reply.ok) this.#owed.answered(request)
      else this.#owed.refused(request, at)
      verdicts.push({ kind: 'reply', id, reply, bytes: to - from })
    }
  }

  /** A good frame that answers nothing asked now. */
  #overhear(bytes: Buffer, from: number, to: number, at: number, verdicts: Verdict<ModbusData>[]): void {
    const flight = this.#flight
    const frame = bytes.subarray(from, to)
    if (flight?.sent.equals(frame)) {
      this.#echoes = true
      return
    }
    if (flight) flight.foreign++
    const paid = this.#owed.paid(bytes, from, to)
    if (paid) this.#copies.taken(replyShape(paid.request), rtuRequest(paid.request), frame, at)
    if (paid?.id !== undefined) {
      verdicts.push({ kind: 'late', id: paid.id, bytes: to - from })
      return
    }
    verdicts.push({ kind: 'foreign' })
    if (paid || this.#copies.heard(frame)) return
    const asked = readAsked(bytes, from, to)
    if (asked) this.#otherMaster(asked, at, verdicts)
  }

  /** Another master asks: the reply is its own, and if it could pass for ours, ours is not to be told from it. */
  #otherMaster(asked: ModbusRequest, at: number, verdicts: Verdict<ModbusData>[]): void {
    this.#owed.add(asked, at)
    const flight = this.#flight
    if (!flight || replyShape(flight.request) !== replyShape(asked)) return
    this.#flight = undefined
    this.#owed.add(flight.request, at, flight.id)
    const detail = 'another master asks the same terminal'
    verdicts.push({ kind: 'reply', id: flight.id, reply: { ok: false, kind: 'crc', detail }, bytes: 0 })
  }

  /**
   * A single write is confirmed by its own frame: on a line known to echo, the first of two is the echo. Everywhere else an echo is
   * a frame nobody needs.
   */
  #withoutEcho(bytes: Buffer, { request, sent }: Flight): Buffer {
    const confirmedByItself = request.function === 'write-coil' || request.function === 'write-register'
    if (confirmedByItself && !this.#echoes) return bytes
    if (bytes.length < sent.length || bytes.compare(sent, 0, sent.length, 0, sent.length) !== 0) return bytes
    this.#echoes = true
    return bytes.subarray(sent.length)
  }

  #noise(verdicts: Verdict<ModbusData>[]): void {
    const bytes = this.#buffer.length
    const check = strayCheck(this.#buffer, this.#asked)
    this.#buffer = Buffer.alloc(0)
    this.#told = 0
    if (!this.#flight) {
      verdicts.push({ kind: 'refused', check })
      return
    }
    const reply = { ok: false, kind: 'crc', check, detail: 'noise on the line' } as const
    verdicts.push({ kind: 'reply', id: this.#flight.id, reply, bytes })
    this.#flight = undefined
  }

  giveUp(): FrameCheck | undefined {
    return this.#buffer.length > this.#told ? strayCheck(this.#buffer, this.#asked) : undefined
  }

  abandon(id: number, at: number): Vain | undefined {
    const flight = this.#flight
    if (flight?.id !== id) return undefined
    // The late reply may begin in what came in vain: it stays in the buffer.
    this.#owed.add(flight.request, at, id)
    this.#flight = undefined
    if (flight.foreign > 0) return { detail: `${flight.foreign} frames that are no answer` }
    const check = this.giveUp()
    this.#told = this.#buffer.length
    return check && { check, detail: `${this.#buffer.length} bytes without a good frame` }
  }

  owes(request: ModbusRequest, at: number): boolean {
    const owed = this.#owed.alike(request)
    if (owed === undefined) return false
    if (this.fence(request)) return true
    // The same question again: should the late reply answer it, its values are a little older than their time says, and true.
    return at - owed.at < holdMs && !rtuRequest(owed.request).equals(rtuRequest(request))
  }

  fence(request: ModbusRequest): ModbusRequest | undefined {
    if (!isRead(request)) return undefined
    const step = request.function === 'coil' || request.function === 'discrete' ? 8 : 1
    for (let count = 1; count < request.count; count += step) {
      const fence = { ...request, count }
      if (this.#owed.alike(fence) === undefined && replyShape(fence) !== replyShape(request)) return fence
    }
    return this.#wider(request, step).find((fence) => this.#mayRead(fence) && this.#owed.alike(fence) === undefined)
  }

  /** Reads a little more, behind or before. */
  #wider(request: ModbusRead, step: number): ModbusRead[] {
    const { address, count } = request
    const more = [1, 2, 3].map((times) => count + times * step).filter((wide) => wide <= mostPlaces(request.function))
    return more
      .flatMap((wide) => [
        { ...request, count: wide },
        { ...request, address: address - (wide - count), count: wide },
      ])
      .filter((wide) => wide.address >= 0 && wide.address + wide.count <= 0x10000)
  }

  holdMs(request: ModbusRequest, at: number, maxLateMs: number): number {
    const refusal = this.#copies.holdMs(refusalShape(request), at, maxLateMs)
    return Math.max(refusal, this.#copies.holdMs(replyShape(request), at, maxLateMs))
  }

  lastWord(id: number): 'again' | undefined {
    const flight = this.#flight
    if (flight?.id !== id || !flight.doubtful) return undefined
    this.#copies.putAgain(flight.sent, flight.doubtful)
    return 'again'
  }

  get held(): number {
    return this.#buffer.length
  }

  reset(): FrameCheck | undefined {
    const check = this.giveUp()
    this.#flight = undefined
    this.#buffer = Buffer.alloc(0)
    this.#told = 0
    this.#copies.clear()
    return check
  }
}
