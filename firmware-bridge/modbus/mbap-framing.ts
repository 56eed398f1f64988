import type { FrameCheck } from '../frames/frame.ts'
import type { Framing, Vain, Verdict } from '../wire/framing.ts'
import type { ModbusData, ModbusRequest } from './line.ts'
import { decodeReply, type ModbusReply, requestLength, writeRequest } from './pdu.ts'

const headerLength = 6
/** Unit id and PDU behind the length field: at least unit and function, at most 1 + 253 [MODBUS TCP 4.1]. */
const shortest = 2
const longest = 254

interface InFlight {
  /** The line's name for the request; on the wire it has the transaction id under which it is kept. */
  readonly id: number
  readonly request: ModbusRequest
}

/**
 * Modbus TCP: transaction id, protocol id 0, length, unit [MODBUS TCP 3.1.3]. Any number of requests may be under way; replies come in
 * any order. A header that breaks the rules means the frame boundaries are lost; they do not come back by themselves, so it
 * is a violation, and so is a reply to what was never asked. A reply to a request that was given up, or a second one to the same, is
 * known by its id and dropped.
 */
export class MbapFraming implements Framing<ModbusRequest, ModbusData> {
  readonly #highest: () => number
  readonly #flying = new Map<number, InFlight>()
  /** Transactions given up whose reply has not come; their ids are left out until it has. */
  readonly #abandoned = new Map<number, number>()
  #last = 0
  /** The ids up to this one have been used on this connection. */
  #used = 0
  #buffer: Buffer = Buffer.alloc(0)

  /** `highest`: transaction ids run from 1 to this, asked for each; 255 for servers that answer only the low byte. */
  constructor(highest: () => number = () => 0xffff) {
    this.#highest = highest
  }

  begin(request: ModbusRequest, id: number): Buffer {
    const transaction = this.#nextTransaction()
    this.#flying.set(transaction, { id, request })
    const length = 1 + requestLength(request)
    const frame = Buffer.allocUnsafe(headerLength + length)
    frame.writeUInt16BE(transaction, 0)
    frame.writeUInt16BE(0, 2)
    frame.writeUInt16BE(length, 4)
    frame[headerLength] = request.unit
    writeRequest(request, frame, headerLength + 1)
    return frame
  }

  #nextTransaction(): number {
    const highest = this.#highest()
    for (let tries = 0; tries < highest; tries++) {
      this.#last = (this.#last % highest) + 1
      if (!this.#flying.has(this.#last) && !this.#abandoned.has(this.#last)) break
    }
    this.#abandoned.delete(this.#last)
    this.#used = Math.max(this.#used, this.#last)
    return this.#last
  }

  push(chunk: Buffer, _at: number): readonly Verdict<ModbusData>[] {
    const bytes = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
    const verdicts: Verdict<ModbusData>[] = []
    let from = 0
    while (bytes.length - from >= headerLength) {
      const length = bytes.readUInt16BE(from + 4)
      const wrong = headerFault(bytes.readUInt16BE(from + 2), length)
      if (wrong) return [...verdicts, { kind: 'violation', ...wrong }]
      const end = from + headerLength + length
      if (bytes.length < end) break
      verdicts.push(this.#verdict(bytes, from, end))
      from = end
    }
    this.#buffer = from === bytes.length ? Buffer.alloc(0) : bytes.subarray(from)
    return verdicts
  }

  #verdict(bytes: Buffer, from: number, end: number): Verdict<ModbusData> {
    const transaction = bytes.readUInt16BE(from)
    const inFlight = this.#flying.get(transaction)
    if (inFlight) {
      this.#flying.delete(transaction)
      return {
        kind: 'reply',
        id: inFlight.id,
        reply: replyOf(inFlight, bytes, from + headerLength, end),
        bytes: end - from,
      }
    }
    const late = this.#abandoned.get(transaction)
    this.#abandoned.delete(transaction)
    if (late !== undefined) return { kind: 'late', id: late, bytes: end - from }
    if (transaction >= 1 && transaction <= this.#used) return { kind: 'foreign' }
    return { kind: 'violation', check: 'field', detail: `reply to transaction ${transaction}, which was never asked` }
  }

  abandon(id: number): Vain | undefined {
    for (const [transaction, inFlight] of this.#flying) {
      if (inFlight.id !== id) continue
      this.#flying.delete(transaction)
      this.#abandoned.set(transaction, id)
      break
    }
    return undefined
  }

  /** Replies name their request: none can be mistaken. */
  owes(): boolean {
    return false
  }

  get held(): number {
    return this.#buffer.length
  }

  reset(): FrameCheck | undefined {
    const torn = this.#buffer.length > 0
    this.#flying.clear()
    this.#abandoned.clear()
    this.#last = 0
    this.#used = 0
    this.#buffer = Buffer.alloc(0)
    return torn ? 'length' : undefined
  }
}

/** `bytes[from..end)`: unit and PDU. */
function replyOf({ request }: InFlight, bytes: Buffer, from: number, end: number): ModbusReply {
  if (bytes[from] === request.unit) return decodeReply(request, bytes, from + 1, end)
  return { ok: false, kind: 'crc', check: 'address', detail: `unit ${bytes[from]} instead of ${request.unit}` }
}

function headerFault(protocol: number, length: number): Required<Vain> | undefined {
  if (protocol !== 0) return { check: 'start', detail: `protocol id ${protocol} instead of 0` }
  if (length < shortest || length > longest)
    return { check: 'length', detail: `length ${length} outside ${shortest}-${longest}` }
  return undefined
}
