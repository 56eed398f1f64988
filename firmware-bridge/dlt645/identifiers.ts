// What data identifiers name, by both editions: key, unit, bytes and decimals of the BCD number [DL/T 645-2007 annex A, 1997 annex A].
import type { Edition } from './control.ts'

/** One quantity as it stands in the data. */
export interface Quantity {
  readonly key: string
  readonly unit: string
  readonly bytes: number
  readonly decimals: number
  /** The highest bit is the sign. */
  readonly signed?: true
}

/** What an identifier brings: quantities one behind the other, or a text whose digits stand in another order of meaning. */
export type Meaning =
  | { readonly kind: 'quantities'; readonly of: readonly Quantity[]; readonly repeats?: true }
  | { readonly kind: 'demand'; readonly of: Quantity }
  | { readonly kind: 'text'; readonly key: string; readonly bytes: number }

const energies: Readonly<Record<string, readonly [key: string, unit: string]>> = {
  '00': ['energyCombined', 'kWh'],
  '01': ['energyForward', 'kWh'],
  '02': ['energyReverse', 'kWh'],
  '03': ['energyReactive1', 'kvarh'],
  '04': ['energyReactive2', 'kvarh'],
  '05': ['energyReactiveQuadrant1', 'kvarh'],
  '06': ['energyReactiveQuadrant2', 'kvarh'],
  '07': ['energyReactiveQuadrant3', 'kvarh'],
  '08': ['energyReactiveQuadrant4', 'kvarh'],
}
/** Quantities of 02: by phase, or total and phases. */
const instantaneous: Readonly<Record<string, Quantity & { readonly total?: true }>> = {
  '01': { key: 'voltage', unit: 'V', bytes: 2, decimals: 1 },
  '02': { key: 'current', unit: 'A', bytes: 3, decimals: 3, signed: true },
  '03': { key: 'powerActive', unit: 'kW', bytes: 3, decimals: 4, signed: true, total: true },
  '04': { key: 'powerReactive', unit: 'kvar', bytes: 3, decimals: 4, signed: true, total: true },
  '05': { key: 'powerApparent', unit: 'kVA', bytes: 3, decimals: 4, signed: true, total: true },
  '06': { key: 'powerFactor', unit: '', bytes: 2, decimals: 3, signed: true, total: true },
  '07': { key: 'phaseAngle', unit: 'degree', bytes: 2, decimals: 1 },
}
const single: Readonly<Record<string, Quantity>> = {
  '02800001': { key: 'currentNeutral', unit: 'A', bytes: 3, decimals: 3, signed: true },
  '02800002': { key: 'frequency', unit: 'Hz', bytes: 2, decimals: 2 },
  '02800003': { key: 'powerActiveMinute', unit: 'kW', bytes: 3, decimals: 4, signed: true },
  '02800007': { key: 'temperature', unit: 'celsius', bytes: 2, decimals: 1, signed: true },
  '02800008': { key: 'clockBattery', unit: 'V', bytes: 2, decimals: 2 },
  '02800009': { key: 'readingBattery', unit: 'V', bytes: 2, decimals: 2 },
  '0280000A': { key: 'batteryTime', unit: 'min', bytes: 4, decimals: 0 },
  '04000302': { key: 'displayDigits', unit: '', bytes: 1, decimals: 0 },
}
const texts: Readonly<Record<string, readonly [key: string, bytes: number]>> = {
  '04000101': ['date', 4],
  '04000102': ['time', 3],
  '04000401': ['meter', 6],
  '04000402': ['meterNumber', 6],
  '04000501': ['status1', 2],
  '04000502': ['status2', 2],
  '04000503': ['status3', 2],
  '04000504': ['status4', 2],
  '04000505': ['status5', 2],
  '04000506': ['status6', 2],
  '04000507': ['status7', 2],
}
const phases = ['A', 'B', 'C'] as const
const block = 'FF'

