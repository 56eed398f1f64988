import type { Table } from './functions.ts'
import { type Parsed, plain, refused, taken } from './words.ts'

/** An address as a list gives it. */
export type WrittenAddress =
  /** Hexadecimal: as on the wire, from 0. */
  | (Span & { readonly kind: 'wire'; readonly at: number })
  /** Modicon's numbering with its table beyond doubt: 4x0001 is holding 0. */
  | (Span & { readonly kind: 'reference'; readonly table: Table; readonly at: number })
  /** A decimal number; `maybe`: what it would be in Modicon's numbering. */
  | (Span & {
      readonly kind: 'number'
      readonly number: number
      readonly maybe?: { readonly table: Table; readonly at: number }
    })

interface Span {
  /** Places of `40001-40002`. */
  readonly count?: number
  /** Of `40001.5`. */
  readonly bit?: number
}

/** How the heading of a column says its numbers are written. */
export type Notation = 'hex' | 'any'

/** Notation a heading names: `Address (hex)`, `地址(16进制)`; where it names both, every cell speaks for itself. */
export const notationOf = (hint: string): Notation =>
  /hex|十六|16进制|\b0x\b|\bh\b/.test(hint) && !/dec|十进制|10进制|\bd\b/.test(hint) ? 'hex' : 'any'

/** The addresses in one cell: mostly one, two where the same is written in two ways, `40001 (0x0000)`. */
export function addressesOf(text: string, notation: Notation): Parsed<readonly WrittenAddress[]> {
  // Makers print the two bytes of an address apart: 00 1A.
  const whole = notation === 'hex' ? plain(text).replace(/^([0-9a-f]{2})\s([0-9a-f]{2})$/, '$1$2') : plain(text)
  const joined = whole
    .replace(/\s*(?:~|-|–|—|−|至|到|\bto\b|\.{2,3}|…)\s*(?=[0-9a-f])/g, '~')
    .replace(/[.\s]*\bbit\s*(?=\d)/g, '.')
  const found: WrittenAddress[] = []
  for (const part of joined.split(/[\s()[\]{}【】/;=→,]+/).filter((one) => one !== '')) {
    const parsed = addressOf(part, notation)
    if (!parsed.ok) return parsed
    found.push(parsed.value)
  }
  return found.length > 0 ? taken(found) : refused('is no address')
}

function addressOf(text: string, notation: Notation): Parsed<WrittenAddress> {
  const [, whole = text, bitText] = /^(.+?)\.(\d{1,2})$/.exec(text) ?? []
  const bit = bitText === undefined ? undefined : Number(bitText)
  if (bit !== undefined && bit > 15) return refused(`names bit ${bit}; a register has bits 0 to 15`)
  const [firstText = '', lastText, more] = whole.split('~')
  const first = single(firstText, notation)
  if (!first || more !== undefined) return refused(whyNot(text))
  const last = lastText === undefined ? undefined : single(lastText, notation)
  if (lastText !== undefined && !last) return refused(whyNot(lastText))
  const count = last && placeIn(last) - placeIn(first) + 1
  if (last?.kind !== undefined && last.kind !== first.kind) return refused('mixes two ways of writing an address')
  if (count !== undefined && count < 1) return refused('ends before it begins')
  if (placeIn(first) > 465_536 || (first.kind !== 'number' && first.at > 65_535)) return refused('is beyond 65535')
  return taken({ ...first, ...(count !== undefined && { count }), ...(bit !== undefined && { bit }) })
}

const placeIn = (address: WrittenAddress): number => (address.kind === 'number' ? address.number : address.at)

const whyNot = (text: string): string =>
  /^[0-9a-f]{1,4}$/.test(text)
    ? `is no address: if it is hexadecimal write 0x${text.toUpperCase()}, or head the column "address (hex)"`
    : 'is no address; write 0x0010, 16 or 40017'

const tables: Readonly<Record<string, Table>> = { 0: 'coil', 1: 'discrete', 3: 'input', 4: 'holding' }

function single(text: string, notation: Notation): WrittenAddress | undefined {
  // 4x0001, 3:0012, 0:0001; 0x0001 is hexadecimal.
  const [, digit = '', place] = /^(?:([134])x|([0134]):)(\d{4,5})$/.exec(text)?.filter((one) => one !== undefined) ?? []
  const table = tables[digit]
  if (place !== undefined)
    return table && Number(place) > 0 ? { kind: 'reference', table, at: Number(place) - 1 } : undefined
  const hex = /^(?:0x|&h|16#|\$|h')([0-9a-f]{1,8})h?$/.exec(text)?.[1] ?? /^([0-9a-f]{1,8})h$/.exec(text)?.[1]
  if (hex !== undefined) return { kind: 'wire', at: Number.parseInt(hex, 16) }
  if (notation === 'hex')
    return /^[0-9a-f]{1,6}$/.test(text) ? { kind: 'wire', at: Number.parseInt(text, 16) } : undefined
  return /^\d{1,6}$/.test(text) ? decimal(text) : undefined
}

/** Five digits name a table and places 1 to 9999, six digits places 1 to 65536. */
function decimal(text: string): WrittenAddress {
  const number = Number(text)
  const table = tables[text[0] ?? '']
  const place = Number(text.slice(1))
  const most = text.length === 5 ? 9999 : text.length === 6 ? 65_536 : 0
  const maybe = table && place >= 1 && place <= most ? { maybe: { table, at: place - 1 } } : {}
  return { kind: 'number', number, ...maybe }
}
