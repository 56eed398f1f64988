import { type Parsed, plain, refused, taken } from './words.ts'

/** Table of a Modbus terminal. */
export type Table = 'coil' | 'discrete' | 'holding' | 'input'

export interface Served {
  readonly table: Table
  /** It has function codes for writing alone. */
  readonly writeOnly: boolean
  readonly writable: boolean
}

const reads: Readonly<Record<number, Table>> = { 1: 'coil', 2: 'discrete', 3: 'holding', 4: 'input' }
const writes: Readonly<Record<number, Table>> = {
  5: 'coil',
  15: 'coil',
  6: 'holding',
  16: 'holding',
  22: 'holding',
  23: 'holding',
}

const named: readonly (readonly [RegExp, Table])[] = [
  [/holding|保持|\b4x|4区/, 'holding'],
  [/discrete|input ?(?:status|bit|contact)|离散|开关量输入|\b1x(?!\d)|1区/, 'discrete'],
  [/input|输入寄存器|只读寄存器|模拟量输入|\b3x(?!\d)|3区/, 'input'],
  [/coil|线圈|开关量输出|\b0x(?!\d)|0区/, 'coil'],
]

/** Table a text names in words: a cell, a title above a list. */
export const tableNamed = (text: string): Table | undefined => named.find(([words]) => words.test(plain(text)))?.[1]

/** `03`, `0x04`, `FC03/06`, `3,16`, `Holding register`, `保持寄存器`, `读:03 写:10H`. */
export function functionOf(text: string): Parsed<Served> {
  const codes = codesOf(plain(text))
  const word = tableNamed(text)
  const read = codes.flatMap((code) => reads[code] ?? [])
  const written = codes.flatMap((code) => writes[code] ?? [])
  const table = read[0] ?? word ?? written[0]
  if (table === undefined) return refused('is no function code; write 1 (coil), 2 (discrete), 3 (holding) or 4 (input)')
  if (word !== undefined && read.length > 0 && !read.includes(word))
    return refused(`says ${word} and function code ${codes[0]}`)
  const strange = codes.find((code) => !reads[code] && !writes[code])
  if (strange !== undefined) return refused(`names function code ${strange}, which reads no register`)
  const note = new Set(read).size > 1 ? `read by ${table}, the first of its function codes` : undefined
  return taken({ table, writeOnly: read.length === 0 && word === undefined, writable: written.length > 0 }, note)
}

/** A code of two digits is 16 where it reads 10: there is no code 10. */
function codesOf(text: string): number[] {
  const tokens = text
    .split(/[^\p{L}\p{N}]+/u)
    .map((token) => token.replace(/^(?:fc|f|code|功能码|读|写|read|write)+/u, ''))
  return tokens.flatMap((token) => {
    const [, hex, digits] = /^(?:0x([0-9a-f]{1,2})|(\d{1,2})h?)$/.exec(token) ?? []
    if (hex !== undefined) return [Number.parseInt(hex, 16)]
    if (digits === undefined) return []
    return [digits === '10' ? 16 : token.endsWith('h') ? Number.parseInt(digits, 16) : Number(digits)]
  })
}

/** Whether a point may be read and written. */
export interface Access {
  readonly read: boolean
  readonly write: boolean
}

/** `R`, `RO`, `R/W`, `只读`, `可读写`. */
export function accessOf(text: string): Parsed<Access> {
  const letters = plain(text)
    .replace(/[^\p{L}]+/gu, '')
    .replace(/可|支持|属性|and|only|只|仅/gu, '')
  if (/^(?:r|ro|read|读|w?r?rw|rw|wr|readwrite|writeread|读写|读读写|r读写|rw读写|r读)$/.test(letters))
    return taken({ read: true, write: /w|写/.test(letters) })
  if (/^(?:w|wo|write|写|w写)$/.test(letters)) return taken({ read: false, write: true })
  return refused('is no access; write R, R/W or W')
}
