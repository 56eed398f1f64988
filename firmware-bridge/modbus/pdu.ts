import { CivitalsError } from '@civitals/contracts/errors'
import type { FrameCheck } from '../frames/frame.ts'
import type { Reply } from '../wire/framing.ts'
import type { Identification, ModbusData, ModbusIdentify, ModbusRead, ModbusRequest, ModbusTable } from './line.ts'

/** Function codes [MODBUS 6.1-6.6, 6.11, 6.12, 6.17, 6.21]. */
export const functionCodes: Readonly<Record<ModbusRequest['function'], number>> = {
  coil: 0x01,
  discrete: 0x02,
  holding: 0x03,
  input: 0x04,
  'write-coil': 0x05,
  'write-register': 0x06,
  'write-coils': 0x0f,
  'write-registers': 0x10,
  'read-write-registers': 0x17,
  identify: 0x2b,
}

/** Bit set in the function code of an exception reply [MODBUS 7]. */
export const exceptionFlag = 0x80

/** What one reply said; the time of its arrival is known only to the line. */
export type ModbusReply = Reply<ModbusData>

/** The MEI type of device identification, and its access codes [MODBUS 6.21]. */
const deviceIdentification = 0x0e
const accessCodes = { basic: 1, regular: 2, extended: 3, one: 4 } as const
/** Before the first object: function, MEI type, access code, conformity, more follows, next object, number of objects. */
const identifyHead = 7

/** A coil is written as FF00 or 0000, nothing else [MODBUS 6.5]. */
const coilOn = 0xff00

const tables: ReadonlySet<string> = new Set(['coil', 'discrete', 'holding', 'input'] satisfies ModbusTable[])
export const isRead = (request: ModbusRequest): request is ModbusRead => tables.has(request.function)

const bitBytes = (bits: number): number => (bits + 7) >> 3

/** Places a request reads at most [MODBUS 6.1-6.4, 6.17]. */
export const mostPlaces = (table: ModbusTable): number => (table === 'coil' || table === 'discrete' ? 2000 : 125)
const mostWritten = { 'write-coils': 1968, 'write-registers': 123, 'read-write-registers': 121 } as const

const whole = (value: number, low: number, high: number): boolean =>
  Number.isInteger(value) && value >= low && value <= high
const span = (address: number, count: number, most: number): boolean =>
  whole(address, 0, 0xffff) && whole(count, 1, most) && address + count <= 0x10000
const words = (values: readonly number[]): boolean => values.every((value) => whole(value, 0, 0xffff))

/** @throws CIV_BRIDGE_REQUEST when the request can never be sent: the caller's mistake, not the bus's. */
export function checkRequest(request: ModbusRequest): void {
  if (whole(request.unit, 0, 255) && withinProtocol(request)) return
  throw new CivitalsError('CIV_BRIDGE_REQUEST', 'a Modbus request outside the protocol', { context: { ...request } })
}

function withinProtocol(request: ModbusRequest): boolean {
  switch (request.function) {
    case 'write-coil':
      return span(request.address, 1, 1)
    case 'write-register':
      return span(request.address, 1, 1) && words([request.value])
    case 'write-coils':
      return span(request.address, request.values.length, mostWritten['write-coils'])
    case 'write-registers':
      return span(request.address, request.values.length, mostWritten['write-registers']) && words(request.values)
    case 'read-write-registers': {
      const { address, count, writeAddress, values } = request
      const written = span(writeAddress, values.length, mostWritten['read-write-registers']) && words(values)
      return written && span(address, count, mostPlaces('holding'))
    }
    case 'identify':
      return whole(request.object, 0, 255) && request.level in accessCodes
    case 'coil':
    case 'discrete':
    case 'holding':
    case 'input':
      return span(request.address, request.count, mostPlaces(request.function))
    default:
      // Requests also come from data (a command from the centre): an unknown function must not reach the wire.
      return false
  }
}

/** Bytes of the PDU of `request`: function code and what belongs to it. */
export function requestLength(request: ModbusRequest): number {
  switch (request.function) {
    case 'write-coils':
      return 6 + bitBytes(request.values.length)
    case 'write-registers':
      return 6 + 2 * request.values.length
    case 'read-write-registers':
      return 10 + 2 * request.values.length
    case 'identify':
      return 4
    default:
      return 5
  }
}

/** Writes the PDU of `request` into `frame` at `at`; its length is `requestLength`. */
export function writeRequest(request: ModbusRequest, frame: Buffer, at: number): void {
  frame[at] = functionCodes[request.function]
  if (request.function === 'identify') {
    frame[at + 1] = deviceIdentification
    frame[at + 2] = accessCodes[request.level]
    frame[at + 3] = request.object
    return
  }
  frame.writeUInt16BE(request.address, at + 1)
  switch (request.function) {
    case 'write-coil':
      frame.writeUInt16BE(request.value ? coilOn : 0, at + 3)
      return
    case 'write-register':
      frame.writeUInt16BE(request.value, at + 3)
      return
    case 'write-coils':
      frame.writeUInt16BE(request.values.length, at + 3)
      writeBits(request.values, frame, at + 5)
      return
    case 'write-registers':
      frame.writeUInt16BE(request.values.length, at + 3)
      writeWords(request.values, frame, at + 5)
      return
    case 'read-write-registers':
      frame.writeUInt16BE(request.count, at + 3)
      frame.writeUInt16BE(request.writeAddress, at + 5)
      frame.writeUInt16BE(request.values.length, at + 7)
      writeWords(request.values, frame, at + 9)
      return
    default:
      frame.writeUInt16BE(request.count, at + 3)
  }
}

