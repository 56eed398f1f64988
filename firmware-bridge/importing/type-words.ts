// What lists call the types and the byte orders of values.
import { nearest } from '@civitals/contracts/nearest'
import type { RegisterType, WireOrder } from '../registers.ts'
import { compact, type Parsed, plain, refused, saysNothing, taken } from './words.ts'

type Kind = 'signed' | 'unsigned' | 'float' | 'bcd' | 'string' | 'bit'

/** A type as far as its word says it; `bits` where the word does. */
export interface WrittenType {
  readonly kind: Kind
  readonly bits?: number
  readonly order?: Order
  /** Registers of `ASCII[8]` or `string 16 bytes`. */
  readonly registers?: number
}

/** Letters of one word order, whatever the width of the value. */
export type Order = WireOrder

type Meaning = readonly [kind: Kind, bits?: number]

const words: ReadonlyMap<string, Meaning> = new Map([
  ...all(
    ['signed'],
    'int sint i s integer signed signedint signedinteger intsigned signednumber ints singed 有符号 有符号整型 有符号整数 有符号数 有符号整形 带符号 带符号整数 带符号整型 带符号数 整型有符号 整数有符号',
  ),
  ...all(['signed'], 'int整型 int有符号整型 int有符号 整型 整数 整形'),
  ...all(['signed', 16], 'short signedshort shortint smallint shortsigned 短整型 有符号短整型 短整数'),
  ...all(['signed', 32], 'long longint dint signedlong 长整型 长整数 有符号长整型 双整型'),
  ...all(['signed', 64], 'lint longlong int64'),
  ...all(['signed', 8], 'sbyte schar signedchar'),
  ...all(
    ['unsigned'],
    'uint u intu ui uinteger unsigned unsignedint unsignedinteger intunsigned unsignednumber unsigneddecimal 无符号 无符号整型 无符号整数 无符号数 无符号整形 整型无符号 整数无符号 无符号int uint无符号整型 uint无符号 hex enum enumeration bitmap bitfield flags bitmask bitstring 枚举 位域 状态字 十六进制',
  ),
  ...all(['unsigned', 16], 'word ushort unsignedshort unsignedword 字 无符号短整型'),
  ...all(['unsigned', 32], 'dword ulong udint doubleword unsignedlong 双字 无符号长整型'),
  ...all(['unsigned', 64], 'lword qword ulint ulonglong 四字'),
  ...all(['unsigned', 8], 'byte uchar usint unsignedchar unsignedbyte 字节 无符号字节'),
  ...all(
    ['float'],
    'float f real fp floatingpoint floating floatpoint single singlefloat ieee ieeefloat floatieee 浮点 浮点数 浮点型 单精度 单精度浮点 单精度浮点数 单精度浮点型 float浮点数 float浮点型 float单精度浮点数 float单精度',
  ),
  ...all(['float', 64], 'double doublefloat lreal doubleprecision 双精度 双精度浮点 双精度浮点数 双精度浮点型'),
  ...all(['bcd'], 'bcd bcd码 packedbcd 压缩bcd 压缩bcd码'),
  ...all(
    ['string'],
    'string str char ascii text chararray utf asciistring 字符串 字符 字符型 文本 ascii码 ascii字符串',
  ),
  ...all(
    ['bit'],
    'bit bool boolean coil contact discrete digital switch di do 位 布尔 布尔型 布尔量 开关量 开关 线圈 遥信 位变量',
  ),
])

function all(meaning: Meaning, names: string): [string, Meaning][] {
  return names.split(' ').map((name) => [name, meaning])
}

