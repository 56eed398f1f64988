import { isUtf8 } from 'node:buffer'
import type { Decoded, FrameCheck, FrameFault } from '../frames/frame.ts'
import { beijingMinutes, instantOf } from '../frames/local-time.ts'
import { crcHj212, crcText } from './crc.ts'
import { sm4 } from './sm4.ts'

/** Name and value as they stand between the separators. */
export type Hj212Field = readonly [name: string, value: string]

/** One packet of HJ/T 212-2005, HJ 212-2017 or HJ 212-2025 [HJ 212-2017 6.3]. */
export interface Hj212Frame {
  /** QN: `YYYYMMDDhhmmsszzz` of the request; real stations leave it out. */
  readonly qn?: string
  /** ST: what is monitored. */
  readonly st: string
  /** CN: four digits. */
  readonly cn: string
  /** PW */
  readonly password?: string
  readonly mn: string
  /** Flag: bits 2-7 edition (0: 2005, 1: 2017, 2: 2025), bit 1 packet numbers follow, bit 0 an answer is wanted. */
  readonly flag?: number
  /** PNUM and PNO: the whole is cut into `total` packets, this is `number`, from 1. */
  readonly packet?: { readonly total: number; readonly number: number }
  /** RF=1: history sent again [HJ 212-2025 table 3]. */
  readonly resent?: boolean
  /** The data area: groups between `;`, fields between `,`. */
  readonly groups: readonly (readonly Hj212Field[])[]
}

/** `##`, four digits, check sum. */
export const hj212Head = 6
const tail = 4
/** All that four digits can say. The editions say 1024 [table 2; 2025 8.1.2]; stations with many factors send more. */
export const longestHj212: number = hj212Head + 9999 + tail

/** Real numbers are shorter and longer than the 24 hexadecimal digits of the standard. */
const mnPattern = /^[0-9A-Za-z_.-]{1,40}$/
const headOrder = ['QN', 'ST', 'CN', 'PW', 'MN', 'Flag', 'PNUM', 'PNO', 'RF']

const faultAt = (check: FrameCheck, byte: number, detail: string): { ok: false; fault: FrameFault } => ({
  ok: false,
  fault: { check, byte, detail },
})

/** How long the frame says it is, as far as `bytes` reach; undefined: not enough bytes to say. */
export function lengthHj212(bytes: Buffer): Decoded<number> | undefined {
  for (let place = 0; place < Math.min(2, bytes.length); place++) {
    if (bytes[place] !== 0x23) return faultAt('start', place, 'does not begin with ##')
  }
  for (let place = 2; place < Math.min(hj212Head, bytes.length); place++) {
    const byte = bytes[place] ?? 0
    if (byte < 0x30 || byte > 0x39) return faultAt('length', place, 'the length is not four decimal digits')
  }
  if (bytes.length < hj212Head) return undefined
  return { ok: true, message: hj212Head + Number(bytes.toString('latin1', 2, hj212Head)) + tail }
}

/**
 * Reads one whole frame, its line end optional. `key`: SM4 key (16 bytes) of the station; an encrypted frame cannot be checked
 * without it. Never throws.
 */
export function decodeHj212(bytes: Buffer, key?: Uint8Array): Decoded<Hj212Frame> {
  const length = lengthHj212(bytes)
  if (!length) return faultAt('length', bytes.length, `${bytes.length} bytes; the shortest frame has 30`)
  if (!length.ok) return length
  const end = length.message
  if (bytes.length < end) {
    const kept = bytes.toString('latin1').replace(/[\r\n]+$/, '').length
    return faultAt('length', kept, `ends after ${kept} bytes; its length says ${end}`)
  }
  if (!/^(\r\n|\r|\n)?$/.test(bytes.toString('latin1', end, end + 3))) {
    return faultAt('end', end, 'no line end (CR LF) where the length puts it')
  }
  const segment = bytes.subarray(hj212Head, end - tail)
  const printed = bytes.toString('latin1', end - tail, end)
  const clear = clearSegment(segment, printed, key)
  return clear.ok ? decodeSegment(clear.message) : clear
}

const matches = (segment: Uint8Array, printed: string): boolean => crcText(crcHj212(segment)) === printed.toUpperCase()

/**
 * The data segment whose check sum holds: deciphered, or as it is. In this order, because one cipher text in 256 has by chance
 * the check sum of its clear text.
 */
