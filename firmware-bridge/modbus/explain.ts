import type { ExplainedFrame, Explanation, FrameFault } from '../frames/frame.ts'
import { termTable } from '../frames/term.ts'
import { crc16 } from './crc.ts'
import { longestRtu, type RtuShape, rtuShapes, shapelessFault, spokenCodes } from './frame-shapes.ts'

const protocol = 'modbus-rtu'

const functionName = termTable([
  [1, '读线圈', 'read coils'],
  [2, '读离散输入', 'read discrete inputs'],
  [3, '读保持寄存器', 'read holding registers'],
  [4, '读输入寄存器', 'read input registers'],
  [5, '写单个线圈', 'write single coil'],
  [6, '写单个寄存器', 'write single register'],
  [15, '写多个线圈', 'write multiple coils'],
  [16, '写多个寄存器', 'write multiple registers'],
  [23, '读写多个寄存器', 'read and write multiple registers'],
  [43, '读设备标识', 'read device identification'],
])

/** [MODBUS 7] */
const exceptionName = termTable([
  [1, '非法功能', 'illegal function'],
  [2, '非法数据地址', 'illegal data address'],
  [3, '非法数据值', 'illegal data value'],
  [4, '从站设备故障', 'server device failure'],
  [5, '确认', 'acknowledge'],
  [6, '从站设备忙', 'server device busy'],
  [8, '存储奇偶性差错', 'memory parity error'],
  [10, '不可用网关路径', 'gateway path unavailable'],
  [11, '网关目标设备响应失败', 'gateway target device failed to respond'],
])

/** [MODBUS 6.21] */
const objectNames: Readonly<Record<number, string>> = {
  0: 'vendorName',
  1: 'productCode',
  2: 'revision',
  3: 'vendorUrl',
  4: 'productName',
  5: 'modelName',
  6: 'userApplicationName',
}

interface Reading {
  readonly kind: string
  readonly values: Readonly<Record<string, number>>
  readonly [field: string]: unknown
}

/**
 * What one RTU frame means. A reply does not say which addresses it answers: `values` of a reply count from 0 in the order on
 * the wire; those of a write carry the address. A frame that can be either has both: the request, and the reply under `or`.
 */
export function explainModbusRtu(frame: Uint8Array): ExplainedFrame {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length)
  const fitting = rtuShapes(bytes).filter((shape) => shape.kind !== 'open' && shape.length === bytes.length)
  const fault = faultOf(bytes, fitting)
  if (fault) return { protocol, valid: false, ...fault }
  const [first, second] = fitting.map((shape) => readingOf(bytes, shape))
  return explanation(bytes, first ?? { kind: 'unknown', values: {} }, second)
}

function explanation(bytes: Buffer, reading: Reading, other: Reading | undefined): Explanation {
  const unit = bytes[0] ?? 0
  return {
    protocol,
    valid: true,
    unit: String(unit),
    function: functionName((bytes[1] ?? 0) & 0x7f),
    ...reading,
    // Nobody answers unit 0; everybody carries it out [MODBUS SERIAL 2.1].
    ...(unit === 0 ? { broadcast: true } : {}),
    ...(other ? { or: other } : {}),
    units: {},
    bytes: bytes.length,
  }
}

function faultOf(bytes: Buffer, fitting: readonly RtuShape[]): FrameFault | undefined {
  const { length } = bytes
  if (length < 4) return { check: 'length', byte: length, detail: `${length} bytes; the shortest frame has 5` }
  if (length > longestRtu)
    return { check: 'length', byte: longestRtu, detail: `${length} bytes; the longest frame has 256` }
  if (!spokenCodes.has((bytes[1] ?? 0) & 0x7f)) return shapelessFault(bytes)
  const sum = crc16(bytes, 0, length - 2)
  const holds = bytes.readUInt16LE(length - 2) === sum
  if (fitting.length === 0) return holds ? shapelessFault(bytes) : lengthFault(bytes)
  return holds ? undefined : crcFault(bytes, sum)
}

function lengthFault(bytes: Buffer): FrameFault {
  const shapes = rtuShapes(bytes)
  if (shapes.length === 0) return shapelessFault(bytes)
  const lengths = shapes.map((shape) => (shape.kind === 'open' ? `at least ${shape.atLeast}` : String(shape.length)))
  const known = shapes.flatMap((shape) => (shape.kind === 'open' ? [] : [shape.length]))
  const detail = `${bytes.length} bytes; function ${(bytes[1] ?? 0) & 0x7f} with these fields has ${lengths.join(' or ')}`
  return { check: 'length', byte: Math.min(bytes.length, ...known), detail }
}

