import type { ReadSpec } from './profile.ts'

/** Registers a value takes; a bit takes one place in its own table. */
export const registerCount = (type: ReadSpec['type']): 1 | 2 =>
  type === 'u32' || type === 'i32' || type === 'f32' ? 2 : 1

/** Where in the reply's four bytes the bytes A (highest) to D stand. */
const places = { ABCD: [0, 1, 2, 3], CDAB: [2, 3, 0, 1], BADC: [1, 0, 3, 2], DCBA: [3, 2, 1, 0] } as const

const scratch = new DataView(new ArrayBuffer(4))

/**
 * The raw number of a point in its registers (16-bit words in the order of the wire), before scale and offset.
 * undefined when a register is missing; NaN and infinities of f32 come through as they are.
 */
export function rawOf(type: ReadSpec['type'], order: ReadSpec['order'], words: readonly number[]): number | undefined {
  const [first, second] = words
  if (first === undefined) return undefined
  if (registerCount(type) === 1) return type === 'i16' ? (first << 16) >> 16 : first
  if (second === undefined) return undefined
  const bytes = [first >> 8, first & 0xff, second >> 8, second & 0xff]
  for (const [place, from] of places[order ?? 'ABCD'].entries()) scratch.setUint8(place, bytes[from] ?? 0)
  if (type === 'f32') return scratch.getFloat32(0)
  return type === 'i32' ? scratch.getInt32(0) : scratch.getUint32(0)
}
