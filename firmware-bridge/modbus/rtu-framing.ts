import { crcHolds } from './crc.ts'
import type { Framing, Verdict } from './framing.ts'
import type { ModbusRequest } from './line.ts'
import { exceptionFlag, functionCodes, PduCodec, replyBytes } from './pdu.ts'

const exceptionLength = 5
/** Longest RTU frame [MODBUS SERIAL 2.5.1]; twice that of bytes without an answer is noise. */
const mostBytes = 512

/**
 * RTU frames on any byte stream: a serial port, or a TCP socket of a transparent server. Frames are found by the length the
 * request lets expect, their head and their check sum. Silence is not used: neither the system nor a socket keeps the gaps of
 * 1.5 and 3.5 characters. What stands before the frame (noise of a switching driver, an echo of the request) is skipped.
 * A reply carries no address, so the line must keep late ones away: see quarantine.ts.
 */
export class RtuFraming implements Framing {
  readonly #codec = new PduCodec()
  #request: ModbusRequest | undefined
  #buffer: Buffer = Buffer.alloc(0)

  begin(request: ModbusRequest): Buffer {
    this.#request = request
    this.#buffer = Buffer.alloc(0)
    return this.#codec.encode(request)
  }

  push(chunk: Buffer): Verdict | undefined {
    const request = this.#request
    if (!request) return undefined
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
    const frame = findReply(this.#buffer, request)
    if (frame) {
      this.abandon()
      return { kind: 'reply', reply: this.#codec.decode(request, frame) }
    }
    if (this.#buffer.length <= mostBytes) return undefined
    this.abandon()
    return { kind: 'reply', reply: { ok: false, kind: 'crc', detail: 'noise on the line' } }
  }

  abandon(): string | undefined {
    const heard = this.#buffer.length
    this.#request = undefined
    this.#buffer = Buffer.alloc(0)
    return heard > 0 ? `${heard} bytes without a good frame` : undefined
  }

  reset(): void {
    this.abandon()
  }
}

/** The first whole frame in `bytes` that can answer `request`: its unit, its function, its length, its check sum. */
export function findReply(bytes: Buffer, request: ModbusRequest): Buffer | undefined {
  const code = functionCodes[request.function]
  const data = replyBytes(request)
  for (let from = 0; from + exceptionLength <= bytes.length; from++) {
    if (bytes[from] !== request.unit) continue
    const good = bytes[from + 1] === code && bytes[from + 2] === data
    if (!good && bytes[from + 1] !== (code | exceptionFlag)) continue
    const to = from + (good ? 3 + data + 2 : exceptionLength)
    if (to <= bytes.length && crcHolds(bytes, from, to)) return bytes.subarray(from, to)
  }
  return undefined
}