/** `int16`, `INT16U`, `无符号16位`, `float32 CDAB`, `unsigned int (2 bytes)`. */
export function typeOf(text: string): Parsed<WrittenType> {
  const { order, rest } = splitOrder(plain(text))
  if (order && !order.ok) return order
  const { bits, left } = splitWidth(rest)
  const found = words.get(compact(left))
  if (bits.length > 1) return refused(`says ${bits.join(' and ')} bits`)
  if (!found) return refused(`is no type${didYouMean(text)}`)
  const [kind, own] = found
  const [said] = bits
  if (own !== undefined && said !== undefined && own !== said)
    return refused(`says ${said} bits; ${left.trim()} has ${own}`)
  const width = said ?? own
  const wide = kind === 'string' && width !== undefined ? { registers: Math.ceil(width / 16) } : {}
  const known = kind !== 'string' && width !== undefined ? { bits: width } : {}
  const note = /^(?:整型|整数|整形)$/.test(compact(left))
    ? `${text}: nothing says whether it has a sign; taken as signed`
    : undefined
  return taken({ kind, ...known, ...wide, ...(order && { order: order.value }) }, note)
}

function didYouMean(text: string): string {
  const near = nearest(plain(text), [
    'int16',
    'uint16',
    'int32',
    'uint32',
    'int64',
    'uint64',
    'float',
    'float32',
    'float64',
    'double',
    'word',
    'dword',
    'bcd',
    'bool',
    'string',
  ])
  return near ? `; did you mean ${near}?` : '; write int16, uint16, int32, uint32, float32, bit or string'
}

/** Widths in bits, bytes or registers, and what is left of the text without them. */
function splitWidth(text: string): { readonly bits: readonly number[]; readonly left: string } {
  const bits = new Set<number>()
  const left = text
    .replace(/ieee[ -]?754/g, 'ieee')
    .replace(/(?<=\d)_t(?![a-z])/g, '')
    .replace(
      /(\d+)\s*(?:个)?\s*(bytes?|字节|registers?|regs?|寄存器|words?|字(?!符))/g,
      (_, count: string, of: string) => {
        bits.add(Number(count) * (/^(?:byte|字节)/.test(of) ? 8 : 16))
        return ' '
      },
    )
    .replace(/(?<!\d)(8|16|32|64)(?!\d)\s*-?\s*(?:bits?(?![a-z])|位)?/g, (_, width: string) => {
      bits.add(Number(width))
      return ' '
    })
  return { bits: [...bits], left }
}

const letters = [
  'abcdefgh',
  'ghefcdab',
  'badcfehg',
  'hgfedcba',
  'cdabghef',
  'efghabcd',
  'abcd',
  'cdab',
  'badc',
  'dcba',
] as const
const spelled = new RegExp(`(?<![a-z])(?:${letters.map((one) => [...one].join('[ _.-]?')).join('|')})(?![a-z])`)
const digits: ReadonlyMap<string, Order> = new Map<string, Order>(
  Object.entries({
    ...{
      '1234': 'ABCD',
      '3412': 'CDAB',
      '2143': 'BADC',
      '4321': 'DCBA',
      '12345678': 'ABCDEFGH',
      '78563412': 'GHEFCDAB',
    },
    ...{ '21436587': 'BADCFEHG', '87654321': 'HGFEDCBA' },
  }),
)
const described: readonly (readonly [RegExp, Order])[] = [
  [
    /word ?swap(?:ped)?|swapped words?|字交换|低字在前|低字前|低位字在前|低16位在前|low(?:er)? word first|lsw(?: first)?|inverse|reversed?|swapped/,
    'CDAB',
  ],
  [/byte ?swap(?:ped)?|字节交换/, 'BADC'],
  [
    /big[ -]?endian|大端(?:模式|序)?|高字在前|高字前|高位在前|高字节在前|高16位在前|high(?:er)? word first|msw(?: first)?|msb(?: first)?|motorola|高位字在前/,
    'ABCD',
  ],
]

