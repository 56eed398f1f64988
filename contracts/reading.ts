import type { EpochMs } from './clock.ts'
import type { Quality } from './quality.ts'

/** Value, quality and time of one point of one terminal at one instant: the unit of account. */
export interface Reading {
  readonly terminal: string
  readonly point: string
  /** Event time: when the quantity had this value. */
  readonly at: EpochMs
  /** null when the point could not be read; then `quality` says why. Never 0 and never the last value instead. */
  readonly value: number | null
  readonly quality: Quality
}
