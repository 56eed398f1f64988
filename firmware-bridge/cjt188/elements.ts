// Numbers of a reading in units that do not depend on the meter: it names its own by a code [CJ/T 188-2018 table 9].
import type { ElementData } from '../frames/elements.ts'
import type { Content } from './explain.ts'

type Kind = 'energy' | 'power' | 'volume' | 'flow' | 'temperature' | 'time'

/** What a water or gas meter says under 901F, in these units; `flag` is 0 or 1, '' a code. */
export const volumeElements: Readonly<Record<string, string>> = {
  total: 'm³',
  settlementTotal: 'm³',
  valve: '',
  batteryLow: 'flag',
}
/** The same of a heat meter. */
export const heatElements: Readonly<Record<string, string>> = {
  heat: 'kWh',
  settlementHeat: 'kWh',
  power: 'W',
  flow: 'm³/h',
  total: 'm³',
  supplyTemperature: '°C',
  returnTemperature: '°C',
  workingTime: 'h',
  valve: '',
  batteryLow: 'flag',
}

const joulesPerKWh = 3_600_000
/** What each unit is, in kWh, W, m3, m3/h, degrees Celsius and hours. */
const unitsOfMeters: Readonly<Record<string, readonly [kind: Kind, factor: number]>> = {
  J: ['energy', 1 / joulesPerKWh],
  Wh: ['energy', 0.001],
  kWh: ['energy', 1],
  MWh: ['energy', 1000],
  '100 MWh': ['energy', 100_000],
  kJ: ['energy', 1000 / joulesPerKWh],
  MJ: ['energy', 1e6 / joulesPerKWh],
  GJ: ['energy', 1e9 / joulesPerKWh],
  '100 GJ': ['energy', 1e11 / joulesPerKWh],
  W: ['power', 1],
  kW: ['power', 1000],
  MW: ['power', 1_000_000],
  L: ['volume', 0.001],
  m3: ['volume', 1],
  'L/h': ['flow', 0.001],
  'm3/h': ['flow', 1],
  celsius: ['temperature', 1],
  h: ['time', 1],
}
const kinds: Readonly<Record<string, Kind>> = {
  total: 'volume',
  settlementTotal: 'volume',
  heat: 'energy',
  settlementHeat: 'energy',
  power: 'power',
  flow: 'flow',
  supplyTemperature: 'temperature',
  returnTemperature: 'temperature',
  workingTime: 'time',
}
const valveCodes: Readonly<Record<string, number>> = { open: 0, closed: 1, unknown: 2, faulty: 3 }

/**
 * Elements of a reading: `901F.total` in m3, `901F.heat` in kWh, `901F.power` in W, `901F.flow` in m3/h, temperatures in
 * degrees Celsius, `901F.workingTime` in h; `901F.valve` 0 open, 1 closed, 3 faulty; `901F.batteryLow` 0 or 1. A number whose unit is not one
 * of its kind is left out and told as a text.
 */
export function elementsOf(identifier: string, { values, units, status, time, data }: Content): ElementData {
  const elements: Record<string, number> = {}
  const texts: Record<string, string> = {}
  for (const [key, value] of Object.entries(values)) {
    const unit = units[key] ?? ''
    const [kind, factor] = unitsOfMeters[unit] ?? []
    if (factor !== undefined && kind === kinds[key]) elements[`${identifier}.${key}`] = scaled(value, factor)
    else texts[`${identifier}.${key}`] = `${value} ${unit}`
  }
  const { valve, batteryLow } = (status ?? {}) as { valve?: string; batteryLow?: boolean }
  const code = valveCodes[valve ?? '']
  if (code !== undefined) elements[`${identifier}.valve`] = code
  if (batteryLow !== undefined) elements[`${identifier}.batteryLow`] = Number(batteryLow)
  if (typeof time === 'string') texts[`${identifier}.time`] = time
  if (typeof data === 'string') texts[identifier] = data
  return { elements, texts }
}

/** Divides by what is below 1, so that 5123 L are 5.123 m3 and not 5.123000000000001. */
const scaled = (value: number, factor: number): number => (factor < 1 ? value / (1 / factor) : value * factor)
