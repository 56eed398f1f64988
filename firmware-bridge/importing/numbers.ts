// Scales, decimals, ranges and enumerations as lists write them.
import { type Parsed, plain, refused, saysNothing, taken } from './words.ts'

const digits = String.raw`\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+`
const number = `[+-]?(?:${digits})`

/** Which way a column means a number above 1. */
export type ScaleColumn = 'scale' | 'multiplier' | 'divisor'

/** value = raw x scale + offset. */
export interface Making {
  readonly scale: number
  readonly offset?: number
}

/**
 * `0.1`, `x10`, `/10`, `1/10`, `10^-1`, `raw*0.1-40`. A bare 10 of a column called "scale" is refused: some makers mean times ten, others that
 * the register holds ten times the value.
 */
export function scaleOf(text: string, column: ScaleColumn): Parsed<Making | undefined> {
  if (saysNothing(text)) return taken(undefined)
  const written = plain(text)
    .replace(/\s+/g, '')
    .replace(/倍$|^(?:y|value|实际值|值)=/g, '')
    .replace(/(\d),(\d)/g, '$1.$2')
  const [, sign, factor = '', plus = ''] =
    new RegExp(
      String.raw`^\(?(?:x|raw|value|val|n|d|data|v|值|读数|寄存器值|数据|原始值)?([*×x/÷]|除以|乘以|乘)(${number})\)?([+-](?:${digits}))?$`,
    ).exec(written) ?? []
  const offset = plus === '' ? {} : { offset: Number(plus) }
  if (sign !== undefined) return made(/[/÷除]/.test(sign) ? 1 / Number(factor) : Number(factor), offset)
  const [, over, under] = new RegExp(`^(${number})/(${number})$`).exec(written) ?? []
  if (over !== undefined) return made(Number(over) / Number(under))
  const [, power] = /^(?:1[*×x])?10\^?\(?([+-]\d)\)?$/.exec(written) ?? []
  if (power !== undefined) return made(Number(`1e${power}`))
  const [, larger] = /^(?:放大|扩大|\*放大)(\d+)$/.exec(written) ?? []
  if (larger !== undefined) return made(1 / Number(larger))
  if (!new RegExp(`^${number}$`).test(written)) return refused('is no scale; write 0.1, x10 or /10')
  const bare = Number(written)
  if (column === 'divisor') return made(1 / bare)
  if (column === 'multiplier' || Math.abs(bare) <= 1) return made(bare)
  return refused(`may mean times ${written} or divided by ${written}: write x${written} or /${written}`)
}

function made(scale: number, offset: { readonly offset?: number } = {}): Parsed<Making> {
  if (!Number.isFinite(scale) || scale === 0) return refused('is no scale: it makes nothing of a number')
  return taken({ scale: tidy(scale), ...offset })
}

/** A quotient without the noise of the last bits: 1/10 x 3 is 0.3. */
export const tidy = (value: number): number => Number(value.toPrecision(12))

/** A step or a resolution: `0.1`, `0.1℃`, `1`; an accuracy such as ±0.5 % says nothing of it. */
export function stepOf(text: string): Parsed<number | undefined> {
  const written = plain(text)
  if (saysNothing(text) || /[±%级]|^[<>≤≥]/.test(written)) return taken(undefined)
  const [, step] = new RegExp(`^(${digits})(?![\\d./])`).exec(written) ?? []
  return step !== undefined && Number(step) > 0
    ? taken(Number(step))
    : refused('is no resolution; write the smallest step, 0.1')
}

/** Places behind the point. */
export function decimalsOf(text: string): Parsed<number | undefined> {
  if (saysNothing(text)) return taken(undefined)
  const [, places] = /^(\d)\s*(?:位|digits?|decimals?)?$/.exec(plain(text)) ?? []
  return places === undefined ? refused('is no number of decimals; write 0 to 9') : taken(Number(places))
}

/** A number alone, `-40` or `+ 3.5`. */
export function numberOf(text: string): Parsed<number | undefined> {
  if (saysNothing(text)) return taken(undefined)
  const written = plain(text).replace(/\s+/g, '')
  return new RegExp(`^${number}$`).test(written) ? taken(Number(written)) : refused('is no number')
}