const energy = (key: string, unit: string): Quantity => ({ key, unit, bytes: 4, decimals: 2, signed: true })
const rateName = (rate: string): string => (rate === '00' ? '' : `Rate${Number.parseInt(rate, 16)}`)
const settlementName = (month: string): string => (month === '00' ? '' : `Settlement${Number.parseInt(month, 16)}`)

function of2007(identifier: string): Meaning | undefined {
  const [group = '', kind = '', part = '', last = ''] = identifier.match(/../g) ?? []
  if (group === '00') return energyOf2007(kind, part, last)
  const [demand] = energies[kind] ?? []
  if (group === '01' && demand && part !== block && last !== block) {
    const key = `${demand.replace('energy', 'demand')}${rateName(part)}${settlementName(last)}`
    return { kind: 'demand', of: { key, unit: 'kW', bytes: 3, decimals: 4, signed: true } }
  }
  const quantity = instantaneous[kind]
  if (group === '02' && quantity && last === '00') return phasesOf(quantity, part)
  const one = single[identifier]
  if (one) return { kind: 'quantities', of: [one] }
  const text = texts[identifier]
  return text && { kind: 'text', key: text[0], bytes: text[1] }
}

function energyOf2007(kind: string, rate: string, month: string): Meaning | undefined {
  const [key, unit] = energies[kind] ?? []
  if (!key || unit === undefined || month === block) return undefined
  if (rate === block) return { kind: 'quantities', of: [energy(`${key}${settlementName(month)}`, unit)], repeats: true }
  return { kind: 'quantities', of: [energy(`${key}${rateName(rate)}${settlementName(month)}`, unit)] }
}

function phasesOf(quantity: Quantity & { readonly total?: true }, part: string): Meaning | undefined {
  const { total, ...rest } = quantity
  const named = (name: string): Quantity => ({ ...rest, key: `${quantity.key}${name}` })
  const all = [...(total ? [named('')] : []), ...phases.map(named)]
  if (part === block) return { kind: 'quantities', of: all }
  const phase = Number.parseInt(part, 16)
  const one = total ? all[phase] : all[phase - 1]
  return one && { kind: 'quantities', of: [one] }
}

function of1997(identifier: string): Meaning | undefined {
  const [high = '', low = ''] = identifier.match(/../g) ?? []
  const kinds: Readonly<Record<string, readonly [string, string]>> = {
    '901': ['energyForward', 'kWh'],
    '902': ['energyReverse', 'kWh'],
    '911': ['energyReactive1', 'kvarh'],
    '912': ['energyReactive2', 'kvarh'],
  }
  const [key, unit] = kinds[`${high}${low.charAt(0)}`] ?? []
  if (key && unit !== undefined) {
    const rate = low.charAt(1)
    if (rate === 'F') return { kind: 'quantities', of: [{ ...energy(key, unit) }], repeats: true }
    return { kind: 'quantities', of: [energy(`${key}${rateName(`0${rate}`)}`, unit)] }
  }
  const powers: Readonly<Record<string, Quantity & { readonly total?: true }>> = {
    '1': { key: 'voltage', unit: 'V', bytes: 2, decimals: 0 },
    '2': { key: 'current', unit: 'A', bytes: 2, decimals: 2 },
    '3': { key: 'powerActive', unit: 'kW', bytes: 3, decimals: 4, total: true },
    '4': { key: 'powerReactive', unit: 'kvar', bytes: 2, decimals: 2, total: true },
    '5': { key: 'powerFactor', unit: '', bytes: 2, decimals: 3, total: true },
  }
  const power = high === 'B6' ? powers[low.charAt(0)] : undefined
  if (power) return phasesOf(power, low.charAt(1) === 'F' ? block : `0${low.charAt(1)}`)
  if (identifier === 'C010') return { kind: 'text', key: 'date', bytes: 4 }
  return identifier === 'C011' ? { kind: 'text', key: 'time', bytes: 3 } : undefined
}

/** What an identifier, as printed, names; undefined for one of the maker's own. */
export const meaningOf = (edition: Edition, identifier: string): Meaning | undefined =>
  edition === 2007 ? of2007(identifier) : of1997(identifier)
