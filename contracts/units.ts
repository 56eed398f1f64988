/** One unit as pages print it and as indicator definitions name it. */
export interface Unit {
  /** What stands behind the number, in UCUM-like print: `µg/m³`. Empty for pure numbers. */
  readonly symbol: string
  /** The kind of quantity: units of the same quantity may be compared. */
  readonly quantity: string
  readonly zh: string
  readonly en: string
  /** How many of the unit its quantity is converted by: all units of a quantity count from the same zero. */
  readonly size: number
}

const unit = (symbol: string, quantity: string, zh: string, en: string, size = 1): Unit => ({
  ...{ symbol, quantity, zh, en, size },
})

/** Every unit the city measures in. Keys are what profiles and definitions write. */
export const units = {
  none: unit('', 'number', '无量纲', 'number'),
  count: unit('', 'count', '个', 'count'),
  percent: unit('%', 'ratio', '百分比', 'per cent', 0.01),
  permille: unit('‰', 'ratio', '千分比', 'per mille', 0.001),
  ratio: unit('', 'ratio', '比值', 'ratio'),
  score: unit('', 'score', '分', 'score'),
  celsius: unit('°C', 'temperature', '摄氏度', 'degree Celsius'),
  'ug/m3': unit('µg/m³', 'mass concentration', '微克每立方米', 'microgram per cubic metre', 1e-6),
  'mg/m3': unit('mg/m³', 'mass concentration', '毫克每立方米', 'milligram per cubic metre', 0.001),
  'mg/L': unit('mg/L', 'mass concentration', '毫克每升', 'milligram per litre'),
  'ug/L': unit('µg/L', 'mass concentration', '微克每升', 'microgram per litre', 0.001),
  'g/m3': unit('g/m³', 'mass concentration', '克每立方米', 'gram per cubic metre'),
  ppm: unit('ppm', 'volume fraction', '百万分比', 'part per million'),
  ppb: unit('ppb', 'volume fraction', '十亿分比', 'part per thousand million', 0.001),
  'per/mL': unit('1/mL', 'number concentration', '个每毫升', 'number per millilitre'),
  'cells/mL': unit('cells/mL', 'number concentration', '细胞每毫升', 'cells per millilitre'),
  dBA: unit('dB(A)', 'sound level', '分贝', 'decibel A'),
  hPa: unit('hPa', 'pressure', '百帕', 'hectopascal', 100),
  kPa: unit('kPa', 'pressure', '千帕', 'kilopascal', 1000),
  MPa: unit('MPa', 'pressure', '兆帕', 'megapascal', 1e6),
  bar: unit('bar', 'pressure', '巴', 'bar', 1e5),
  'm/s': unit('m/s', 'speed', '米每秒', 'metre per second'),
  'km/h': unit('km/h', 'speed', '千米每小时', 'kilometre per hour', 1 / 3.6),
  degree: unit('°', 'angle', '度', 'degree'),
  km: unit('km', 'length', '千米', 'kilometre', 1000),
  cm: unit('cm', 'length', '厘米', 'centimetre', 0.01),
  m: unit('m', 'length', '米', 'metre'),
  mm: unit('mm', 'precipitation', '毫米', 'millimetre'),
  'mm/h': unit('mm/h', 'precipitation rate', '毫米每小时', 'millimetre per hour'),
  'W/m2': unit('W/m²', 'irradiance', '瓦每平方米', 'watt per square metre'),
  lx: unit('lx', 'illuminance', '勒克斯', 'lux'),
  'veh/h': unit('veh/h', 'traffic flow', '辆每小时', 'vehicle per hour'),
  LEL: unit('%LEL', 'gas concentration', '爆炸下限百分比', 'per cent of lower explosive limit'),
  mA: unit('mA', 'current', '毫安', 'milliampere', 0.001),
  A: unit('A', 'current', '安', 'ampere'),
  V: unit('V', 'voltage', '伏', 'volt'),
  mV: unit('mV', 'voltage', '毫伏', 'millivolt', 0.001),
  W: unit('W', 'power', '瓦', 'watt'),
  VA: unit('VA', 'apparent power', '伏安', 'volt ampere'),
  var: unit('var', 'reactive power', '乏', 'var'),
  kWh: unit('kWh', 'energy', '千瓦时', 'kilowatt hour'),
  kvarh: unit('kvarh', 'reactive energy', '千乏时', 'kilovar hour'),
  Hz: unit('Hz', 'frequency', '赫兹', 'hertz'),
  L: unit('L', 'volume', '升', 'litre', 0.001),
  m3: unit('m³', 'volume', '立方米', 'cubic metre'),
  'm3/s': unit('m³/s', 'volume flow', '立方米每秒', 'cubic metre per second'),
  'm3/h': unit('m³/h', 'volume flow', '立方米每小时', 'cubic metre per hour', 1 / 3600),
  NTU: unit('NTU', 'turbidity', '散射浊度单位', 'nephelometric turbidity unit'),
  pH: unit('', 'acidity', 'pH', 'pH'),
  'mS/cm': unit('mS/cm', 'conductivity', '毫西门子每厘米', 'millisiemens per centimetre'),
  dBm: unit('dBm', 'signal level', '毫瓦分贝', 'decibel milliwatt'),
  s: unit('s', 'duration', '秒', 'second'),
  min: unit('min', 'duration', '分钟', 'minute', 60),
  h: unit('h', 'duration', '小时', 'hour', 3600),
  onoff: unit('', 'state', '开关', 'on or off'),
} as const satisfies Readonly<Record<string, Unit>>

export type UnitId = keyof typeof units
export const isUnitId = (text: string): text is UnitId => Object.hasOwn(units, text)

/** Sensors give fewer digits; the last ones of a double are the dust of the conversion. */
const convertedDigits = 12

/** `value` in another unit of the same quantity; undefined when the two are not comparable or one of them is not known. */
export function convert(value: number, from: string, to: string): number | undefined {
  if (from === to) return value
  if (!isConvertible(from, to)) return undefined
  return Number(((value * units[from as UnitId].size) / units[to as UnitId].size).toPrecision(convertedDigits))
}

/** Whether numbers in the one unit may be told in the other. */
export const isConvertible = (from: string, to: string): boolean =>
  from === to || (isUnitId(from) && isUnitId(to) && units[from].quantity === units[to].quantity)
