import type { ReadSpec } from './profile.ts'

/** Types a value can have in the tables of a Modbus terminal. */
export const registerTypes = [
  'bit',
  'u8',
  'i8',
  'u16',
  'i16',
  'u32',
  'i32',
  'u64',
  'i64',
  'f16',
  'f32',
  'f64',
  'bcd16',
  'bcd32',
  'bcd64',
  'string',
] as const
export type RegisterType = (typeof registerTypes)[number]

/** Bytes of two and of four registers as they come on the wire; A is the highest. */
export const wireOrders = [
  'ABCD',
  'CDAB',
  'BADC',
  'DCBA',
  'ABCDEFGH',
  'GHEFCDAB',
  'BADCFEHG',
  'HGFEDCBA',
  'CDABGHEF',
  'EFGHABCD',
] as const
export type WireOrder = (typeof wireOrders)[number]

/** Whole numbers of each type that can be one, both ends included. The ends of 64 bits and of 16 digits are rounded: they are beyond exactness. */
export const wholeRange: Readonly<Partial<Record<RegisterType, readonly [number, number]>>> = {
  bit: [0, 1],
  u8: [0, 0xff],
  i8: [-0x80, 0x7f],
  u16: [0, 0xffff],
  i16: [-0x8000, 0x7fff],
  u32: [0, 0xffff_ffff],
  i32: [-0x8000_0000, 0x7fff_ffff],
  u64: [0, 2 ** 64],
  i64: [-(2 ** 63), 2 ** 63],
  bcd16: [0, 9999],
  bcd32: [0, 9999_9999],
  bcd64: [0, 1e16],
}

/** Registers a value of a type takes; a string takes what its `length` says. */
const registersOf = (type: RegisterType): number => (type.endsWith('64') ? 4 : type.endsWith('32') ? 2 : 1)

/** Places a point takes in its table: registers, or one bit of coils and discrete inputs. */
export const registerCount = (read: Pick<ReadSpec, 'type' | 'length'>): number =>
  read.type === 'string' ? (read.length ?? 1) : registersOf(read.type)

const scratch = new DataView(new ArrayBuffer(8))

/**
 * The raw number of a point whose first place is `words[at]` (16-bit words in the order of the wire), before missing, mask, shift,
 * scale and offset. undefined when a register is missing; NaN when there is no number in it: BCD with a digit above 9, a string. NaN
 * and infinities of floats come through as they are; 64-bit numbers beyond 2^53 are the nearest double. Allocates nothing.
 */
export function rawOf(read: ReadSpec, words: readonly number[], at = 0): number | undefined {
  const first = words[at]
  if (first === undefined) return undefined
  switch (read.type) {
    case 'u16':
      return first
    case 'i16':
      return (first << 16) >> 16
    case 'bit':
      return (first >> (read.bit ?? 0)) & 1
    case 'u8':
      return read.byte === 'high' ? first >> 8 : first & 0xff
    case 'i8':
      return ((read.byte === 'high' ? first : first << 8) << 16) >> 24
    case 'bcd16':
      return bcd(first)
    case 'f16':
      scratch.setUint16(0, first)
      return scratch.getFloat16(0)
    case 'string':
      return Number.NaN
    default: {
      const count = registersOf(read.type)
      if (words[at + count - 1] === undefined) return undefined
      return count === 2 ? of32(read, words, at) : of64(read, words, at)
    }
  }
}

const swapped = (word: number): number => ((word & 0xff) << 8) | (word >> 8)

/** Two registers as 32 bits, sign and all; the first word is the higher one, unless the order says otherwise. */
function bits32(order: WireOrder | undefined, first: number, second: number): number {
  switch (order) {
    case 'CDAB':
      return (second << 16) | first
    case 'BADC':
      return (swapped(first) << 16) | swapped(second)
    case 'DCBA':
      return (swapped(second) << 16) | swapped(first)
    default:
      return (first << 16) | second
  }
}

