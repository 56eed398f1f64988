import type { EpochMs } from '@civitals/contracts/clock'
import type { FlagCounts } from '../quality/spans.ts'

/** What a ring keeps. Slots begin at whole multiples of `slotMs` since 1970. */
export interface RingShape {
  readonly slotMs: number
  readonly slots: number
  /** Keep the least and the greatest value of each slot; without it they are NaN. Costs as much as everything else of a slot. */
  readonly extremes?: boolean
  /** Keep the energy sum of levels in dB as well. */
  readonly energy?: boolean
  /** Count readings with low <= value <= high; null = open end. */
  readonly pass?: readonly [number | null, number | null]
  /** Keep which sixtieths of a slot hold a reading: the minutes of an hour. */
  readonly parts?: boolean
  /** Count readings that do not score beside those that do, and mark slots that a late reading changed. */
  readonly flags?: boolean
}

/** Readings of one series within one slot; mergeable by adding up. */
export interface Bucket {
  readonly start: EpochMs
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
  /** Sum of energies relative to 0 dB; 0 when the ring keeps none. */
  readonly energy: number
  readonly passed: number
  /** Readings of uncertain quality among them. */
  readonly uncertain: number
  /** Sixtieths of the slot that hold a reading; 0 when the ring keeps none. */
  readonly parts: number
}

/** Several slots taken together. */
export interface Totals {
  /** Slots that hold a reading that scores. */
  readonly slots: number
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
  readonly uncertain: number
  /** Readings that do not score: failed, without a value. */
  readonly failed: number
  readonly missing: number
  /** Slots that a reading changed after they had passed. */
  readonly revised: number
}

/** What quality control said of the readings of some slots. */
export interface SlotFlags extends FlagCounts {
  /** Slots that a reading changed after they had passed. */
  revised: number
}

/** Several readings already folded into one, as a store returns them. */
export interface Folded {
  readonly count: number
  readonly min: number
  readonly max: number
}

/** Minutes of one series side by side, oldest first, as a store keeps them. */
export interface MinuteRun {
  /** Whole minutes since 1970. */
  readonly minute: Uint32Array
  readonly mean: Float32Array
  readonly min: Float32Array
  readonly max: Float32Array
  /** Readings in it that count. */
  readonly count: Uint16Array
  /** QARTOD flag: 1 pass, 3 suspect, 4 fail. */
  readonly flag: Uint8Array
}
