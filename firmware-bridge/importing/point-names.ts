// Which point a name in a list is: its id, and its names in both languages.

import { nearest } from '@civitals/contracts/nearest'
import type { Name } from '@civitals/contracts/registry'
import { type Quantity, quantities } from './quantities.ts'
import { type Parsed, refused, taken } from './words.ts'

/** A point as its name makes it. */
export interface NamedPoint {
  readonly id: string
  readonly name: Name
  /** Where the name is one of the common quantities. */
  readonly quantity?: Quantity
}

/** A point between digits stays: PM1.0 is not PM10. */
const key = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?<!\d)\.|\.(?!\d)|[\s_:、,-]+/g, '')

const byName: ReadonlyMap<string, Quantity> = new Map(
  quantities.flatMap((one) => [one.zh, one.en, ...one.others].map((name) => [key(name), one] as const)).reverse(),
)

/** Parts a name may have before or behind its quantity. */
interface Part {
  readonly pattern: RegExp
  /** What it adds; digits stand for $1. */
  readonly id: string
  readonly zh: string
  readonly en: string
  /** It stands before the Chinese name. */
  readonly before?: true
}

const phase = (number: number, letter: string): readonly Part[] => {
  const said = `[${letter}${letter.toLowerCase()}]|[Ll]${number}|[Pp]hase ?(?:${letter}|${number}|[Ll]${number})|${letter} phase`
  const part = { id: `_l${number}`, zh: `${letter}相`, en: ` L${number}`, before: true } as const
  return [
    { ...part, pattern: new RegExp(`^(?:${letter}相|${letter.toLowerCase()}相|(?:${said})(?![A-Za-z0-9])[ ,:_-]*)`) },
    {
      ...part,
      pattern: new RegExp(`[ ,:_(-]*(?:${letter}相|${letter.toLowerCase()}相|(?<![A-Za-z])(?:${said}))\\)?$`),
    },
  ]
}

const between = (first: number, second: number): readonly Part[] => {
  const [a, b] = ['ABC'[first - 1], 'ABC'[second - 1]]
  const part = { id: `_l${first}_l${second}`, zh: `${a}${b}`, en: ` L${first}-L${second}`, before: true } as const
  const said = `(?:${a}${b}|[Ll]${first}[-/ ]?[Ll]${second}|[Ll](?:ine )?${first} to [Ll](?:ine )?${second})相?间?`
  return [
    { ...part, pattern: new RegExp(`^${said}(?![A-Za-z0-9])[ ,:_-]*`, 'i') },
    { ...part, pattern: new RegExp(`[ ,:_(-]*(?<![A-Za-z])${said}\\)?$`, 'i') },
  ]
}

