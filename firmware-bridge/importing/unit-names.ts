// What lists call units, and what the units registry calls them.
import { nearest } from '@civitals/contracts/nearest'
import { isUnitId, type UnitId, units } from '@civitals/contracts/units'
import { measures } from '../element-units.ts'
import { tidy } from './numbers.ts'
import { type Parsed, refused, saysNothing, taken } from './words.ts'

/** A unit of the registry, and how many of it one of the unit in the list is: kW is 1000 W. */
export interface NamedUnit {
  readonly unit: UnitId
  readonly factor: number
  /** Of `0.1V`: how many of the list's unit one count of the register is. */
  readonly step?: number
}

/** Other names, in small letters and without blanks. */
const aliases: ReadonlyMap<string, string> = new Map([
  ...names('celsius', 'c deg.c degc degreec degreesc celsius 摄氏度 摄氏 °c oc'),
  ...names('percent', 'rh rh% %rh %r.h. %r.h pct percent percentage 百分比 百分之 相对湿度'),
  ...names('dBA', 'db dba db(a) 分贝'),
  ...names('degree', 'deg degree degrees ° º deg.'),
  ...names('m3', '方 立方 立方米 m^3 cbm cubicmeter cubicmetre'),
  ...names('m3/h', 'm^3/h m3/hr m³/hr 立方/小时 立方米/小时 方/小时 立方每小时 cmh'),
  ...names('m3/s', 'm^3/s 立方/秒 立方米/秒'),
  ...names('ug/m3', 'ug/m^3 mcg/m3 微克/立方米 微克/m3'),
  ...names('mg/m3', 'mg/m^3 毫克/立方米'),
  ...names('mg/L', '毫克/升'),
  ...names('kWh', 'kw.h kw·h kw-h kwhr 千瓦时 千瓦小时'),
  ...names('kvarh', 'kvar.h kvar·h kvar-h 千乏时'),
  ...names('Hz', '赫 赫兹 hertz'),
  ...names('V', '伏 伏特 volt volts v.'),
  ...names('A', '安 安培 amp amps ampere amperes'),
  ...names('W', '瓦 瓦特 watt watts'),
  ...names('var', '乏 vars'),
  ...names('VA', '伏安'),
  ...names('kW', '千瓦'),
  ...names('kvar', '千乏'),
  ...names('kVA', '千伏安'),
  ...names('kV', '千伏'),
  ...names('MWh', '兆瓦时'),
  ...names('lx', 'lux 勒克斯 勒'),
  ...names('m/s', '米/秒 米每秒'),
  ...names('km/h', '公里/小时 千米/小时 kph'),
  ...names('mm', '毫米'),
  ...names('cm', '厘米 公分'),
  ...names('m', '米 meter metre meters metres'),
  ...names('km', '公里 千米'),
  ...names('mm/h', '毫米/小时 mm/hr'),
  ...names('s', '秒 sec secs second seconds'),
  ...names('min', '分钟 分 mins minute minutes'),
  ...names('h', '小时 时 hr hrs hour hours'),
  ...names('µS/cm', 'us/cm'),
  ...names('NTU', 'fnu'),
  ...names('pH', 'ph值'),
  ...names('Pa', '帕'),
  ...names('hPa', '百帕'),
  ...names('kPa', '千帕'),
  ...names('MPa', '兆帕'),
  ...names('LEL', 'lel %lel lel%'),
  ...names('W/m2', 'w/m^2 w/㎡ 瓦/平方米'),
  ...names('L', '升 liter litre liters litres'),
  ...names('mV', '毫伏'),
  ...names('mA', '毫安'),
  ...names('count', '个 次 pcs times counts count 辆'),
  ...names('ratio', '比值 ratio'),
  ...names('onoff', '开关 on/off'),
])

function names(unit: string, others: string): [string, string][] {
  return others.split(' ').map((name) => [name, unit])
}

