import type { Framing, Verdict } from '../wire/framing.ts'
import type { ModbusData, ModbusRequest } from './line.ts'
import { OwedReplies } from './owed-replies.ts'
import { decodeReply, type ModbusReply } from './pdu.ts'
import { findReply, rtuRequest } from './rtu-frame.ts'

/** Longest RTU frame [MODBUS SERIAL 2.5.1]; twice that of bytes without an answer is noise. */
const mostBytes = 512

/**
 * RTU frames on any byte stream: a serial port, or a TCP socket of a transparent server. Frames are found by the length the
 * request lets expect, their head and their check sum. Silence is not used: neither the system nor a socket keeps the gaps of
 * 1.5 and 3.5 characters. What stands before the frame (noise of a switching driver, an echo of the request) is skipped.
 * A reply carries no address, so late ones must be kept away: see quarantine.ts and owed-replies.ts.
 */
export class RtuFraming implements Framing<ModbusRequest, ModbusData> {
  readonly #owed = new OwedReplies()
  #request: ModbusRequest | undefined
  #id = 0
  #buffer: Buffer = Buffer.alloc(0)

  begin(request: ModbusRequest, id: number): Buffer {
    this.#request = request
    this.#id = id
    this.#buffer = Buffer.alloc(0)
    return rtuRequest(request)
  }

  push(chunk: Buffer): Verdict<ModbusData>[] {
    const request = this.#request
    if (!request) {
      this.#owed.heard(chunk)
      return []
    }
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
    const frame = findReply(this.#buffer, request)
    if (frame) {
      const reply = decodeReply(request, this.#buffer, frame.from + 1, frame.to - 2)
      if (reply.ok) this.#owed.answered(request)
      return this.#done(reply, frame.to - frame.from)
    }
    if (this.#buffer.length <= mostBytes) return []
    return this.#done({ ok: false, kind: 'crc', detail: 'noise on the line' }, this.#buffer.length)
  }

  #done(reply: ModbusReply, bytes: number): Verdict<ModbusData>[] {
    this.#request = undefined
    this.#buffer = Buffer.alloc(0)
    return [{ kind: 'reply', id: this.#id, reply, bytes }]
  }

  abandon(id: number, at: number): string | undefined {
    if (id !== this.#id || !this.#request) return undefined
    const heard = this.#buffer.length
    this.#owed.add(this.#request, at, this.#buffer)
    this.#request = undefined
    this.#buffer = Buffer.alloc(0)
    return heard > 0 ? `${heard} bytes without a good frame` : undefined
  }

  owes(request: ModbusRequest, at: number): boolean {
    return this.#owed.couldAnswer(request, at)
  }

  reset(): void {
    this.#request = undefined
    this.#buffer = Buffer.alloc(0)
    this.#owed.clear()
  }
}