const numerals: Readonly<Record<string, number>> = { 一: 1, 两: 2, 二: 2, 三: 3, 四: 4 }

/** What a remark says of the scale: a formula it takes, or words that sound like one. */
export function scaleHint(text: string): Making | 'unclear' | undefined {
  const written = plain(text)
  const raw = '(?:raw|reg(?:ister)?|value|val|data|x|原始值|寄存器值|读数|读取值|数值|数据|值)'
  const [, sign, factor] = new RegExp(`${raw}\\s*([*×/÷])\\s*(${digits})(?![\\d.])`).exec(written) ?? []
  const [, times] = /(?:放大|扩大|除以|÷|divided? by)\s*(\d+)(?:倍)?/.exec(written) ?? []
  const [, count = ''] = /([一两二三四]|[1-4])\s*位小数/.exec(written) ?? []
  if (sign === undefined && count !== '') return { scale: tidy(10 ** -(Number(count) || (numerals[count] ?? 0))) }
  const scale = sign !== undefined ? (/[/÷]/.test(sign) ? 1 / Number(factor) : Number(factor)) : 1 / Number(times)
  if (Number.isFinite(scale) && scale > 0) return { scale: tidy(scale) }
  return /小数|decimal|倍|scale|[*×÷]\s*\d|\b0\.0*1\s*\p{L}|分辨率|resolution/u.test(written) ? 'unclear' : undefined
}

export type Range = readonly [low: number, high: number]

const limit = `(?:[+-]?0x[0-9a-f]+|${number})`
const between = String.raw`\s*(?:~|-|–|—|−|至|到|to|\.{2,3}|…+|,|;|\/|→)\s*`
const unitText = String.raw`(?:\s*[\p{L}°%‰/³²·()]*?)`
const ranged = new RegExp(
  String.raw`^[[(]?\s*(${limit})${unitText}${between}(${limit})\s*[\])]?\s*[\p{L}°%‰/³²·().\d-]*$`,
  'u',
)

/** `0~300`, `-40..80 ℃`, `[0, 100]`, `±180`, `0x0000-0xFFFF`; undefined where the cell says nothing. */
export function rangeOf(text: string): Parsed<Range | undefined> {
  if (saysNothing(text)) return taken(undefined)
  const written = plain(text).replace(/^(?:范围|range)[::]?\s*/, '')
  const [, around] = new RegExp(`^±\\s*(${digits})`).exec(written) ?? []
  const [, low = '', high = ''] = around === undefined ? (ranged.exec(written) ?? []) : ['', `-${around}`, around]
  if (low === '') return refused('is no range; write 0~100')
  const [from, to] = [Number(low), Number(high)]
  return from < to ? taken([from, to]) : refused('begins above its end')
}

/** Raw numbers and what they mean. */
export type Labels = readonly (readonly [raw: number, label: string])[]

const ends = ';；,，、\\n|。/'
/** A number and what it means: anything with a letter behind = and :, behind a dash only what begins with one (1-255 is a range). */
const pair = new RegExp(
  String.raw`(?<![\w.])(-?\d{1,5}|0x[0-9a-f]{1,4})\s*(?:(?:=|:)\s*([^${ends}]*\p{L}[^${ends}]*)|(?:--?>?|→|为|代表|表示|is\s)\s*(\p{L}[^${ends}]*))`,
  'giu',
)

/** `0=normal;1=alarm`, `0：关 1：开`; nothing when fewer than two numbers are explained. */
export function labelsOf(text: string): Labels {
  const spaced = text
    .normalize('NFKC')
    .replace(/(?<=\p{L}|\p{L}\))\s+(?=(?:-?\d{1,5}|0x[0-9a-f]{1,4})\s*[=:-])/giu, '; ')
  const found = new Map<number, string>()
  for (const [, raw = '', equal, dash] of spaced.matchAll(pair)) {
    if (!found.has(Number(raw))) found.set(Number(raw), (equal ?? dash ?? '').trim())
  }
  return found.size < 2 ? [] : [...found].sort(([a], [b]) => a - b)
}