/** Symbols and Chinese names of the registry. */
const printed: ReadonlyMap<string, UnitId> = new Map(
  (Object.entries(units) as [UnitId, { readonly symbol: string; readonly zh: string }][]).flatMap(
    ([id, { symbol, zh }]) => [symbol, zh].filter((text) => text !== '').map((text) => [text, id] as const),
  ),
)

/**
 * `V`, `℃`, `kW`, `0.1V`, `千瓦时`. A unit the registry lacks becomes one it has of the same kind: kW is 1000 W. A cell that says nothing is a
 * bare number. `name`: of the point, for 度, which is a kilowatt hour, an angle or a temperature.
 */
export function unitOf(text: string, name: string): Parsed<NamedUnit> {
  if (saysNothing(text)) return taken({ unit: 'none', factor: 1 })
  const [, stepText, bare = text] = /^[*×x]?\s*(\d+(?:\.\d+)?|\.\d+)\s*[*×]?\s*(\D.*)$/.exec(text.trim()) ?? []
  const found = bare.trim() === '度' ? degreeOf(name) : known(normal(bare))
  if (!found) return refused(unknown(bare.trim()))
  if (stepText === undefined) return taken(found)
  return Number(stepText) > 0 ? taken({ ...found, step: Number(stepText) }) : refused(unknown(text))
}

/** One micro sign, one degree sign, no blanks or brackets around. */
const normal = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/\s+/g, '')
    .replace(/μ/g, 'µ')
    .replace(/^[[(]|(?<!\(a|\(A)[\])]$/g, '')

function known(text: string): NamedUnit | undefined {
  const small = text.toLowerCase()
  const ascii = text.replace(/µ/g, 'u')
  const squared = text
    .replace(/(?<=m)3/g, '³')
    .replace(/(?<=m)2/g, '²')
    .replace(/^u(?=[gASV])/, 'µ')
  for (const one of [text, ascii, squared, aliases.get(small), aliases.get(ascii.toLowerCase())]) {
    const found = one === undefined ? undefined : registered(one)
    if (found) return found
  }
  // KWH, HZ, Kpa; but mW is no MW, MV no mV, and S no second.
  const alike = [...Object.keys(units), ...Object.keys(measures)].find(
    (one) => one.toLowerCase() === small && (/^[vaw]$/.test(small) || (small.length > 1 && sameM(one, text))),
  )
  return alike === undefined ? undefined : registered(alike)
}

const sameM = (a: string, b: string): boolean => !/^m/i.test(a) || a[0] === b[0]

function registered(text: string): NamedUnit | undefined {
  if (isUnitId(text)) return { unit: text, factor: 1 }
  const own = printed.get(text)
  if (own) return { unit: own, factor: 1 }
  const [kind, size] = Object.hasOwn(measures, text) ? (measures[text] ?? []) : []
  if (kind === undefined || size === undefined) return undefined
  const ofKind = [...printed].flatMap(([symbol, unit]) => {
    const [sameKind, itsSize] = measures[symbol] ?? []
    return sameKind === kind && itsSize !== undefined ? [{ unit, factor: tidy(size / itsSize) }] : []
  })
  const far = ({ factor }: NamedUnit): number => Math.abs(Math.log10(factor))
  return ofKind.sort((a, b) => far(a) - far(b))[0]
}

function degreeOf(name: string): NamedUnit | undefined {
  if (/电能|电量|电度|能耗/.test(name)) return { unit: 'kWh', factor: 1 }
  if (/风向|角|倾|方位|方向|经|纬/.test(name)) return { unit: 'degree', factor: 1 }
  return /温/.test(name) ? { unit: 'celsius', factor: 1 } : undefined
}

function unknown(text: string): string {
  if (text === '度') return 'may be kWh, an angle or a temperature: write kWh, ° or ℃'
  const near = nearest(text, [...Object.keys(units), ...printed.keys(), ...Object.keys(measures), ...aliases.keys()])
  return `is no unit of the registry${near ? `; did you mean ${near}?` : ' (contracts/units.ts)'}`
}