function of32({ type, order }: ReadSpec, words: readonly number[], at: number): number {
  const bits = bits32(order, words[at] ?? 0, words[at + 1] ?? 0)
  if (type === 'i32') return bits
  if (type === 'u32') return bits >>> 0
  if (type === 'bcd32') return bcd(bits >>> 16) * 10_000 + bcd(bits & 0xffff)
  scratch.setInt32(0, bits)
  return scratch.getFloat32(0)
}

/** The higher and the lower half of 64 bits are pairs of registers in an order of 32 bits. */
const halves = {
  ABCDEFGH: { high: 0, low: 2, order: 'ABCD' },
  GHEFCDAB: { high: 2, low: 0, order: 'CDAB' },
  BADCFEHG: { high: 0, low: 2, order: 'BADC' },
  HGFEDCBA: { high: 2, low: 0, order: 'DCBA' },
  CDABGHEF: { high: 0, low: 2, order: 'CDAB' },
  EFGHABCD: { high: 2, low: 0, order: 'ABCD' },
} as const

function of64(read: ReadSpec, words: readonly number[], at: number): number {
  const { high: highAt, low: lowAt, order } = halves[(read.order ?? 'ABCDEFGH') as keyof typeof halves]
  const high = bits32(order, words[at + highAt] ?? 0, words[at + highAt + 1] ?? 0)
  const low = bits32(order, words[at + lowAt] ?? 0, words[at + lowAt + 1] ?? 0)
  switch (read.type) {
    // Exact up to 2^53; beyond it one rounding, to the nearest, as a conversion of the whole number would.
    case 'i64':
      return high * 2 ** 32 + (low >>> 0)
    case 'u64':
      return (high >>> 0) * 2 ** 32 + (low >>> 0)
    case 'bcd64':
      return (bcd(high >>> 16) * 10_000 + bcd(high & 0xffff)) * 1e8 + bcd(low >>> 16) * 10_000 + bcd(low & 0xffff)
    default:
      scratch.setInt32(0, high)
      scratch.setInt32(4, low)
      return scratch.getFloat64(0)
  }
}

/** Four decimal digits of a word; NaN when one of them is above 9. */
function bcd(word: number): number {
  const tens = ((word >> 12) & 15) * 1000 + ((word >> 8) & 15) * 100 + ((word >> 4) & 15) * 10 + (word & 15)
  // Adding 6 to a digit above 9 carries into the next: the carries of all four at once.
  return ((word + 0x6666) ^ word ^ 0x6666) & 0x11110 ? Number.NaN : tens
}

/**
 * (raw & mask) >> shift of a whole number. The shift keeps the sign; a mask is for unsigned numbers. Up to 32 bits at once, wider ones
 * by BigInt.
 */
export function masked(raw: number, mask: number | undefined, shift = 0): number {
  if (mask === undefined && shift === 0) return raw
  if (raw === raw >> 0 && shift < 32) return (mask === undefined ? raw : raw & mask) >> shift
  if (!Number.isInteger(raw)) return raw
  const bits = mask === undefined ? BigInt(raw) : BigInt(raw) & BigInt(mask)
  return Number(bits >> BigInt(shift))
}

/**
 * Text of a string point: two characters a register, the high byte first, up to the first NUL, trimmed. Bytes that are no ASCII are
 * read as GB 18030. undefined when a register is missing.
 */
export function textOf(read: ReadSpec, words: readonly number[], at = 0): string | undefined {
  const bytes: number[] = []
  for (let place = 0; place < registerCount(read); place++) {
    const word = words[at + place]
    if (word === undefined) return undefined
    bytes.push(word >> 8, word & 0xff)
  }
  const end = bytes.indexOf(0)
  return new TextDecoder('gb18030').decode(Uint8Array.from(end < 0 ? bytes : bytes.slice(0, end))).trim()
}
