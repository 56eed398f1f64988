import { EventEmitter } from 'node:events'
import { CivitalsError } from '@civitals/contracts/errors'
import modbusSerial from 'modbus-serial'
import type { Reply } from '../wire/framing.ts'
import type { ModbusData, ModbusFailure, ModbusRequest, ModbusTable } from './line.ts'

/** Function codes of the four tables [MODBUS 6.1-6.4]. */
export const functionCodes: Readonly<Record<ModbusTable, number>> = { coil: 1, discrete: 2, holding: 3, input: 4 }

/** Bit set in the function code of an exception reply [MODBUS 7]. */
export const exceptionFlag = 0x80

/** What one reply said; the time of its arrival is known only to the line. */
export type ModbusReply = Reply<ModbusData>

const isBits = (request: ModbusRequest): boolean => request.function === 'coil' || request.function === 'discrete'

/** Bytes of data a good reply to `request` carries. */
export const replyBytes = (request: ModbusRequest): number =>
  isBits(request) ? Math.ceil(request.count / 8) : request.count * 2

/** @throws CIV_BRIDGE_REQUEST when the request can never be sent: the caller's mistake, not the bus's. */
export function checkRequest(request: ModbusRequest): void {
  const { unit, address, count } = request
  const most = isBits(request) ? 2000 : 125
  const whole = [unit, address, count].every(Number.isInteger)
  if (whole && unit >= 0 && unit <= 255 && address >= 0 && count >= 1 && count <= most && address + count <= 65536)
    return
  throw new CivitalsError('CIV_BRIDGE_REQUEST', 'a Modbus read outside the protocol', { context: { ...request } })
}

/** The port `modbus-serial` writes to and hears from: in memory and synchronous, so that time, wire and order stay ours. */
class FramePort extends EventEmitter {
  readonly isOpen = true
  written: Buffer = Buffer.alloc(0)

  open(done: () => void): void {
    done()
  }

  write(frame: Buffer): void {
    this.written = frame
  }

  close(done: () => void): void {
    done()
  }
}

type Read = (address: number, from: number, count: number, next: (error: unknown, result: unknown) => void) => void

/**
 * Encodes requests and decodes replies with `modbus-serial`. Its transports take late replies for answers and lose step after
 * stray bytes, so it never sees one: it is handed whole frames of RTU shape that are already known to belong together. One
 * codec holds one exchange at a time.
 */
export class PduCodec {
  readonly #port = new FramePort()
  readonly #client = new modbusSerial.default(this.#port)
  #reply: { error: unknown; data: unknown } | undefined

  constructor() {
    this.#client.open()
  }

  /** The request as an RTU frame, check sum included. */
  encode(request: ModbusRequest): Buffer {
    this.#reply = undefined
    this.#read(request.function)(request.unit, request.address, request.count, (error, result) => {
      this.#reply = { error, data: (result as { data?: unknown } | undefined)?.data }
    })
    return this.#port.written
  }

  /** What an RTU frame says in answer to the request encoded last. */
  decode(request: ModbusRequest, frame: Buffer): ModbusReply {
    this.#reply = undefined
    this.#port.emit('data', frame)
    const reply = this.#reply as { error: unknown; data: unknown } | undefined
    if (!reply) return { ok: false, kind: 'crc', detail: 'no answer to the request' }
    if (reply.error) return failureOf(reply.error)
    const data = reply.data as number[] | boolean[]
    // A bit reply comes in whole bytes: what pads the last one is nobody's [MODBUS 6.1].
    if (isBits(request)) return { ok: true, bits: (data as boolean[]).slice(0, request.count) }
    return { ok: true, registers: data as number[] }
  }

  #read(table: ModbusTable): Read {
    const client = this.#client
    const reads = { coil: client.writeFC1, discrete: client.writeFC2, holding: client.writeFC3, input: client.writeFC4 }
    return reads[table].bind(client) as Read
  }
}

/** Its errors are not all instances of Error: only what they say of an exception is read. */
function failureOf(error: unknown): ModbusFailure {
  const { modbusCode, message } = error as { modbusCode?: number; message?: string }
  if (modbusCode !== undefined) return { ok: false, kind: 'exception', code: modbusCode }
  return { ok: false, kind: 'crc', detail: message ?? 'unreadable reply' }
}
