import type { EpochMs } from '@civitals/contracts/clock'
import { spikeStatistics } from '../quality/sequence-tests.ts'

/** What looks odd about a series by its own habits. `level` and `drift` come from its hours, the rest from its readings. */
export type AnomalyKind = 'spike' | 'stuck' | 'noise' | 'gap' | 'level' | 'drift'

/** One stretch of a series that looked odd. */
export interface Anomaly {
  readonly kind: AnomalyKind
  readonly from: EpochMs
  readonly to: EpochMs
}

export interface ReadingDetectorOptions {
  readonly everyMs: number
  /** Smallest step of the sensor: liveliness is taken as no less. */
  readonly resolution: number
  /** Readings from which habits are learned before anything is said. */
  readonly learn: number
  /** Values up to here stand still by nature: an empty road. */
  readonly stillBelow?: number
}

/** A spike is so many times as high as the series usually moves from one reading to the next. */
const spikeHeights = 15
/** Movement of a stretch over what is usual before it counts as noise. */
const noiseTimes = 3.5
/** Noise is judged over stretches of so many readings, or an hour. */
const stretchReadings = 12
const hourMs = 3_600_000
const gapPeriods = 3
const memory = 500

/**
 * Spikes, stuck values, bursts of noise and gaps of one series, measured by how lively it usually is rather than by limits; O(1) a
 * reading, some twenty numbers of memory. It learns slowly and from what is not odd.
 */
export class ReadingDetector {
  readonly #options: ReadingDetectorOptions
  readonly #stretch: number
  #seen = 0
  #at: EpochMs = Number.NaN
  #before = Number.NaN
  #value = Number.NaN
  /** Usual change from one reading to the next. */
  #usual: number
  #still = 0
  #longestStill = 0
  #stillFrom: EpochMs = 0
  #moved = 0
  #moves = 0
  #stretchFrom: EpochMs = 0

  constructor(options: ReadingDetectorOptions) {
    this.#options = options
    this.#usual = options.resolution
    this.#stretch = Math.max(stretchReadings, Math.round(hourMs / options.everyMs))
  }

  take(at: EpochMs, value: number, found: (anomaly: Anomaly) => void): void {
    const { everyMs, learn } = this.#options
    if (!(at > this.#at) && !Number.isNaN(this.#at)) return
    const learned = this.#seen++ >= learn
    if (at - this.#at > gapPeriods * everyMs) {
      found({ kind: 'gap', from: this.#at + everyMs, to: at })
      this.#restart()
    }
    if (!Number.isNaN(this.#value)) {
      const change = Math.abs(value - this.#value)
      if (learned) this.#spike(value, found)
      this.#stillness(at, change, value, learned, found)
      this.#liveliness(at, change, learned, found)
    } else this.#stretchFrom = at
    this.#before = this.#value
    this.#value = value
    this.#at = at
  }

  #spike(next: number, found: (anomaly: Anomaly) => void): void {
    const height = spikeStatistics.peak(this.#before, this.#value, next)
    const usual = Math.max(this.#usual, this.#options.resolution)
    if (height > spikeHeights * usual) found({ kind: 'spike', from: this.#at, to: this.#at })
  }

  #stillness(at: EpochMs, change: number, value: number, learned: boolean, found: (anomaly: Anomaly) => void): void {
    if (change > 0 || value <= (this.#options.stillBelow ?? Number.NEGATIVE_INFINITY)) {
      const odd = this.#isStuck()
      if (odd && learned) found({ kind: 'stuck', from: this.#stillFrom, to: this.#at })
      if (!learned) this.#longestStill = Math.max(this.#longestStill, this.#still)
      else if (!odd && this.#still > this.#longestStill) this.#longestStill += (this.#still - this.#longestStill) / 4
      this.#still = 0
      this.#stillFrom = at
      return
    }
    if (this.#still++ === 0) this.#stillFrom = this.#at
  }

  /** Longer than it usually ever stands still, by a quarter and no less than four readings. */
  #isStuck(): boolean {
    return this.#still > this.#longestStill + Math.max(4, this.#longestStill / 4)
  }

  #liveliness(at: EpochMs, change: number, learned: boolean, found: (anomaly: Anomaly) => void): void {
    const usual = Math.max(this.#usual, this.#options.resolution)
    // A single leap is no unrest: it counts as five usual steps at most.
    this.#moved += Math.min(change, 10 * usual)
    if (++this.#moves < this.#stretch) return
    const mean = this.#moved / this.#moves
    if (mean > noiseTimes * usual && learned) found({ kind: 'noise', from: this.#stretchFrom, to: at })
    else {
      const share = Math.min(0.5, Math.max(this.#moves / memory, this.#moves / this.#seen))
      this.#usual += share * (Math.min(mean, 2 * usual) - this.#usual)
    }
    this.#moved = 0
    this.#moves = 0
    this.#stretchFrom = at
  }

  #restart(): void {
    this.#before = Number.NaN
    this.#value = Number.NaN
    this.#still = 0
    this.#moved = 0
    this.#moves = 0
  }

  /** What is still going on at `at`: a value that has not moved for long. */
  open(found: (anomaly: Anomaly) => void): void {
    if (this.#isStuck() && this.#seen > this.#options.learn)
      found({ kind: 'stuck', from: this.#stillFrom, to: this.#at })
  }
}