const parts: readonly Part[] = [
  ...between(1, 2),
  ...between(2, 3),
  ...between(3, 1),
  ...phase(1, 'A'),
  ...phase(2, 'B'),
  ...phase(3, 'C'),
  {
    pattern: /(?:最大值|最大|[ _](?:max(?:imum)?))$|^(?:最大|max(?:imum)?[. ]+)/i,
    id: '_max',
    zh: '最大',
    en: ', highest',
    before: true,
  },
  {
    pattern: /(?:最小值|最小|[ _](?:min(?:imum)?))$|^(?:最小|min(?:imum)?[. ]+)/i,
    id: '_min',
    zh: '最小',
    en: ', lowest',
    before: true,
  },
  {
    pattern: /(?:平均值|平均|均值|[ _](?:average|avg|mean))$|^(?:平均|average |avg\.? |mean )/i,
    id: '_mean',
    zh: '平均',
    en: ', mean',
    before: true,
  },
  {
    pattern:
      /(?:报警|告警)?(?:上限|高限|上限值)(?:值|设定|设置)?$|[ _](?:high(?:er)? (?:alarm )?limit|upper limit|alarm high)$/i,
    id: '_high_limit',
    zh: '上限',
    en: ', upper limit',
  },
  {
    pattern: /(?:报警|告警)?(?:下限|低限|下限值)(?:值|设定|设置)?$|[ _](?:low(?:er)? (?:alarm )?limit|alarm low)$/i,
    id: '_low_limit',
    zh: '下限',
    en: ', lower limit',
  },
  { pattern: /(?:报警|告警)(?:状态|标志)?$|[ _]alarm(?: status| state)?$/i, id: '_alarm', zh: '报警', en: ' alarm' },
  {
    pattern: /(?:校准|修正|补偿)(?:值)?$|[ _](?:calibration|correction|compensation)(?: value)?$/i,
    id: '_correction',
    zh: '修正值',
    en: ', correction',
  },
  {
    pattern: /(?:设定值|设定|设置|给定值)$|[ _](?:setpoint|set point|setting)$/i,
    id: '_setpoint',
    zh: '设定值',
    en: ' setpoint',
  },
  { pattern: /^(?:第|通道)? ?(\d{1,3}) ?(?:路|号|#|通道|回路)/, id: '_$1', zh: '$1 路', en: ' $1', before: true },
  { pattern: /^(?:ch(?:annel)?|通道) ?(\d{1,3})[ :_-]*/i, id: '_$1', zh: '$1 路', en: ' $1', before: true },
  { pattern: /[ _#(-]*(?:第|通道|ch(?:annel)?|no\.?)? ?(\d{1,3})(?:路|号|#)?\)?$/i, id: '_$1', zh: '$1', en: ' $1' },
]

/** Ua, I2, Uab as meters are labelled. */
const phaseOf: Readonly<Record<string, string>> = {
  ...{ a: 'L1', b: 'L2', c: 'L3', 1: 'L1', 2: 'L2', 3: 'L3', ab: 'L1-L2', bc: 'L2-L3', ca: 'L3-L1' },
}

/** The quantity in a name once its parts are taken off, at most three. */
function decompose(
  text: string,
  depth = 0,
): { readonly quantity: Quantity; readonly parts: readonly (readonly [Part, string])[] } | undefined {
  const [, letter, phases] = depth === 0 ? (/^([UVIPQS]|PF)_?([abc]{1,2}|[123])$/i.exec(text) ?? []) : []
  if (letter && phases) return decompose(`${letter} ${phaseOf[phases.toLowerCase()] ?? ''}`, 1)
  const quantity = byName.get(key(text)) ?? byName.get(key(text.replace(/[([].*?[)\]]/g, '')))
  if (quantity) return { quantity, parts: [] }
  if (depth === 3) return undefined
  for (const part of parts) {
    const match = part.pattern.exec(text)
    if (!match || match[0] === '' || match[0].length === text.length) continue
    const rest = decompose(text.replace(match[0], '').trim(), depth + 1)
    if (rest) return { quantity: rest.quantity, parts: [...rest.parts, [part, match[1] ?? '']] }
  }
  return undefined
}

const isChinese = (text: string): boolean => /\p{Script=Han}/u.test(text)

/** Letters, digits and `_` of an English name; '' when nothing is left. */
export const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 64)
    .replace(/_+$/, '')

/**
 * The point that names say; `id` is that of a column of its own. A Chinese name is found among the common quantities, an English one makes an
 * id of its own.
 */
export function pointOf(names: readonly string[], id: string): Parsed<NamedPoint> {
  const written = names.flatMap(languages)
  const chinese = written.find(isChinese)
  const english = written.find((name) => !isChinese(name) && /[A-Za-z]/.test(name))
  const found = [english, chinese].flatMap((name) =>
    name === undefined ? [] : (decompose(name.normalize('NFKC')) ?? []),
  )[0]
  const made = found && assembled(found)
  if (id !== '' && !/^[A-Za-z0-9_-]{1,64}$/.test(id))
    return refused(`is no id; write letters, digits, _ and -, such as ${slug(id) || 'voltage'}`)
  const own = id || made?.id || slug(english ?? '')
  if (own === '') return refused(unknownName(chinese ?? names[0] ?? ''))
  const en = english ?? made?.name.en ?? own.replace(/_/g, ' ')
  return taken({
    id: own,
    name: { zh: chinese ?? made?.name.zh ?? en, en },
    ...(found && { quantity: found.quantity }),
  })
}

/** Both languages of `电压 Voltage` and `Voltage(电压)`; a name in one language stays whole: `PM2.5 粒子数`, `X轴倾角`. */
function languages(text: string): string[] {
  const whole = text.replace(/\s+/g, ' ').trim()
  const [, chinese = '', english = ''] =
    /^(\p{Script=Han}[^A-Za-z]*?)[\s/(（_-]*([A-Za-z][A-Za-z /_.-]{2,})[)）]?$/u.exec(whole) ?? []
  if (chinese !== '' && english !== '') return [chinese, english]
  const [, first = '', second = ''] =
    /^([A-Za-z][A-Za-z /_.-]{2,}?)[\s/(（_-]*(\p{Script=Han}[^A-Za-z]*?)[)）]?$/u.exec(whole) ?? []
  return first !== '' && second !== '' ? [first.trim(), second] : [whole].filter((one) => one !== '')
}

function assembled({ quantity, parts: added }: NonNullable<ReturnType<typeof decompose>>): {
  readonly id: string
  readonly name: Name
} {
  let { id, zh, en } = quantity
  for (const [part, digits] of added) {
    const fill = (text: string): string => text.replace('$1', String(Number(digits)))
    id += fill(part.id)
    zh = part.before ? fill(part.zh) + zh : zh + fill(part.zh)
    en += fill(part.en)
  }
  return { id, name: { zh, en } }
}

function unknownName(name: string): string {
  const near = nearest(
    name,
    quantities.map(({ zh }) => zh),
  )
  return `makes no point id: add a column "id" with one in letters${near ? ` (nearest known name: ${near})` : ''}`
}