function crcFault(bytes: Buffer, sum: number): FrameFault {
  const byte = bytes.length - 2
  const right = Buffer.from([sum & 0xff, sum >> 8])
  const detail = `CRC is ${hex(bytes.subarray(byte))}, should be ${hex(right)}`
  const swapped = bytes.readUInt16BE(byte) === sum
  return {
    check: 'checksum',
    byte,
    detail: swapped ? `${detail}: the two bytes are swapped, the low one goes first` : detail,
  }
}

const hex = (bytes: Buffer): string =>
  bytes
    .toString('hex')
    .toUpperCase()
    .replace(/..(?=.)/, '$& ')

function readingOf(bytes: Buffer, shape: RtuShape): Reading {
  const code = bytes[1] ?? 0
  if (shape.kind === 'exception') return { kind: 'exception', exception: exceptionName(bytes[2] ?? 0), values: {} }
  if (code === 5 || code === 6) return { kind: shape.kind, ...singleWrite(bytes) }
  if (shape.kind === 'request') return request(bytes, code)
  if (code === 43) return { kind: 'reply', ...identity(bytes), values: {} }
  if (code === 15 || code === 16) return { kind: 'reply', ...range(bytes, 2), values: {} }
  const data = bytes.subarray(3, -2)
  return { kind: 'reply', ...(code <= 2 ? bitsFrom(data, data.length * 8, 0) : registersFrom(data, 0)) }
}

function request(bytes: Buffer, code: number): Reading {
  const kind = 'request'
  const address = code === 43 ? 0 : bytes.readUInt16BE(2)
  switch (code) {
    case 15:
      return { kind, ...range(bytes, 2), ...bitsFrom(bytes.subarray(7, -2), bytes.readUInt16BE(4), address) }
    case 16:
      return { kind, ...range(bytes, 2), ...registersFrom(bytes.subarray(7, -2), address) }
    case 23: {
      const written = registersFrom(bytes.subarray(11, -2), bytes.readUInt16BE(6))
      return { kind, ...range(bytes, 2), write: range(bytes, 6), ...written }
    }
    case 43:
      return { kind, access: bytes[3] ?? 0, object: bytes[4] ?? 0, values: {} }
    default:
      return { kind, ...range(bytes, 2), values: {} }
  }
}

function singleWrite(bytes: Buffer): Pick<Reading, 'address' | 'values'> {
  const address = bytes.readUInt16BE(2)
  const value = bytes[1] === 5 ? Number(bytes[4] === 0xff) : bytes.readUInt16BE(4)
  return { address, values: { [address]: value } }
}

const range = (bytes: Buffer, place: number): { address: number; count: number } => ({
  address: bytes.readUInt16BE(place),
  count: bytes.readUInt16BE(place + 2),
})

function registersFrom(data: Buffer, from: number): { registers: number[]; values: Record<string, number> } {
  const registers = Array.from({ length: data.length / 2 }, (_, place) => data.readUInt16BE(2 * place))
  return { registers, values: numbered(registers, from) }
}

/** The lowest bit of the first byte comes first [MODBUS 6.1]. */
function bitsFrom(data: Buffer, count: number, from: number): { bits: number[]; values: Record<string, number> } {
  const bits = Array.from({ length: count }, (_, place) => ((data[place >> 3] ?? 0) >> (place & 7)) & 1)
  return { bits, values: numbered(bits, from) }
}

const numbered = (values: readonly number[], from: number): Record<string, number> =>
  Object.fromEntries(values.map((value, place) => [String(from + place), value]))

function identity(bytes: Buffer): {
  access: number
  conformity: number
  more: boolean
  objects: Record<string, string>
} {
  const objects: Record<string, string> = {}
  let place = 8
  for (let object = 0; object < (bytes[7] ?? 0); object++) {
    const id = bytes[place] ?? 0
    const end = place + 2 + (bytes[place + 1] ?? 0)
    objects[objectNames[id] ?? String(id)] = bytes.toString('latin1', place + 2, end)
    place = end
  }
  return { access: bytes[3] ?? 0, conformity: bytes[4] ?? 0, more: bytes[5] === 0xff, objects }
}