function clearSegment(segment: Buffer, printed: string, key: Uint8Array | undefined): Decoded<Buffer> {
  const byte = hj212Head + segment.length
  const from = segment.indexOf('CP=&&') + 5
  // Printable text is no cipher text: of 16 random bytes hardly one block in 10,000 is printable.
  const ciphered = from >= 5 && /[^\x20-\x7e]/.test(segment.toString('latin1', from, segment.length - 2))
  if (ciphered && key) {
    const data = sm4(segment.subarray(from, segment.length - 2), key, 'decrypt')
    const clear = Buffer.concat([segment.subarray(0, from), data, segment.subarray(segment.length - 2)])
    if (matches(clear, printed)) return { ok: true, message: clear }
  }
  if (matches(segment, printed)) return { ok: true, message: segment }
  if (ciphered && key) {
    return faultAt('checksum', byte, `check sum ${printed} is of neither the bytes nor their deciphered text`)
  }
  const right = crcText(crcHj212(segment))
  const hint = ciphered ? '; the data look enciphered (SM4), which needs the key of the station' : ''
  return faultAt('checksum', byte, `check sum is ${printed}, should be ${right}${hint}`)
}

function decodeSegment(segment: Buffer): Decoded<Hj212Frame> {
  // What is not UTF-8 is read byte by byte, so that places in the text stay places in the frame.
  const encoding = isUtf8(segment) ? 'utf8' : 'latin1'
  const text = segment.toString(encoding)
  const place = (index: number): number => hj212Head + Buffer.byteLength(text.slice(0, index), encoding)
  const from = text.indexOf('CP=&&')
  if (from < 0) return faultAt('field', place(0), 'no CP=&& in the data segment')
  if (!text.endsWith('&&') || text.length < from + 7) {
    return faultAt('field', place(text.length), 'the data area does not end with &&')
  }
  const head = decodeHead(text.slice(0, from), place)
  if (!head.ok) return head
  const area = decodeArea(text.slice(from + 5, -2), (index) => place(from + 5 + index))
  if (!area.ok) return area
  const groups = encoding === 'utf8' ? area.message : area.message.map((group) => group.map(inChinese))
  return { ok: true, message: { ...head.message, groups } }
}

const gb18030 = new TextDecoder('gb18030')

/** Stations that do not write UTF-8 write GB 18030, whose second bytes are none of the separators. */
const inChinese = ([name, value]: Hj212Field): Hj212Field => [name, gb18030.decode(Buffer.from(value, 'latin1'))]

type Head = Omit<Hj212Frame, 'groups'>

function decodeHead(text: string, place: (index: number) => number): Decoded<Head> {
  const fields = new Map<string, { value: string; byte: number }>()
  for (const match of text.matchAll(/[^;]+/g)) {
    const [, name, value] = /^\s*([A-Za-z][A-Za-z0-9]*)=([^&]*)$/.exec(match[0]) ?? []
    if (name === undefined || value === undefined) {
      return faultAt('field', place(match.index), `"${match[0].slice(0, 20)}" is not name=value`)
    }
    if (fields.has(name)) return faultAt('field', place(match.index), `${name} stands twice`)
    fields.set(name, { value: value.trim(), byte: place(match.index) })
  }
  for (const { name, pattern, needed, check } of headFields) {
    const field = fields.get(name)
    if (!field && needed) return faultAt(check, place(text.length), `${name} is missing`)
    if (field && !pattern.test(field.value)) return faultAt(check, field.byte, `${name} cannot be "${field.value}"`)
  }
  return headOf((name) => fields.get(name)?.value, fields.get('PNO')?.byte ?? place(0))
}

interface HeadField {
  readonly name: string
  readonly pattern: RegExp
  readonly needed: boolean
  readonly check: FrameCheck
}

