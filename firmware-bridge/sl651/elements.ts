/** A quantity that SL 651 gives an identifier. */
export interface Element {
  /** Lead byte of the identifier as hexadecimal digits: `39`. */
  readonly id: string
  /** Identifier in ASCII coded frames: `Z`. */
  readonly ascii: string
  readonly name: string
  readonly zh: string
  readonly en: string
  /** Empty where it has none. */
  readonly unit: string
}

type Row = readonly [id: number, ascii: string, name: string, zh: string, en: string, unit: string]

/** Eight elements of one kind on identifiers in a row; `n` stands for 1 to 8. */
const eight = ([id, ascii, name, zh, en, unit]: Row): Row[] =>
  Array.from({ length: 8 }, (_, index) => {
    const n = String(index + 1)
    return [id + index, ascii.replace('#', n), `${name}${n}`, `${zh} ${n}`, `${en} ${n}`, unit]
  })

/** [SL 651-2014 C, table C.1] */
const rows: readonly Row[] = [
  [0x01, 'AC', 'crossSectionArea', '断面面积', 'cross section', 'm²'],
  [0x02, 'AI', 'airTemperature', '瞬时气温', 'air temperature', '°C'],
  [0x03, 'C', 'waterTemperature', '瞬时水温', 'water temperature', '°C'],
  [0x05, 'DT', 'periodHoursAndMinutes', '时段长', 'length of the period, hours.minutes', ''],
  [0x06, 'ED', 'dailyEvaporation', '日蒸发量', 'evaporation of the day', 'mm'],
  [0x07, 'EJ', 'evaporation', '当前蒸发', 'evaporation', 'mm'],
  [0x08, 'FL', 'airPressure', '气压', 'air pressure', 'hPa'],
  [0x09, 'GH', 'gateOpening', '闸门开启高度', 'opening of the gate', 'm'],
  [0x0a, 'GN', 'gateNumber', '输水设备、闸门（组）编号', 'number of the gate', ''],
  [0x0b, 'GS', 'conveyanceType', '输水设备类别', 'type of conveyance', ''],
  [0x0c, 'GT', 'gatesOpen', '闸门开启孔数', 'gates open', ''],
  [0x0d, 'GTP', 'groundTemperature', '地温', 'ground temperature', '°C'],
  [0x0e, 'H', 'groundwaterDepth', '地下水瞬时埋深', 'depth of the groundwater table', 'm'],
  [0x0f, 'HW', 'waveHeight', '波浪高度', 'wave height', 'm'],
  [0x10, 'M10', 'soilMoisture10cm', '10 厘米处土壤含水量', 'soil moisture at 10 cm', '%'],
  [0x11, 'M20', 'soilMoisture20cm', '20 厘米处土壤含水量', 'soil moisture at 20 cm', '%'],
  [0x12, 'M30', 'soilMoisture30cm', '30 厘米处土壤含水量', 'soil moisture at 30 cm', '%'],
  [0x13, 'M40', 'soilMoisture40cm', '40 厘米处土壤含水量', 'soil moisture at 40 cm', '%'],
  [0x14, 'M50', 'soilMoisture50cm', '50 厘米处土壤含水量', 'soil moisture at 50 cm', '%'],
  [0x15, 'M60', 'soilMoisture60cm', '60 厘米处土壤含水量', 'soil moisture at 60 cm', '%'],
  [0x16, 'M80', 'soilMoisture80cm', '80 厘米处土壤含水量', 'soil moisture at 80 cm', '%'],
  [0x17, 'M100', 'soilMoisture100cm', '100 厘米处土壤含水量', 'soil moisture at 100 cm', '%'],
  [0x18, 'MST', 'humidity', '湿度', 'humidity', '%'],
  [0x19, 'NS', 'machinesRunning', '开机台数', 'machines running', ''],
  [0x1a, 'P1', 'rainfall1h', '1 小时时段降水量', 'rain in 1 hour', 'mm'],
  [0x1b, 'P2', 'rainfall2h', '2 小时时段降水量', 'rain in 2 hours', 'mm'],
  [0x1c, 'P3', 'rainfall3h', '3 小时时段降水量', 'rain in 3 hours', 'mm'],
  [0x1d, 'P6', 'rainfall6h', '6 小时时段降水量', 'rain in 6 hours', 'mm'],
  [0x1e, 'P12', 'rainfall12h', '12 小时时段降水量', 'rain in 12 hours', 'mm'],
  [0x1f, 'PD', 'dailyRainfall', '日降水量', 'rain of the day', 'mm'],
  [0x20, 'PJ', 'rainfall', '当前降水量', 'rain of the current day so far', 'mm'],
  [0x21, 'PN01', 'rainfall1min', '1 分钟时段降水量', 'rain in 1 minute', 'mm'],
  [0x22, 'PN05', 'rainfall5min', '5 分钟时段降水量', 'rain in 5 minutes', 'mm'],
  [0x23, 'PN10', 'rainfall10min', '10 分钟时段降水量', 'rain in 10 minutes', 'mm'],
  [0x24, 'PN30', 'rainfall30min', '30 分钟时段降水量', 'rain in 30 minutes', 'mm'],
  [0x25, 'PR', 'stormRainfall', '暴雨量', 'rain of the storm', 'mm'],
  [0x26, 'PT', 'rainfallTotal', '降水量累计值', 'rain, running total', 'mm'],
  [0x27, 'Q', 'flow', '瞬时流量、抽水流量', 'flow', 'm³/s'],
  ...eight([0x28, 'Q#', 'intakeFlow', '取（排）水口流量', 'flow of intake or outlet', 'm³/s']),
  [0x30, 'QA', 'totalOutflow', '总出库流量、过闸总流量', 'total outflow', 'm³/s'],
  [0x31, 'QZ', 'conveyanceFlow', '输水设备流量、过闸（组）流量', 'flow of a conveyance or gate', 'm³/s'],
  [0x32, 'SW', 'sedimentDischarge', '输沙量', 'sediment discharge', '10⁴ t'],
  [0x33, 'UC', 'windDirection', '风向', 'wind direction, code', ''],
  [0x34, 'UE', 'windForce', '风力', 'wind force', 'Bft'],
  [0x35, 'US', 'windSpeed', '风速', 'wind speed', 'm/s'],
  [0x36, 'VA', 'meanVelocity', '断面平均流速', 'mean velocity of the cross section', 'm/s'],
  [0x37, 'VJ', 'velocity', '当前瞬时流速', 'velocity', 'm/s'],
  [0x38, 'VT', 'supplyVoltage', '电源电压', 'supply voltage', 'V'],
  [0x39, 'Z', 'waterLevel', '瞬时河道水位、潮位', 'water level', 'm'],
  [0x3a, 'ZB', 'downstreamWaterLevel', '库（闸、站）下水位', 'water level below the dam, gate or station', 'm'],
  [0x3b, 'ZU', 'upstreamWaterLevel', '库（闸、站）上水位', 'water level above the dam, gate or station', 'm'],
  ...eight([0x3c, 'Z#', 'intakeWaterLevel', '取（排）水口水位', 'water level of intake or outlet', 'm']),
  [0x44, 'SQ', 'sedimentConcentration', '含沙量', 'sediment concentration', 'kg/m³'],
  [0x46, 'PH', 'pH', 'pH 值', 'pH', ''],
  [0x47, 'DO', 'dissolvedOxygen', '溶解氧', 'dissolved oxygen', 'mg/L'],
  [0x48, 'COND', 'conductivity', '电导率', 'conductivity', 'µS/cm'],
  [0x49, 'TURB', 'turbidity', '浊度', 'turbidity', '度'],
  [0x4a, 'CODMN', 'permanganateIndex', '高锰酸盐指数', 'permanganate index', 'mg/L'],
  [0x4b, 'REDOX', 'redoxPotential', '氧化还原电位', 'redox potential', 'mV'],
  [0x4c, 'NH4N', 'ammoniaNitrogen', '氨氮', 'ammonia nitrogen', 'mg/L'],
  [0x4d, 'TP', 'totalPhosphorus', '总磷', 'total phosphorus', 'mg/L'],
  [0x4e, 'TN', 'totalNitrogen', '总氮', 'total nitrogen', 'mg/L'],
  [0x4f, 'TOC', 'totalOrganicCarbon', '总有机碳', 'total organic carbon', 'mg/L'],
  [0x50, 'CU', 'copper', '铜', 'copper', 'mg/L'],
  [0x51, 'ZN', 'zinc', '锌', 'zinc', 'mg/L'],
  [0x52, 'SE', 'selenium', '硒', 'selenium', 'mg/L'],
  [0x53, 'AS', 'arsenic', '砷', 'arsenic', 'mg/L'],
  [0x54, 'THG', 'mercury', '总汞', 'total mercury', 'mg/L'],
  [0x55, 'CD', 'cadmium', '镉', 'cadmium', 'mg/L'],
  [0x56, 'PB', 'lead', '铅', 'lead', 'mg/L'],
  [0x57, 'CHLA', 'chlorophyllA', '叶绿素 a', 'chlorophyll a', 'mg/L'],
  ...eight([0x58, 'WP#', 'waterPressure', '水压', 'water pressure', 'kPa']),
  ...eight([0x60, 'SYL#', 'meterRemaining', '水表剩余水量', 'water left on meter', 'm³']),
  ...eight([0x68, 'SBL#', 'meterHourly', '水表每小时水量', 'water per hour of meter', 'm³/h']),
  [0x70, 'VTA', 'voltageA', '交流 A 相电压', 'voltage of phase A', 'V'],
  [0x71, 'VTB', 'voltageB', '交流 B 相电压', 'voltage of phase B', 'V'],
  [0x72, 'VTC', 'voltageC', '交流 C 相电压', 'voltage of phase C', 'V'],
  [0x73, 'VIA', 'currentA', '交流 A 相电流', 'current of phase A', 'A'],
  [0x74, 'VIB', 'currentB', '交流 B 相电流', 'current of phase B', 'A'],
  [0x75, 'VIC', 'currentC', '交流 C 相电流', 'current of phase C', 'A'],
  [0xf4, 'DRP', 'rainfallEach5min', '1 小时内每 5 分钟时段雨量', 'rain in each 5 minutes of an hour', 'mm'],
  ...eight([
    0xf5,
    'DRZ#',
    'relativeWaterLevel',
    '1 小时内 5 分钟间隔相对水位',
    'relative water level each 5 minutes of an hour',
    'm',
  ]),
]

