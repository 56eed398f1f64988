import type { LevelAnomaly } from '@civitals/contracts/anomaly'
import type { EpochMs } from '@civitals/contracts/clock'
import { Cusum, type CusumState } from './cusum.ts'

const hourMs = 3_600_000

/** One stretch of a series off its level. */
export interface Shift {
  readonly kind: LevelAnomaly
  readonly from: EpochMs
  readonly to: EpochMs
}

/** Hours of residuals from which centre and spread are learned before anything is said. */
const learnHours = 120
/** Hours over which they are forgotten. */
const memoryHours = 336
/** In sigmas: shifts of twice the slack matter; a residual counts no further than `most`. */
const slack = 1.5
const decision = 9
const mostZ = 6
/** A shift that has lasted so long is the new level. */
const acceptHours = 10 * 24
/** A shift found sooner than this after it began came at once. */
const suddenHours = 6

/** Everything a detector remembers: what it learned, and the shift that is going on. */
export interface LevelState {
  readonly chart: CusumState
  readonly hours: number
  readonly centre: number
  readonly apart: number
  readonly open: { readonly from: EpochMs; readonly to: EpochMs; readonly kind: LevelAnomaly } | null
}

/**
 * Lasting shifts of one series, from its hourly residuals: hourly mean less what is usual at that hour, and less what the
 * neighbours are off by, so that weather the whole town shares is no fault of one sensor. A tabular CUSUM says when the shift began;
 * one that builds up slowly is drift. O(1) an hour.
 */
export class LevelDetector {
  readonly #smallest: number
  readonly #chart: Cusum
  #hours = 0
  #centre = 0
  /** Mean absolute deviation. */
  #apart = 0
  #from: EpochMs | null = null
  #kind: LevelAnomaly = 'level'
  #to: EpochMs = 0

  /** `smallest`: spread is taken as no less; the resolution of the sensor. `state`: where another one left off. */
  constructor(smallest: number, state?: LevelState) {
    this.#smallest = smallest
    this.#chart = new Cusum({ mean: 0, slack, decision, most: 2 * decision }, state?.chart)
    if (state === undefined) return
    this.#hours = state.hours
    this.#centre = state.centre
    this.#apart = state.apart
    this.#from = state.open?.from ?? null
    this.#to = state.open?.to ?? 0
    this.#kind = state.open?.kind ?? 'level'
  }

  get state(): LevelState {
    const open = this.#from === null ? null : { from: this.#from, to: this.#to, kind: this.#kind }
    return { chart: this.#chart.state, hours: this.#hours, centre: this.#centre, apart: this.#apart, open }
  }

  /** Too few hours so far for anything to be said. */
  get learns(): boolean {
    return this.#hours < learnHours
  }

  /**
   * One hourly residual; `at` is the beginning of the hour, `spread` how far apart its weeks usually lie at this hour: what is
   * nothing special in a rush hour counts less there than at night.
   */
  take(at: EpochMs, residual: number, spread: number, found: (shift: Shift) => void): void {
    if (this.#hours < learnHours) {
      this.#learn(residual)
      return
    }
    const sigma = Math.max(this.#smallest, 1.2533 * this.#apart, spread)
    const z = Math.max(-mostZ, Math.min(mostZ, (residual - this.#centre) / sigma))
    const { signal, since, high, low } = this.#chart.take(z)
    if (signal !== 0) {
      if (this.#from === null) {
        this.#from = at - (since - 1) * hourMs
        this.#kind = since <= suddenHours ? 'level' : 'drift'
      }
      this.#to = at + hourMs
      if (at - this.#from > acceptHours * hourMs) this.#accept(residual, found)
      return
    }
    this.#close(found)
    if (Math.max(high, low) < decision / 2) this.#learn(residual)
  }

  /** A shift is going on. */
  get isOpen(): boolean {
    return this.#from !== null
  }

  /** Reports what is still going on. */
  open(found: (shift: Shift) => void): void {
    if (this.#from !== null) found({ kind: this.#kind, from: this.#from, to: this.#to })
  }

  #close(found: (shift: Shift) => void): void {
    this.open(found)
    this.#from = null
  }

  #accept(residual: number, found: (shift: Shift) => void): void {
    this.#close(found)
    this.#chart.restart()
    this.#centre = residual
  }

  #learn(residual: number): void {
    const share = 1 / Math.min(++this.#hours, memoryHours)
    const off = Math.abs(residual - this.#centre)
    // One hour far out teaches no more than one three spreads away.
    const held = this.#hours < 24 ? off : Math.min(off, 3 * 1.2533 * this.#apart + this.#smallest)
    this.#centre += share * Math.sign(residual - this.#centre) * held
    this.#apart += share * (held - this.#apart)
  }
}
