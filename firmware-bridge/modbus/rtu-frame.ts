import type { FrameCheck } from '../frames/frame.ts'
import { crc16, crcHolds } from './crc.ts'
import { rtuShapes } from './frame-shapes.ts'
import type { ModbusRequest } from './line.ts'
import { exceptionFlag, functionCodes, replyBytes, replyLength, requestLength, writeRequest } from './pdu.ts'

/** Unit before the PDU, check sum behind it [MODBUS SERIAL 2.3]. */
const around = 3
const exceptionLength = 5
/** Reads are asked with 8 bytes. */
const askLength = 8

/** The request as it stands on the wire, check sum included. */
export function rtuRequest(request: ModbusRequest): Buffer {
  const length = requestLength(request)
  const frame = Buffer.allocUnsafe(length + around)
  frame[0] = request.unit
  writeRequest(request, frame, 1)
  frame.writeUInt16LE(crc16(frame, 0, length + 1), length + 1)
  return frame
}

/**
 * Where a frame that can answer `request` ends, when one begins at `from`: its unit, its function, its length, its check sum.
 * 0 where none does.
 */
export function replyEnd(bytes: Buffer, from: number, request: ModbusRequest): number {
  if (bytes[from] !== request.unit || from + exceptionLength > bytes.length) return 0
  const code = functionCodes[request.function]
  if (bytes[from + 1] === (code | exceptionFlag)) return endOf(bytes, from, exceptionLength)
  if (bytes[from + 1] !== code) return 0
  const data = replyBytes(request)
  if (data > 0 && bytes[from + 2] !== data) return 0
  const pdu = replyLength(request, bytes, from + 1, bytes.length)
  return pdu === undefined ? 0 : endOf(bytes, from, pdu + around)
}

/** Whether what begins at `from` may become a good reply to `request` when more bytes come. */
export function replyMayFollow(bytes: Buffer, from: number, request: ModbusRequest): boolean {
  if (bytes[from] !== request.unit || bytes[from + 1] !== functionCodes[request.function]) return false
  const data = replyBytes(request)
  if (data > 0 && bytes[from + 2] !== data) return false
  const pdu = replyLength(request, bytes, from + 1, bytes.length)
  return pdu === undefined || from + pdu + around > bytes.length
}

/** Why bytes that hold no good frame are not the reply to `request`: damaged, cut off, of another length, or nothing like it. */
export function strayCheck(bytes: Buffer, request: ModbusRequest | undefined): FrameCheck {
  if (!request) return 'start'
  const code = functionCodes[request.function]
  for (let from = 0; from + 1 < bytes.length; from++) {
    if (bytes[from] !== request.unit || (bytes.readUInt8(from + 1) & ~exceptionFlag) !== code) continue
    if (bytes.readUInt8(from + 1) & exceptionFlag) return from + exceptionLength > bytes.length ? 'length' : 'checksum'
    if (replyMayFollow(bytes, from, request)) return 'length'
    const data = replyBytes(request)
    return data > 0 && bytes[from + 2] !== data ? 'field' : 'checksum'
  }
  return 'start'
}

/** Where a good frame of anybody ends, when one begins at `from`; 0 where none does. */
export function frameEnd(bytes: Buffer, from: number): number {
  const end = (length: number): number => endOf(bytes, from, length)
  return rtuShapes(bytes.subarray(from)).reduce(
    (found, shape) => found || (shape.kind === 'open' ? 0 : end(shape.length)),
    0,
  )
}

const endOf = (bytes: Buffer, from: number, length: number): number =>
  from + length <= bytes.length && crcHolds(bytes, from, from + length) ? from + length : 0

const tables = { 1: 'coil', 2: 'discrete', 3: 'holding', 4: 'input' } as const

/** The read that another master asks with the good frame `bytes[from..to)`; undefined when it is none. */
export function readAsked(bytes: Buffer, from: number, to: number): ModbusRequest | undefined {
  if (to - from !== askLength) return undefined
  const table = tables[bytes.readUInt8(from + 1) as 1]
  const [address, count] = [bytes.readUInt16BE(from + 2), bytes.readUInt16BE(from + 4)]
  if (!table || count === 0) return undefined
  return { unit: bytes.readUInt8(from), function: table, address, count }
}

/**
 * What a reply to `request` looks like. Replies in RTU carry no address: two requests whose replies have one shape cannot be
 * told apart by them.
 */
export function replyShape(request: ModbusRequest): string {
  const code = functionCodes[request.function]
  switch (request.function) {
    case 'write-coil':
    case 'write-register':
      return `${request.unit} ${code} ${request.address} ${request.value}`
    case 'write-coils':
    case 'write-registers':
      return `${request.unit} ${code} ${request.address} ${request.values.length}`
    default:
      return `${request.unit} ${code} ${replyBytes(request)}`
  }
}

/** The shape of its refusal, which names the function alone. */
export const refusalShape = (request: ModbusRequest): string =>
  `${request.unit} ${functionCodes[request.function]} refused`
