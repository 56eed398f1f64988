import type { ReadSpec } from '../profile.ts'
import { rawOf } from '../registers.ts'

/** One register, or two from here on, as every number it could be: a technician sees which is plausible. */
export interface Decodes {
  /** Address of the first register. */
  readonly address: number
  readonly hex: string
  readonly u16: number
  readonly i16: number
  /** Bytes as text where all are printable. */
  readonly text?: string
  /** With the next register, by order of bytes; absent for the last register. */
  readonly pairs?: Readonly<Record<WordOrder, PairDecodes>>
}

export interface PairDecodes {
  readonly u32: number
  readonly i32: number
  /** Absent for NaN and infinities. */
  readonly f32?: number
}

export const wordOrders = ['ABCD', 'CDAB', 'BADC', 'DCBA'] as const
export type WordOrder = (typeof wordOrders)[number]

/** All decodes of registers read from `address` on. */
export function decodesOf(address: number, words: readonly number[]): Decodes[] {
  return words.map((word, place) => {
    const next = words[place + 1]
    const text = textOf(word)
    return {
      address: address + place,
      hex: word.toString(16).toUpperCase().padStart(4, '0'),
      u16: word,
      i16: (word << 16) >> 16,
      ...(text !== undefined && { text }),
      ...(next !== undefined && { pairs: pairsOf([word, next]) }),
    }
  })
}

function pairsOf(words: readonly number[]): Readonly<Record<WordOrder, PairDecodes>> {
  const number = (type: ReadSpec['type'], order: WordOrder): number =>
    rawOf({ function: 'holding', address: 0, type, order }, words) ?? Number.NaN
  const pair = (order: WordOrder): PairDecodes => {
    const f32 = number('f32', order)
    return { u32: number('u32', order), i32: number('i32', order), ...(Number.isFinite(f32) && { f32: shorten(f32) }) }
  }
  return { ABCD: pair('ABCD'), CDAB: pair('CDAB'), BADC: pair('BADC'), DCBA: pair('DCBA') }
}

/** As many digits as a 32-bit float holds. */
const shorten = (value: number): number => Number(value.toPrecision(7))

function textOf(word: number): string | undefined {
  const bytes = [word >> 8, word & 0xff]
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f) ? String.fromCharCode(...bytes) : undefined
}

/** A float that is no accident of other data: neither huge nor a denormal, as quantities of a street are. */
export const plausibleFloat = (value: number | undefined): boolean =>
  value !== undefined && (value === 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e7))
