import type { EpochMs } from '@civitals/contracts/clock'
import { instantOf } from '../frames/local-time.ts'

/** One number of an element; no value: the station has none for it, or sent no number. */
export interface Observation {
  /** Identifier as hexadecimal digits: `39`, `FF01`. */
  readonly id: string
  readonly value?: number
}

/** Values of one element at even steps. */
export interface Series {
  readonly id: string
  /** 0: the step is not said. */
  readonly stepMinutes: number
  /** null: a gap. */
  readonly values: readonly (number | null)[]
}

/** What stands together: one station, one time of observation [SL 651-2014 6.6.2.7, 6.6.2.8]. */
export interface Section {
  readonly station?: string
  readonly stationClass?: number
  /** Of the values; of a series, of its first value. */
  readonly at?: EpochMs
  readonly observations: Observation[]
  readonly series: Series[]
}

/** What a whole body says, joined from its packets. */
export interface Sl651Body {
  /** 1-65535; an answer carries that of what it answers. */
  readonly serial: number
  readonly sentAt?: EpochMs
  readonly sections: readonly Section[]
  /** Numbers of the configuration, by identifier (functions 40H-43H). */
  readonly parameters: readonly Observation[]
  /** Bits of element 45H. */
  readonly state?: number
  /** Entered by hand, software version, and configuration that is no number, by name. */
  readonly texts: Readonly<Record<string, string>>
  readonly picture?: Buffer
  /** Counters of function 50H, the first of event 1. */
  readonly events?: readonly number[]
  /** Open (true) or closed, the first of number 1 (functions 4CH-4EH). */
  readonly switches?: readonly boolean[]
  /** Identifiers asked for, in a question of the centre. */
  readonly asked: readonly string[]
}

/** `YYMMDDHHmm` or `YYMMDDHHmmSS`; undefined for what is no time. */
export function sl651Time(digits: string, zoneMinutes?: number): EpochMs | undefined {
  if (!/^(\d\d){5,6}$/.test(digits)) return undefined
  const part = (index: number): number => Number(digits.slice(index * 2, index * 2 + 2))
  return instantOf([2000 + part(0), part(1), part(2), part(3), part(4), part(5)], zoneMinutes)
}

/** Reports of observed values carry the class of the station behind its address [SL 651-2014 6.6.4]. */
export const hasStationClass = (code: number): boolean =>
  (code >= 0x30 && code <= 0x3a && code !== 0x35 && code !== 0x39) || code === 0x44

/** Bodies that are one element with many values at even steps. */
export const isSeriesReport = (code: number): boolean => code === 0x31 || code === 0x38
/** Identifiers in them are those of the configuration [SL 651-2014 D]. */
export const isConfiguration = (code: number): boolean => code >= 0x40 && code <= 0x43
