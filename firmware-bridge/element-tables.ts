// What the tables of each protocol say of an element key: whether it exists, and the unit its numbers have.
import { heatElements, volumeElements } from './cjt188/elements.ts'
import { unitOfElement as unitOfMeterData } from './dlt645/elements.ts'
import {
  componentBits,
  deviceBits,
  deviceOperations,
  isSystem,
  quantities,
  systemBits,
  systemOperations,
} from './gb26875/terms.ts'
import { unitOf as unitOfFactor } from './hj212/factors.ts'
import { isSaying } from './hj212/reading.ts'
import { positionUnits } from './jtt808/position.ts'
import { alarmBits, statusBits } from './jtt808/terms.ts'
import type { ElementProfile } from './profile.ts'
import { unitOfElement as unitOfObservation } from './sl651/elements.ts'

/** `unit` as the protocol prints it, '' for a pure number, `flag` for 0 and 1; absent where the protocol leaves it to the terminal. */
export type KnownElement = { readonly unit?: string } | { readonly fault: string }

const found = (unit: string | undefined): KnownElement => (unit === undefined ? {} : { unit })
const flag: KnownElement = { unit: 'flag' }
const none = (fault: string): KnownElement => ({ fault })

/** What is known of the element of one point of `profile`. */
export function knownElement(
  { protocol, meter }: Pick<ElementProfile, 'protocol' | 'meter'>,
  { element, format }: { readonly element: string; readonly format?: string },
): KnownElement {
  switch (protocol) {
    case 'dlt645':
      return meterData(element, format)
    case 'cjt188':
      return meterReading(element, meter?.type)
    case 'hj212':
      return factor(element)
    case 'sl651':
      return observation(element)
    case 'gb26875':
      return fireState(element)
    case 'jtt808':
      return positionItem(element)
    case 'mqtt-json':
      return {}
  }
}

function meterData(element: string, format: string | undefined): KnownElement {
  const known = unitOfMeterData(element)
  if (known !== undefined) return known === 'flag' ? flag : found(format === undefined ? known : undefined)
  return format === undefined
    ? none(`${element} is no number of DL/T 645; one of the maker's own needs a format`)
    : found(undefined)
}

function meterReading(element: string, type: string | undefined): KnownElement {
  const [identifier, key = ''] = element.split('.')
  const units = type?.startsWith('2') ? heatElements : volumeElements
  if (identifier !== '901F') return none(`${identifier} is not read of CJ/T 188 meters; 901F is`)
  return Object.hasOwn(units, key)
    ? found(units[key])
    : none(`${key} is nothing a meter of type ${type ?? 'unknown'} says; it says ${Object.keys(units).join(', ')}`)
}

function factor(element: string): KnownElement {
  const [code = '', field = ''] = element.split('-')
  return isSaying(field) ? none(`${field} is no quantity [HJ 212-2017 table 4]`) : found(unitOfFactor(code, field))
}

function observation(element: string): KnownElement {
  const unit = unitOfObservation(element)
  return unit === undefined
    ? none(`${element} is no element of SL 651-2014 table C.1`)
    : unit === null
      ? {}
      : found(unit)
}

const keysOf = (...tables: (readonly { readonly key: string }[])[]): ReadonlySet<string> =>
  new Set(tables.flat().map(({ key }) => key))
const deviceFlags = keysOf(deviceBits, deviceOperations)
const systemFlags = keysOf(systemBits, systemOperations)
const componentFlags = keysOf(componentBits)
const analogUnits = new Map([...quantities.values()].map(({ key, unit }) => [key, unit]))

function fireState(element: string): KnownElement {
  const parts = element.split('/')
  const what = parts.at(-1) ?? ''
  if (parts[0] === 'device') return oneOf(deviceFlags, what, 'transmission device')
  if (!isSystem(Number(parts[0]))) return none(`${parts[0]} is no system of GB/T 26875.3-2011 table 4`)
  if (Number(parts[1]) > 255) return none(`${parts[1]} is no address of a system: 0 to 255`)
  if (parts.length === 3) return oneOf(systemFlags, what, 'fire-fighting system')
  const unit = analogUnits.get(what)
  if (unit !== undefined) return found(unit)
  return /^type\d+$/.test(what) ? {} : oneOf(componentFlags, what, 'component')
}

const oneOf = (flags: ReadonlySet<string>, what: string, whose: string): KnownElement =>
  flags.has(what)
    ? flag
    : none(`${what} is no state of a ${whose} [GB/T 26875.3-2011]; they are ${[...flags].join(', ')}`)

const alarms = keysOf(alarmBits)
const states = keysOf(statusBits)
/** What these numbers measure is the vehicle's. */
const raw: ReadonlySet<string> = new Set(['analog0', 'analog1'])

function positionItem(element: string): KnownElement {
  const [word = '', bit] = element.split('/')
  if (bit !== undefined)
    return (word === 'alarm' ? alarms : states).has(bit) ? flag : none(`${bit} is no ${word} bit of JT/T 808-2019`)
  if (!Object.hasOwn(positionUnits, word)) return none(`${word} is nothing a position of JT/T 808-2019 says`)
  return found(raw.has(word) ? undefined : positionUnits[word])
}
