/** One unit as pages print it and as indicator definitions name it. */
export interface Unit {
  /** What stands behind the number, in UCUM-like print: `µg/m³`. Empty for pure numbers. */
  readonly symbol: string
  /** The kind of quantity: units of the same quantity may be compared. */
  readonly quantity: string
  readonly zh: string
  readonly en: string
}

const unit = (symbol: string, quantity: string, zh: string, en: string): Unit => ({ symbol, quantity, zh, en })

/** Every unit the city measures in. Keys are what profiles and definitions write. */
export const units = {
  none: unit('', 'number', '无量纲', 'number'),
  count: unit('', 'count', '个', 'count'),
  percent: unit('%', 'ratio', '百分比', 'per cent'),
  permille: unit('‰', 'ratio', '千分比', 'per mille'),
  ratio: unit('', 'ratio', '比值', 'ratio'),
  score: unit('', 'score', '分', 'score'),
  celsius: unit('°C', 'temperature', '摄氏度', 'degree Celsius'),
  'ug/m3': unit('µg/m³', 'mass concentration', '微克每立方米', 'microgram per cubic metre'),
  'mg/m3': unit('mg/m³', 'mass concentration', '毫克每立方米', 'milligram per cubic metre'),
  'mg/L': unit('mg/L', 'mass concentration', '毫克每升', 'milligram per litre'),
  'ug/L': unit('µg/L', 'mass concentration', '微克每升', 'microgram per litre'),
  'g/m3': unit('g/m³', 'mass concentration', '克每立方米', 'gram per cubic metre'),
  ppm: unit('ppm', 'volume fraction', '百万分比', 'part per million'),
  ppb: unit('ppb', 'volume fraction', '十亿分比', 'part per thousand million'),
  'per/mL': unit('1/mL', 'number concentration', '个每毫升', 'number per millilitre'),
  'cells/mL': unit('cells/mL', 'number concentration', '细胞每毫升', 'cells per millilitre'),
  dBA: unit('dB(A)', 'sound level', '分贝', 'decibel A'),
  hPa: unit('hPa', 'pressure', '百帕', 'hectopascal'),
  kPa: unit('kPa', 'pressure', '千帕', 'kilopascal'),
  MPa: unit('MPa', 'pressure', '兆帕', 'megapascal'),
  bar: unit('bar', 'pressure', '巴', 'bar'),
  'm/s': unit('m/s', 'speed', '米每秒', 'metre per second'),
  'km/h': unit('km/h', 'speed', '千米每小时', 'kilometre per hour'),
  degree: unit('°', 'angle', '度', 'degree'),
  km: unit('km', 'length', '千米', 'kilometre'),
  cm: unit('cm', 'length', '厘米', 'centimetre'),
  m: unit('m', 'length', '米', 'metre'),
  mm: unit('mm', 'precipitation', '毫米', 'millimetre'),
  'mm/h': unit('mm/h', 'precipitation rate', '毫米每小时', 'millimetre per hour'),
  'W/m2': unit('W/m²', 'irradiance', '瓦每平方米', 'watt per square metre'),
  lx: unit('lx', 'illuminance', '勒克斯', 'lux'),
  'veh/h': unit('veh/h', 'traffic flow', '辆每小时', 'vehicle per hour'),
  LEL: unit('%LEL', 'gas concentration', '爆炸下限百分比', 'per cent of lower explosive limit'),
  mA: unit('mA', 'current', '毫安', 'milliampere'),
  A: unit('A', 'current', '安', 'ampere'),
  V: unit('V', 'voltage', '伏', 'volt'),
  mV: unit('mV', 'voltage', '毫伏', 'millivolt'),
  W: unit('W', 'power', '瓦', 'watt'),
  VA: unit('VA', 'apparent power', '伏安', 'volt ampere'),
  var: unit('var', 'reactive power', '乏', 'var'),
  kWh: unit('kWh', 'energy', '千瓦时', 'kilowatt hour'),
  kvarh: unit('kvarh', 'reactive energy', '千乏时', 'kilovar hour'),
  Hz: unit('Hz', 'frequency', '赫兹', 'hertz'),
  L: unit('L', 'volume', '升', 'litre'),
  m3: unit('m³', 'volume', '立方米', 'cubic metre'),
  'm3/s': unit('m³/s', 'volume flow', '立方米每秒', 'cubic metre per second'),
  'm3/h': unit('m³/h', 'volume flow', '立方米每小时', 'cubic metre per hour'),
  NTU: unit('NTU', 'turbidity', '散射浊度单位', 'nephelometric turbidity unit'),
  pH: unit('', 'acidity', 'pH', 'pH'),
  'mS/cm': unit('mS/cm', 'conductivity', '毫西门子每厘米', 'millisiemens per centimetre'),
  dBm: unit('dBm', 'signal level', '毫瓦分贝', 'decibel milliwatt'),
  s: unit('s', 'duration', '秒', 'second'),
  min: unit('min', 'duration', '分钟', 'minute'),
  h: unit('h', 'duration', '小时', 'hour'),
  onoff: unit('', 'state', '开关', 'on or off'),
} as const satisfies Readonly<Record<string, Unit>>

export type UnitId = keyof typeof units
export const isUnitId = (text: string): text is UnitId => Object.hasOwn(units, text)