/** Byte count and values, first bit in the lowest place [MODBUS 6.11]. */
function writeBits(values: readonly boolean[], frame: Buffer, at: number): void {
  const bytes = bitBytes(values.length)
  frame[at] = bytes
  frame.fill(0, at + 1, at + 1 + bytes)
  values.forEach((value, place) => {
    const byte = at + 1 + (place >> 3)
    if (value) frame[byte] = frame.readUInt8(byte) | (1 << (place & 7))
  })
}

function writeWords(values: readonly number[], frame: Buffer, at: number): void {
  frame[at] = 2 * values.length
  values.forEach((value, place) => {
    frame.writeUInt16BE(value, at + 1 + 2 * place)
  })
}

/** Bytes of data a good reply to a read carries. */
export function replyBytes(request: ModbusRequest): number {
  switch (request.function) {
    case 'coil':
    case 'discrete':
      return bitBytes(request.count)
    case 'holding':
    case 'input':
    case 'read-write-registers':
      return 2 * request.count
    default:
      return 0
  }
}

/**
 * Length of the PDU of a good reply to `request`. Undefined where it depends on what the reply says and not enough of it is
 * there yet: `bytes[from..to)` is what has come of the PDU.
 */
export function replyLength(request: ModbusRequest, bytes: Buffer, from: number, to: number): number | undefined {
  switch (request.function) {
    case 'write-coil':
    case 'write-register':
    case 'write-coils':
    case 'write-registers':
      return 5
    case 'identify':
      return identifyLength(bytes, from, to)
    default:
      return 2 + replyBytes(request)
  }
}

function identifyLength(bytes: Buffer, from: number, to: number): number | undefined {
  if (to - from < identifyHead) return undefined
  let at = from + identifyHead
  for (let left = bytes.readUInt8(from + identifyHead - 1); left > 0; left--) {
    if (at + 2 > to) return undefined
    at += 2 + bytes.readUInt8(at + 1)
  }
  return at - from
}

const notTheAnswer = (detail: string, check: FrameCheck = 'field'): ModbusReply => ({
  ok: false,
  kind: 'crc',
  check,
  detail,
})

/** What the PDU `bytes[from..to)` says in answer to `request`. Reads nothing outside it; never throws. */
export function decodeReply(request: ModbusRequest, bytes: Buffer, from: number, to: number): ModbusReply {
  const code = functionCodes[request.function]
  if (to - from === 2 && bytes[from] === (code | exceptionFlag)) {
    return { ok: false, kind: 'exception', code: bytes.readUInt8(from + 1) }
  }
  if (bytes[from] !== code) return notTheAnswer(`function ${bytes[from] ?? 'absent'} instead of ${code}`, 'code')
  if (to - from !== replyLength(request, bytes, from, to))
    return notTheAnswer(`a reply of ${to - from} bytes`, 'length')
  switch (request.function) {
    case 'coil':
    case 'discrete':
      return bytes[from + 1] === replyBytes(request)
        ? { ok: true, bits: bitsOf(bytes, from + 2, request.count) }
        : notTheAnswer(`byte count ${bytes[from + 1]}`)
    case 'holding':
    case 'input':
    case 'read-write-registers':
      return bytes[from + 1] === replyBytes(request)
        ? { ok: true, registers: wordsOf(bytes, from + 2, request.count) }
        : notTheAnswer(`byte count ${bytes[from + 1]}`)
    case 'identify':
      return identificationOf(request, bytes, from, to)
    default:
      return echoes(request, bytes, from)
        ? { ok: true, written: true }
        : notTheAnswer('the terminal confirms another write')
  }
}

/** A bit reply comes in whole bytes: what pads the last one is nobody's [MODBUS 6.1]. */
function bitsOf(bytes: Buffer, from: number, count: number): boolean[] {
  const bits = new Array<boolean>(count)
  for (let place = 0; place < count; place++)
    bits[place] = ((bytes.readUInt8(from + (place >> 3)) >> (place & 7)) & 1) === 1
  return bits
}

function wordsOf(bytes: Buffer, from: number, count: number): number[] {
  const registers = new Array<number>(count)
  for (let place = 0; place < count; place++) registers[place] = bytes.readUInt16BE(from + 2 * place)
  return registers
}

/** A write is confirmed by address and value, or by address and count: the five bytes the request began with. */
function echoes(request: ModbusRequest, bytes: Buffer, from: number): boolean {
  const sent = Buffer.allocUnsafe(requestLength(request))
  writeRequest(request, sent, 0)
  return bytes.compare(sent, 0, 5, from, from + 5) === 0
}

function identificationOf(request: ModbusIdentify, bytes: Buffer, from: number, to: number): ModbusReply {
  const [, mei, access, , more, next = 0, count = 0] = bytes.subarray(from, from + identifyHead)
  if (mei !== deviceIdentification || access !== accessCodes[request.level])
    return notTheAnswer('another identification')
  const objects: Record<number, string> = {}
  let at = from + identifyHead
  for (let left = count; left > 0 && at + 2 <= to; left--) {
    const length = bytes.readUInt8(at + 1)
    objects[bytes.readUInt8(at)] = textOf(bytes.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  const told: Identification = { objects, ...(more === 0xff ? { next } : {}) }
  return { ok: true, ...told }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
const gb18030 = new TextDecoder('gb18030')

/** The specification says ASCII; Chinese makers also write GB 18030. Padding is cut. */
function textOf(bytes: Buffer): string {
  try {
    return utf8.decode(bytes).replace(/[\0 ]+$/, '')
  } catch {
    return gb18030.decode(bytes).replace(/[\0 ]+$/, '')
  }
}
