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
  readonly cells: Readonly<Record<Table, ReadonlyMap<number, Cell>>>
}

const words = (type: ReadSpec['type']): number => (type === 'u32' || type === 'i32' || type === 'f32' ? 2 : 1)

export function registerMap(points: readonly ProfilePoint[]): RegisterMap {
  const cells: Record<Table, Map<number, Cell>> = {
    coil: new Map(),
    discrete: new Map(),
    holding: new Map(),
    input: new Map(),
  }
  const extent: Partial<Record<Table, readonly [number, number]>> = {}
  for (const point of points.filter(isModbusPoint)) {
    const { function: table, address, type } = point.read
    const last = address + words(type) - 1
    for (let word = 0; word < words(type); word++) cells[table].set(address + word, { point, word })
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
    const cell = map.cells[table].get(address + at)
    return cell ? (registers(cell.point.read, value(cell.point.id))[cell.word] ?? 0) : 0
  })
}

const limits: Readonly<Partial<Record<ReadSpec['type'], readonly [number, number]>>> = {
  bit: [0, 1],
  u16: [0, 0xffff],
  i16: [-0x8000, 0x7fff],
  u32: [0, 0xffff_ffff],
  i32: [-0x8000_0000, 0x7fff_ffff],
}

/** The 16-bit words a terminal keeps for a value; what does not fit the type stops at its end. */
export function registers(read: ReadSpec, value: number): number[] {
  const raw = (value - (read.offset ?? 0)) / (read.scale ?? 1)
  const bytes = new DataView(new ArrayBuffer(4))
  if (read.type === 'f32') bytes.setFloat32(0, raw)
  else {
    const [low, high] = limits[read.type] ?? [0, 0]
    const whole = Math.min(high, Math.max(low, Math.round(raw)))
    if (words(read.type) === 1) return [whole & 0xffff]
    bytes.setInt32(0, whole | 0)
    if (whole > 0x7fff_ffff) bytes.setUint32(0, whole)
  }
  // The order names bytes as they come on the wire; A is the highest.
  const wire = [...(read.order ?? 'ABCD')].map((letter) => bytes.getUint8('ABCD'.indexOf(letter)))
  return [((wire[0] ?? 0) << 8) | (wire[1] ?? 0), ((wire[2] ?? 0) << 8) | (wire[3] ?? 0)]
}