/** The order a text names, and the rest of it. */
function splitOrder(text: string): { readonly order?: Parsed<Order>; readonly rest: string } {
  const letterly = spelled.exec(text)?.[0]
  if (letterly !== undefined) {
    const order = letterly.replace(/[^a-z]/g, '').toUpperCase() as Order
    return { order: taken(order), rest: text.replace(letterly, ' ') }
  }
  const little = /little[ -]?endian|小端(?:模式|序)?|低位在前|低字节在前|intel/.exec(text)?.[0]
  if (little !== undefined) {
    const why = `says ${little}, which is CDAB to some makers and DCBA to others; write the letters`
    return { order: refused(why), rest: text.replace(little, ' ') }
  }
  for (const [pattern, order] of described) {
    const match = pattern.exec(text)?.[0]
    if (match !== undefined) return { order: taken(order), rest: text.replace(match, ' ') }
  }
  return { rest: text }
}

/** A cell of a column of its own: letters, digits or words; undefined where it says nothing of words. */
export function orderOf(text: string): Parsed<Order | undefined> {
  const digitly = digits.get(compact(text))
  if (saysNothing(text) || digitly) return taken(digitly)
  const written = plain(text)
  // Of one register there is but the order of its bytes.
  if (/^(?:ab|12|h-?l|高低|正常|normal|default|默认)$/.test(written)) return taken(undefined)
  const { order } = splitOrder(written)
  return order ?? refused('is no byte order; write ABCD, CDAB, BADC or DCBA')
}

/** Registers a length says: `2`, `4 bytes`, `2个寄存器`, `32 bit`. `inBytes`: the column counts bytes. */
export function registersOf(text: string, inBytes: boolean): Parsed<number> {
  const [, number, unit = ''] = /^(\d{1,4})\s*(?:个)?\s*(\p{L}*)$/u.exec(plain(text)) ?? []
  const size = /^(?:bytes?|字节|b)$/.test(unit) || (unit === '' && inBytes) ? 2 : /^(?:bits?|位)$/.test(unit) ? 16 : 1
  if (
    number === undefined ||
    !/^(?:|bytes?|字节|b|bits?|位|words?|字|w|registers?|regs?|寄存器)$/.test(unit) ||
    Number(number) === 0
  )
    return refused('is no length; write how many registers: 1, 2, 4')
  return taken(Math.ceil(Number(number) / size))
}

/** The register type of a word, and what the length says where the word does not. */
export function registerType({ kind, bits, registers }: WrittenType, length: number | undefined): Parsed<RegisterType> {
  if (kind === 'bit') return taken('bit')
  if (kind === 'string')
    return (length ?? registers) === undefined
      ? refused('is a text: a column must say how many registers it takes')
      : taken('string')
  const width = bits ?? (length === undefined ? (kind === 'float' ? 32 : 16) : length * 16)
  const type = `${{ signed: 'i', unsigned: 'u', float: 'f', bcd: 'bcd' }[kind]}${width}`
  const known = /^(?:[ui](?:8|16|32|64)|f(?:16|32|64)|bcd(?:16|32|64))$/.test(type)
  if (!known || (type === 'f16' && bits === undefined)) return refused(`has no form of ${width} bits`)
  const takes = Math.max(1, width / 16)
  if (length !== undefined && length !== takes)
    return refused(
      `takes ${takes} register${takes > 1 ? 's' : ''}, but the list says ${length}${length === 2 * takes ? '; if it counts bytes, head that column "bytes"' : ''}`,
    )
  return taken(type as RegisterType)
}

/** The order as a profile writes it: none where the high byte comes first. */
export function wireOrder(order: Order | undefined, type: RegisterType): Parsed<WireOrder | undefined> {
  const wide = type.endsWith('64') ? 8 : type.endsWith('32') ? 4 : 0
  if (order === undefined || /^ABCD/.test(order)) return taken(undefined)
  if (wide === 0)
    return type === 'string' || type === 'bit' || order === 'CDAB' || order.length === 8
      ? taken(undefined)
      : refused(`turns the bytes of ${type} round, which no profile can say`)
  if (wide === order.length) return taken(order)
  return refused(
    `is an order of ${order.length} letters; ${type} has ${wide}: write ${wide === 8 ? 'GHEFCDAB, CDABGHEF or another' : 'CDAB, BADC or DCBA'}`,
  )
}
