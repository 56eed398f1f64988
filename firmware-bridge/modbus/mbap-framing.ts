import { withCrc } from './crc.ts'
import type { Framing, Verdict } from './framing.ts'
import type { ModbusRequest } from './line.ts'
import { PduCodec } from './pdu.ts'

const headerLength = 6
/** Unit id and PDU behind the length field: at least unit and function, at most 1 + 253 [MODBUS TCP 4.1]. */
const shortest = 2
const longest = 254

interface InFlight {
  readonly id: number
  readonly request: ModbusRequest
}

/**
 * Modbus TCP: transaction id, protocol id 0, length, unit [MODBUS TCP 3.1.3]. A header that breaks the rules means the frame
 * boundaries are lost; they do not come back by themselves, so it is a violation. A reply to a request that was given up is
 * known by its id and dropped.
 */
export class MbapFraming implements Framing {
  readonly #codec = new PduCodec()
  readonly #abandoned = new Set<number>()
  #nextId = 1
  #inFlight: InFlight | undefined
  #buffer: Buffer = Buffer.alloc(0)

  begin(request: ModbusRequest): Buffer {
    const id = this.#nextId
    this.#nextId = (id % 0xffff) + 1
    this.#abandoned.delete(id)
    this.#inFlight = { id, request }
    const body = this.#codec.encode(request).subarray(0, -2)
    const frame = Buffer.alloc(headerLength + body.length)
    frame.writeUInt16BE(id, 0)
    frame.writeUInt16BE(body.length, 4)
    body.copy(frame, headerLength)
    return frame
  }

  push(chunk: Buffer): Verdict | undefined {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
    let verdict: Verdict | undefined
    while (this.#buffer.length >= headerLength && verdict?.kind !== 'violation') {
      const length = this.#buffer.readUInt16BE(4)
      const wrong = headerFault(this.#buffer.readUInt16BE(2), length)
      if (wrong) return { kind: 'violation', detail: wrong }
      if (this.#buffer.length < headerLength + length) break
      const id = this.#buffer.readUInt16BE(0)
      const body = this.#buffer.subarray(headerLength, headerLength + length)
      this.#buffer = this.#buffer.subarray(headerLength + length)
      verdict = this.#answer(id, body) ?? verdict
    }
    return verdict
  }

  #answer(id: number, body: Buffer): Verdict | undefined {
    const inFlight = this.#inFlight
    if (inFlight?.id === id) {
      this.#inFlight = undefined
      return { kind: 'reply', reply: this.#codec.decode(inFlight.request, withCrc(body)) }
    }
    if (this.#abandoned.delete(id)) return undefined
    return { kind: 'violation', detail: `reply to transaction ${id}, which was never asked` }
  }

  abandon(): string | undefined {
    if (this.#inFlight) this.#abandoned.add(this.#inFlight.id)
    this.#inFlight = undefined
    return undefined
  }

  /** Replies name their request: none can be mistaken. */
  owes(): boolean {
    return false
  }

  reset(): void {
    this.#inFlight = undefined
    this.#abandoned.clear()
    this.#buffer = Buffer.alloc(0)
  }
}

function headerFault(protocol: number, length: number): string | undefined {
  if (protocol !== 0) return `protocol id ${protocol} instead of 0`
  if (length < shortest || length > longest) return `length ${length} outside ${shortest}-${longest}`
  return undefined
}
