import type { EpochMs } from '@civitals/contracts/clock'
import type { BadQuality } from '../driver.ts'
import { markQuality } from './codes.ts'
import { unitOf } from './factors.ts'
import { type Hj212Frame, hj212Time } from './frame.ts'

/** The data area of a frame, sorted by what it is. Keys as they stand in the frame. */
export interface Hj212Reading {
  /** Start of the period for minute, hour and day data, the instant for the rest [HJ 212-2017 table 4]. */
  readonly dataTime?: EpochMs
  /** Every quantity: `<factor>-<field>`, and parameters that are one. */
  readonly numbers: Readonly<Record<string, number>>
  readonly units: Readonly<Record<string, string>>
  /** Data marks by factor. */
  readonly marks: Readonly<Record<string, string>>
  /** Fields that should be a number and are none (`--`, empty). */
  readonly notNumbers: readonly string[]
  /** What is neither: times, numbers of instruments, logs. */
  readonly texts: Readonly<Record<string, string>>
}

const numberPattern = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?$/

/** Fields of a factor that say something about its value but are none. */
const sayings: ReadonlySet<string> = new Set(['SampleTime', 'CompleteTime', 'SampleType', 'EFlag', 'SN', 'Flag'])
export const isSaying = (field: string): boolean => sayings.has(field)

/** Parameters that are quantities, with their units [HJ 212-2017 table 4]. */
const parameterUnits: Readonly<Record<string, string>> = {
  RtdInterval: 's',
  MinInterval: 'min',
  OverTime: 's',
  ReCount: '',
  VaseNo: '',
  Ctime: 'h',
  Stime: 'min',
}

export function readingOf(frame: Hj212Frame, zoneMinutes?: number): Hj212Reading {
  const numbers: Record<string, number> = {}
  const units: Record<string, string> = {}
  const marks: Record<string, string> = {}
  const texts: Record<string, string> = {}
  const notNumbers: string[] = []
  let dataTime: EpochMs | undefined
  for (const [name, value] of frame.groups.flat()) {
    const [factor = '', field] = name.split('-', 2)
    if (name === 'DataTime') dataTime = hj212Time(value, zoneMinutes)
    else if (field === 'Flag') marks[factor] = value
    else if (isQuantity(name, field, value)) {
      if (!numberPattern.test(value)) notNumbers.push(name)
      else {
        numbers[name] = Number(value)
        const unit = field === undefined ? parameterUnits[name] : unitOf(factor, field)
        if (unit) units[name] = unit
      }
    } else texts[name] = value.replace(/^\/\/([\s\S]*)\/\/$/, '$1')
  }
  return { ...(dataTime === undefined ? {} : { dataTime }), numbers, units, marks, notNumbers, texts }
}

function isQuantity(name: string, field: string | undefined, value: string): boolean {
  if (field === undefined) return Object.hasOwn(parameterUnits, name)
  // Information of the station is a number or a text as it comes.
  if (field === 'Info') return numberPattern.test(value)
  return !sayings.has(field)
}

/** Values that count, and those the station itself calls bad: their marks, and numbers that are none. */
export function countedValues(reading: Hj212Reading): {
  elements: Record<string, number>
  bad: Record<string, BadQuality>
} {
  const elements: Record<string, number> = {}
  const bad: Record<string, BadQuality> = {}
  for (const name of [...Object.keys(reading.numbers), ...reading.notNumbers]) {
    const quality = markQuality(reading.marks[name.split('-', 1)[0] ?? ''])
    const value = reading.numbers[name]
    if (quality) bad[name] = quality
    else if (value === undefined) bad[name] = 'device_exception'
    else elements[name] = value
  }
  return { elements, bad }
}
