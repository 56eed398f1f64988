import { isModbusPoint, type ModbusPoint, type ProfilePoint, type ReadSpec } from '@civitals/firmware-bridge/profile'

/** The four tables of a terminal. */
export type Table = ReadSpec['function']

/** One cell of a table: which word of which point, or reserved (reads 0). */
interface Cell {
  readonly point: ModbusPoint
  readonly word: number
}

/** Where every point of a profile stands in the terminal's memory. */
export interface RegisterMap {
  /** First and last address of each table that exists. */
  readonly extent: Readonly<Partial<Record<Table, readonly [number, number]>>>
  /** Several where points share a register: bits and halves of it. */
  readonly cells: Readonly<Record<Table, ReadonlyMap<number, readonly Cell[]>>>
}

/** Registers a value takes. */
const words = ({ type, length }: ReadSpec): number =>
  type === 'string' ? (length ?? 1) : type.endsWith('64') ? 4 : type.endsWith('32') ? 2 : 1

export function registerMap(points: readonly ProfilePoint[]): RegisterMap {
  const cells: Record<Table, Map<number, Cell[]>> = {
    coil: new Map(),
    discrete: new Map(),
    holding: new Map(),
    input: new Map(),
  }
  const extent: Partial<Record<Table, readonly [number, number]>> = {}
  for (const point of points.filter(isModbusPoint)) {
    const { function: table, address } = point.read
    const last = address + words(point.read) - 1
    for (let word = 0; word < words(point.read); word++) {
      const shared = cells[table].get(address + word) ?? []
      cells[table].set(address + word, [...shared, { point, word }])
    }
    const [from, to] = extent[table] ?? [address, last]
    extent[table] = [Math.min(from, address), Math.max(to, last)]
  }
  return { extent, cells }
}

/** Value of a point at the moment of the request. */
export type PointValue = (point: string) => number

/**
 * `count` cells from `address`; undefined when one of them lies outside the table, which a terminal answers with exception 2.
 * Addresses between points are reserved and read 0. Bits are 0 or 1.
 */
export function readCells(
  map: RegisterMap,
  table: Table,
  address: number,
  count: number,
  value: PointValue,
): number[] | undefined {
  const extent = map.extent[table]
  if (!extent || address < extent[0] || address + count - 1 > extent[1]) return undefined
  return Array.from({ length: count }, (_, at) => {
    const cells = map.cells[table].get(address + at) ?? []
    return cells.reduce((word, cell) => word | (registers(cell.point.read, value(cell.point.id))[cell.word] ?? 0), 0)
  })
}

/** Whole numbers a type can hold; what does not fit stops at its end. */
const limits: Readonly<Partial<Record<ReadSpec['type'], readonly [number, number]>>> = {
  bit: [0, 1],
  u8: [0, 0xff],
  i8: [-0x80, 0x7f],
  u16: [0, 0xffff],
  i16: [-0x8000, 0x7fff],
  u32: [0, 0xffff_ffff],
  i32: [-0x8000_0000, 0x7fff_ffff],
  u64: [0, 2 ** 64 - 2048],
  i64: [-(2 ** 63), 2 ** 63 - 1024],
  bcd16: [0, 9999],
  bcd32: [0, 9999_9999],
  bcd64: [0, 9_999_999_999_999_998],
}

/** The 16-bit words a terminal keeps for a value, as its profile says it does. */
export function registers(read: ReadSpec, value: number): number[] {
  const raw = rawOf(read, value)
  const size = 2 * words(read)
  const bytes = new DataView(new ArrayBuffer(Math.max(8, size)))
  const [low, high] = limits[read.type] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  write(read, Math.min(high, Math.max(low, raw)), bytes)
  // The order names bytes as they come on the wire; A is the highest.
  const letters = 'ABCDEFGH'.slice(0, size)
  const wire = [...(read.order ?? letters)].map((letter) => bytes.getUint8(letters.indexOf(letter)))
  return Array.from({ length: words(read) }, (_, at) => ((wire[2 * at] ?? 0) << 8) | (wire[2 * at + 1] ?? 0))
}

/** The raw number of a value: of an enumeration the one that means it, else value = (raw & mask) >> shift, scaled, turned round. */
function rawOf(read: ReadSpec, value: number): number {
  const named = Object.entries(read.values ?? {}).find(([, meant]) => meant === value)
  if (named) return Number(named[0])
  const raw = (value - (read.offset ?? 0)) / (read.scale ?? 1)
  return read.shift ? raw * 2 ** read.shift : raw
}

function write(read: ReadSpec, raw: number, bytes: DataView): void {
  const whole = Math.round(raw)
  switch (read.type) {
    case 'f16':
      bytes.setFloat16(0, raw)
      break
    case 'f32':
      bytes.setFloat32(0, raw)
      break
    case 'f64':
      bytes.setFloat64(0, raw)
      break
    case 'u32':
    case 'i32':
      bytes.setUint32(0, whole >>> 0)
      break
    case 'u64':
    case 'i64':
      bytes.setBigUint64(0, BigInt.asUintN(64, BigInt(whole)))
      break
    case 'bcd16':
      bytes.setUint16(0, Number.parseInt(String(whole), 16))
      break
    case 'bcd32':
      bytes.setUint32(0, Number.parseInt(String(whole), 16))
      break
    case 'bcd64':
      bytes.setBigUint64(0, BigInt(`0x${whole}`))
      break
    case 'u8':
    case 'i8':
      bytes.setUint8(read.byte === 'high' ? 0 : 1, whole & 0xff)
      break
    case 'bit':
      bytes.setUint16(0, whole << (read.bit ?? 0))
      break
    case 'string':
      break
    default:
      bytes.setUint16(0, whole & 0xffff)
      break
  }
}