const hexId = (id: number): string => id.toString(16).toUpperCase().padStart(2, '0')
const known: readonly Element[] = rows.map(([id, ascii, name, zh, en, unit]) => ({
  id: hexId(id),
  ascii,
  name,
  zh,
  en,
  unit,
}))
const byId = new Map(known.map((element) => [element.id, element]))
const byAscii = new Map(known.map((element) => [element.ascii, element]))

/** The element of an identifier (`39`, `FF01`); one the standard does not know is named after its identifier. */
export const elementOf = (id: string): Element =>
  byId.get(id) ?? { id, ascii: '', name: `element${id}`, zh: '自定义要素', en: 'element of the maker', unit: '' }

/** State and alarms of a station, a word of bits [SL 651-2014 table 58]. */
const state = '45'

/** Unit of the numbers under an identifier; null: it is the maker's, who says; undefined: there is no such element. */
export const unitOfElement = (id: string): string | null | undefined =>
  id === state ? '' : /^FF/.test(id) ? null : byId.get(id)?.unit

/** The same by the identifier of ASCII coded frames. */
export const elementOfAscii = (ascii: string): Element =>
  byAscii.get(ascii.toUpperCase()) ?? {
    id: ascii,
    ascii,
    name: `element${ascii}`,
    zh: '自定义要素',
    en: 'element of the maker',
    unit: '',
  }

