import type { Framing, Verdict } from '../wire/framing.ts'
import type { ModbusData, ModbusRequest } from './line.ts'
import { decodeReply, requestLength, writeRequest } from './pdu.ts'

const headerLength = 6
/** Unit id and PDU behind the length field: at least unit and function, at most 1 + 253 [MODBUS TCP 4.1]. */
const shortest = 2
const longest = 254

interface InFlight {
  /** The line's name for the request, and the wire's. */
  readonly id: number
  readonly transaction: number
  readonly request: ModbusRequest
}

/**
 * Modbus TCP: transaction id, protocol id 0, length, unit [MODBUS TCP 3.1.3]. A header that breaks the rules means the frame
 * boundaries are lost; they do not come back by themselves, so it is a violation. A reply to a request that was given up is
 * known by its id and dropped.
 */
export class MbapFraming implements Framing<ModbusRequest, ModbusData> {
  readonly #abandoned = new Set<number>()
  #nextId = 1
  #inFlight: InFlight | undefined
  #buffer: Buffer = Buffer.alloc(0)

  begin(request: ModbusRequest, id: number): Buffer {
    const transaction = this.#nextId
    this.#nextId = (transaction % 0xffff) + 1
    this.#abandoned.delete(transaction)
    this.#inFlight = { id, transaction, request }
    const length = 1 + requestLength(request)
    const frame = Buffer.allocUnsafe(headerLength + length)
    frame.writeUInt16BE(transaction, 0)
    frame.writeUInt16BE(0, 2)
    frame.writeUInt16BE(length, 4)
    frame[headerLength] = request.unit
    writeRequest(request, frame, headerLength + 1)
    return frame
  }

  push(chunk: Buffer): Verdict<ModbusData>[] {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
    const verdicts: Verdict<ModbusData>[] = []
    while (this.#buffer.length >= headerLength) {
      const length = this.#buffer.readUInt16BE(4)
      const wrong = headerFault(this.#buffer.readUInt16BE(2), length)
      if (wrong) return [...verdicts, { kind: 'violation', detail: wrong }]
      if (this.#buffer.length < headerLength + length) break
      const verdict = this.#answer(
        this.#buffer.readUInt16BE(0),
        this.#buffer.subarray(headerLength, headerLength + length),
      )
      this.#buffer = this.#buffer.subarray(headerLength + length)
      if (verdict) verdicts.push(verdict)
      if (verdict?.kind === 'violation') break
    }
    return verdicts
  }

  #answer(transaction: number, body: Buffer): Verdict<ModbusData> | undefined {
    const inFlight = this.#inFlight
    if (inFlight?.transaction === transaction) {
      this.#inFlight = undefined
      const reply =
        body[0] === inFlight.request.unit
          ? decodeReply(inFlight.request, body, 1, body.length)
          : ({ ok: false, kind: 'crc', detail: `unit ${body[0]} instead of ${inFlight.request.unit}` } as const)
      return { kind: 'reply', id: inFlight.id, reply, bytes: headerLength + body.length }
    }
    if (this.#abandoned.delete(transaction)) return undefined
    return { kind: 'violation', detail: `reply to transaction ${transaction}, which was never asked` }
  }

  abandon(id: number): string | undefined {
    if (this.#inFlight?.id !== id) return undefined
    this.#abandoned.add(this.#inFlight.transaction)
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
