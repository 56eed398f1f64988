import type { Clock } from '@civitals/contracts/clock'
import type { ModbusRequest } from '../modbus/line.ts'
import { decodeReply, type ModbusReply } from '../modbus/pdu.ts'
import { replyEnd, rtuRequest } from '../modbus/rtu-frame.ts'
import type { Link } from '../wire/link.ts'

/** Everything that was heard after one question. */
export interface Heard {
  /** The first good answer. */
  readonly reply?: ModbusReply
  /** Good answers to the question; two mean that two terminals have one address. */
  readonly answers: number
  /** Bytes that belong to no good answer, and how many of them are 00. */
  readonly strayBytes: number
  readonly strayZeros: number
  /** From the question sent to the first good answer complete, ms. */
  readonly tookMs?: number
}

/** Nothing more follows once the line has been silent this long. */
const quietMs = 30

/**
 * Asks on the bare link and listens to all that comes: where a line keeps what is not its answer from its caller, a diagnosis wants
 * just that.
 */
export class BareConversation {
  readonly #link: Link
  readonly #clock: Clock
  #buffer: Buffer = Buffer.alloc(0)
  #lastByteAt = Number.NEGATIVE_INFINITY
  readonly #receive = (chunk: Buffer): void => {
    this.#buffer = Buffer.concat([this.#buffer, chunk])
    this.#lastByteAt = this.#clock.mono()
  }

  constructor(link: Link, clock: Clock) {
    this.#link = link
    this.#clock = clock
    link.stream.on('data', this.#receive)
  }

  /** What comes within `waitMs` without being asked for. */
  async listen(waitMs: number): Promise<Heard> {
    this.#buffer = Buffer.alloc(0)
    await this.#pause(waitMs)
    return heardIn(this.#buffer)
  }

  /** Asks and listens until the line is quiet behind the answer, or `waitMs` are over. */
  async ask(request: ModbusRequest, waitMs: number): Promise<Heard> {
    this.#buffer = Buffer.alloc(0)
    const begin = this.#clock.mono()
    this.#link.stream.write(rtuRequest(request))
    let tookMs: number | undefined
    while (this.#clock.mono() - begin < waitMs) {
      await this.#pause(5)
      if (tookMs === undefined && heardIn(this.#buffer, request).answers > 0) tookMs = this.#lastByteAt - begin
      if (this.#buffer.length > 0 && this.#clock.mono() - this.#lastByteAt >= quietMs && tookMs !== undefined) break
    }
    return { ...heardIn(this.#buffer, request), ...(tookMs !== undefined && { tookMs }) }
  }

  async close(): Promise<void> {
    this.#link.stream.off('data', this.#receive)
    await this.#link.close()
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(ms, resolve))
  }
}

/** Sorts bytes into answers to `request` and strays. An echo of the question is neither. */
export function heardIn(bytes: Buffer, request?: ModbusRequest): Heard {
  const echo = request ? rtuRequest(request) : undefined
  const strays: number[] = []
  let answers = 0
  let reply: ModbusReply | undefined
  for (let from = 0; from < bytes.length; ) {
    const end = request ? replyEnd(bytes, from, request) : 0
    if (request && end > 0) {
      answers++
      reply ??= decodeReply(request, bytes, from + 1, end - 2)
      from = end
    } else if (echo && bytes.subarray(from, from + echo.length).equals(echo)) from += echo.length
    else strays.push(bytes.readUInt8(from++))
  }
  return {
    answers,
    ...(reply && { reply }),
    strayBytes: strays.length,
    strayZeros: strays.filter((byte) => byte === 0).length,
  }
}
