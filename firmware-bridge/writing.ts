import { roundTo, valueOfRaw } from './driver.ts'
import type { ModbusWrite } from './modbus/line.ts'
import type { ModbusPoint, ReadSpec } from './profile.ts'
import { type RegisterType, rawOf, registerCount, wholeRange } from './registers.ts'

/** The request that writes a value, and what will be read back; or why there is none, for a person. */
export type EncodedWrite =
  | {
      readonly ok: true
      readonly request: ModbusWrite
      /** The number the registers or the coil will hold, before scale and offset. */
      readonly raw: number
      /** The value that stands for, in the unit of the point. */
      readonly value: number
      /** Registers in the order of the wire; of a coil, 0 or 1. */
      readonly words: readonly number[]
    }
  | { readonly ok: false; readonly why: string }

const no = (why: string): EncodedWrite => ({ ok: false, why })

/**
 * How `value` (in the unit of the point) is written to `unit`. Only points that the profile allows to be written, within their range, and only
 * values the registers can hold to the point's resolution; what would be rounded to something else is refused.
 */
export function encodeWrite(unit: number, point: ModbusPoint, value: number): EncodedWrite {
  const { id, read, write, resolution } = point
  if (!write) return no(`the profile does not allow ${id} to be written`)
  const [low, high] = write.range
  if (!(value >= low && value <= high)) return no(`${id} may be set from ${low} to ${high}, not to ${value}`)
  const raw = rawNumber(read, value, resolution)
  if (typeof raw === 'string') return no(`${id}: ${raw}`)
  if (read.missing?.includes(raw)) return no(`${id}: ${value} would be read as no value`)
  if (write.function === 'coil') {
    const request = { function: 'write-coil', unit, address: read.address, value: raw === 1 } as const
    return { ok: true, request, raw, value, words: [raw] }
  }
  const words = wordsOf(read, raw)
  const back = valueOfRaw(point, rawOf(read, words) ?? Number.NaN)
  if (typeof back !== 'number' || Math.abs(back - roundTo(value, resolution)) > resolution / 2)
    return no(`${id}: its registers cannot hold ${value}`)
  const [first = 0] = words
  const at = { unit, address: read.address }
  const request: ModbusWrite =
    words.length === 1
      ? { ...at, function: 'write-register', value: first }
      : { ...at, function: 'write-registers', values: words }
  return { ok: true, request, raw, value: back, words }
}

/** The raw number of a value, or what is wrong with it. */
function rawNumber(read: ReadSpec, value: number, resolution: number): number | string {
  const { values, scale = 1, offset = 0 } = read
  if (values) {
    const found = Object.entries(values).find(([, meant]) => meant === value)
    return found ? Number(found[0]) : `it knows ${Object.values(values).join(', ')}, not ${value}`
  }
  const exact = (value - offset) / scale
  const bounds = wholeRange[read.type]
  if (!bounds) return exact
  const whole = Math.round(exact)
  // The dust of a division is far below a hundredth of a step, and so is what the point's resolution hides.
  if (Math.abs(whole - exact) * Math.abs(scale) > resolution / 100) return `it goes in steps of ${Math.abs(scale)}`
  if (whole < bounds[0] || whole > bounds[1] || !Number.isSafeInteger(whole))
    return `${read.type} cannot hold ${value}${scale === 1 ? '' : ` (raw ${whole})`}`
  return whole
}

/** Registers that hold a raw number, as they come on the wire: what `rawOf` reads back. */
export function wordsOf(read: Pick<ReadSpec, 'type' | 'order' | 'length'>, raw: number): number[] {
  const bytes = 2 * registerCount(read)
  const inOrder = highFirst(read.type, raw)
  const order = read.order ?? 'ABCDEFGH'.slice(0, bytes)
  const wire = Array.from({ length: bytes }, (_, at) => {
    // A letter of the order says which byte, counted from the highest, comes at its place.
    const letter = bytes === 2 ? at : order.charCodeAt(at) - 'A'.charCodeAt(0)
    return inOrder.getUint8(letter)
  })
  return Array.from({ length: bytes / 2 }, (_, at) => ((wire[2 * at] ?? 0) << 8) | (wire[2 * at + 1] ?? 0))
}

/** The bytes of a raw number, the highest first. */
function highFirst(type: RegisterType, raw: number): DataView {
  const view = new DataView(new ArrayBuffer(8))
  switch (type) {
    case 'f16':
      view.setFloat16(0, raw)
      break
    case 'f32':
      view.setFloat32(0, raw)
      break
    case 'f64':
      view.setFloat64(0, raw)
      break
    case 'u32':
    case 'i32':
      view.setInt32(0, raw)
      break
    case 'u64':
    case 'i64':
      view.setBigInt64(0, BigInt.asIntN(64, BigInt(raw)))
      break
    case 'bcd16':
      view.setUint16(0, Number(digits(raw)))
      break
    case 'bcd32':
      view.setUint32(0, Number(digits(raw)))
      break
    case 'bcd64':
      view.setBigUint64(0, digits(raw))
      break
    default:
      view.setInt16(0, raw)
  }
  return view
}

/** Four bits a decimal digit. */
const digits = (raw: number): bigint => BigInt(`0x${raw}`)