/** Identifiers of arrays over an hour: F4 one byte of 0.1 mm each, F5 to FC two bytes of 0.01 m; all bits set: no data. */
export const arrayWidth = (id: number): 1 | 2 | undefined =>
  id === 0xf4 ? 1 : id >= 0xf5 && id <= 0xfc ? 2 : undefined

/** Values of an array in the element's unit, null for a gap [SL 651-2014 C.1 F4H-FCH]. */
export function arrayValues(bytes: Buffer, width: 1 | 2): (number | null)[] {
  return Array.from({ length: Math.floor(bytes.length / width) }, (_, index) => {
    const raw = width === 1 ? bytes.readUInt8(index) : bytes.readUInt16BE(index * 2)
    return raw === (width === 1 ? 0xff : 0xffff) ? null : width === 1 ? raw / 10 : raw / 100
  })
}

/**
 * Decimal number in BCD bytes with `decimals` places; a leading FF makes it negative. Undefined for what is none: filled
 * with F where there is no value, or with other digits that are none [SL 651-2014 6.6.3.3].
 */
export function bcdNumber(bytes: Buffer, decimals: number): number | undefined {
  const digits = bytes.toString('hex')
  const negative = digits.startsWith('ff')
  // An odd number of digits is filled up after the sign: FF0.
  const plain = negative ? digits.slice(2) : digits
  if (!/^\d+$/.test(plain)) return undefined
  const size = Number(`${plain}e-${decimals}`)
  return negative && size !== 0 ? -size : size
}