const headFields: readonly HeadField[] = [
  { name: 'MN', pattern: mnPattern, needed: true, check: 'address' },
  { name: 'CN', pattern: /^\d{4}$/, needed: true, check: 'code' },
  { name: 'ST', pattern: /^[0-9A-Z]{2}$/, needed: true, check: 'code' },
  { name: 'QN', pattern: /^\d{14,20}$/, needed: false, check: 'field' },
  { name: 'PW', pattern: /^[^,;&]{0,32}$/, needed: false, check: 'field' },
  { name: 'Flag', pattern: /^(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/, needed: false, check: 'field' },
  { name: 'PNUM', pattern: /^\d{1,4}$/, needed: false, check: 'field' },
  { name: 'PNO', pattern: /^\d{1,4}$/, needed: false, check: 'field' },
  { name: 'RF', pattern: /^[01]$/, needed: false, check: 'field' },
]

function headOf(value: (name: string) => string | undefined, byte: number): Decoded<Head> {
  const [qn, password, flag] = [value('QN'), value('PW'), value('Flag')]
  if (qn !== undefined && hj212Time(qn.slice(0, 14)) === undefined) {
    return faultAt('field', hj212Head, `QN ${qn} is no time`)
  }
  const total = Number(value('PNUM') ?? 0)
  const number = Number(value('PNO') ?? 0)
  if (number > total || (total > 0 && number === 0)) {
    return faultAt('field', byte, `packet ${number} of ${total} cannot be`)
  }
  return {
    ok: true,
    message: {
      ...(qn === undefined ? {} : { qn }),
      st: value('ST') ?? '',
      cn: value('CN') ?? '',
      ...(password === undefined ? {} : { password }),
      mn: value('MN') ?? '',
      ...(flag === undefined ? {} : { flag: Number(flag) }),
      ...(total === 0 ? {} : { packet: { total, number } }),
      ...(value('RF') === '1' ? { resent: true } : {}),
    },
  }
}

/** A field, and what ends it. Text between two `//` may hold separators [HJ 212-2017 C.40]. */
const fieldPattern = /\s*([0-9A-Za-z_]+(?:-[0-9A-Za-z_]+)*)\s*=(\/\/[\s\S]*?\/\/|[^,;&]*)([,;]|$)/y

function decodeArea(text: string, place: (index: number) => number): Decoded<Hj212Frame['groups']> {
  const groups: Hj212Field[][] = [[]]
  let from = 0
  while (from < text.length) {
    if (text[from] === ';' || text[from] === ',') {
      if (text[from] === ';') groups.push([])
      from++
      continue
    }
    fieldPattern.lastIndex = from
    const match = fieldPattern.exec(text)
    if (!match) return faultAt('field', place(from), `"${text.slice(from, from + 20)}" is not name=value`)
    const [whole, name = '', value = '', ender] = match
    if (name === 'DataTime' && hj212Time(value) === undefined) {
      return faultAt('field', place(from), `DataTime ${value.slice(0, 20)} is no time`)
    }
    groups.at(-1)?.push([name, value])
    if (ender === ';') groups.push([])
    from += whole.length
  }
  return { ok: true, message: groups.filter((group) => group.length > 0) }
}

/** The instant `YYYYMMDDhhmmss` or `YYYYMMDDhhmmsszzz` names; undefined for what is no time. */
export function hj212Time(digits: string, zoneMinutes: number = beijingMinutes): number | undefined {
  if (!/^\d{14}(\d{3})?$/.test(digits)) return undefined
  const part = (from: number, to: number): number => Number(digits.slice(from, to))
  const at = instantOf([part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14)], zoneMinutes)
  return at === undefined ? undefined : at + part(14, 17)
}

/** The same the other way: `YYYYMMDDhhmmsszzz`. */
export const hj212Digits = (at: number, zoneMinutes: number = beijingMinutes): string =>
  new Date(at + zoneMinutes * 60_000).toISOString().replace(/\D/g, '')

/** The frame as it travels, CR LF included. `key`: the data area is enciphered with it. */
export function encodeHj212(frame: Hj212Frame, key?: Uint8Array): Buffer {
  const values: Readonly<Record<string, string | undefined>> = {
    QN: frame.qn,
    ST: frame.st,
    CN: frame.cn,
    PW: frame.password,
    MN: frame.mn,
    Flag: frame.flag?.toString(),
    PNUM: frame.packet?.total.toString(),
    PNO: frame.packet?.number.toString(),
    RF: frame.resent ? '1' : undefined,
  }
  const head = headOrder.flatMap((name) => (values[name] === undefined ? [] : [`${name}=${values[name]};`])).join('')
  const area = Buffer.from(
    frame.groups.map((group) => group.map(([name, value]) => `${name}=${value}`).join(',')).join(';'),
  )
  const before = Buffer.from(`${head}CP=&&`)
  const after = Buffer.from('&&')
  const sum = crcText(crcHj212(Buffer.concat([before, area, after])))
  const sent = Buffer.concat([before, key ? sm4(area, key, 'encrypt') : area, after])
  return Buffer.concat([Buffer.from(`##${String(sent.length).padStart(4, '0')}`), sent, Buffer.from(`${sum}\r\n`)])
}
