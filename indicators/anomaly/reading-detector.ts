import type { ReadingAnomaly } from '@civitals/contracts/anomaly'
import type { EpochMs } from '@civitals/contracts/clock'
import { spikeStatistics } from '../quality/sequence-tests.ts'

/** One stretch in which the readings of a series looked odd; `off` and `score` as in the contract's `Anomaly`. */
export interface Oddity {
  readonly kind: ReadingAnomaly
  readonly from: EpochMs
  readonly to: EpochMs
  readonly off: number
  readonly score: number
}

export interface ReadingDetectorOptions {
  /** Longest time between two readings when all is well; there may be more. */
  readonly everyMs: number
  /** Smallest step of the sensor: liveliness is taken as no less. */
  readonly resolution: number
  /** Values up to here stand still by nature: an empty road. */
  readonly stillBelow?: number
}

/** Everything a detector remembers, in the order `take` of numbers below; NaN is none, and null once it has been JSON. */
export type ReadingState = readonly (number | null)[]

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Habits are learned for a day, and from no fewer readings, before anything is said of them. */
export const learnMs: number = dayMs
const learnReadings = 48
/** A spike is so many times as high as the series usually moves from one reading to the next. */
const spikeHeights = 15
/** Movement of a stretch over what is usual before it counts as noise. */
const noiseTimes = 3.5
/** Noise is judged over stretches of an hour, and no fewer readings. */
const stretchReadings = 12
/** Noise that has lasted so long is a habit. */
const acceptNoiseMs = 2 * dayMs
/** Reporting periods without a reading that are a gap. */
export const gapPeriods = 3
/** Reporting periods over which liveliness is forgotten. */
const memoryPeriods = 500

/**
 * Spikes, stuck values, bursts of noise and gaps of one series, measured by how lively it usually is rather than by limits; O(1) a
 * reading, a dozen numbers of memory. It learns slowly and from what is not odd. Readings come in order of event time: a later one
 * that is older says nothing.
 */
export class ReadingDetector {
  readonly #options: ReadingDetectorOptions
  #seen = 0
  #since: EpochMs = Number.NaN
  #at: EpochMs = Number.NaN
  #before = Number.NaN
  #value = Number.NaN
  /** Usual change from one reading to the next. */
  #usual: number
  /** Longest time the value usually stands still, ms. */
  #longestStill = 0
  #stillFrom: EpochMs = Number.NaN
  #moved = 0
  #moves = 0
  #stretchFrom: EpochMs = Number.NaN
  #noisyFrom: EpochMs = Number.NaN

  /** `state`: where another one left off; of another making it is left aside. */
  constructor(options: ReadingDetectorOptions, state: ReadingState = []) {
    this.#options = options
    this.#usual = options.resolution
    const numbers = state.map((number) => number ?? Number.NaN)
    if (numbers.length === this.state.length) this.#recall(numbers)
  }

  get state(): ReadingState {
    return [
      ...[this.#seen, this.#since, this.#at, this.#before, this.#value, this.#usual, this.#longestStill],
      ...[this.#stillFrom, this.#moved, this.#moves, this.#stretchFrom, this.#noisyFrom],
    ]
  }

  #recall(numbers: readonly number[]): void {
    const of = (place: number): number => numbers[place] ?? Number.NaN
    this.#seen = of(0)
    this.#since = of(1)
    this.#at = of(2)
    this.#before = of(3)
    this.#value = of(4)
    this.#usual = of(5)
    this.#longestStill = of(6)
    this.#stillFrom = of(7)
    this.#moved = of(8)
    this.#moves = of(9)
    this.#stretchFrom = of(10)
    this.#noisyFrom = of(11)
  }

  /** Event time of the newest reading; NaN before the first. */
  get at(): EpochMs {
    return this.#at
  }

  take(at: EpochMs, value: number, found: (oddity: Oddity) => void): void {
    if (at <= this.#at) return
    const learned = this.#hasLearned(at)
    if (this.#seen++ === 0) this.#since = at
    if (at - this.#at > gapPeriods * this.#options.everyMs) this.#gap(at, learned, found)
    if (Number.isNaN(this.#value)) this.#stretchFrom = at
    else {
      const change = Math.abs(value - this.#value)
      if (learned) this.#spike(value, found)
      this.#stillness(change, value, learned, found)
      this.#liveliness(at, change, learned, found)
    }
    this.#before = this.#value
    this.#value = value
    this.#at = at
  }

  /** What is still going on: a value that has not moved for long. */
  open(found: (oddity: Oddity) => void): void {
    if (this.#isStuck() && this.#hasLearned(this.#at)) this.#tellStuck(found)
  }

  #hasLearned(at: EpochMs): boolean {
    return this.#seen >= learnReadings && at - this.#since >= learnMs
  }

  #gap(at: EpochMs, learned: boolean, found: (oddity: Oddity) => void): void {
    if (learned && this.#isStuck()) this.#tellStuck(found)
    const { everyMs } = this.#options
    found({ kind: 'gap', from: this.#at + everyMs, to: at, off: 0, score: Math.round((at - this.#at) / everyMs) - 1 })
    this.#before = Number.NaN
    this.#value = Number.NaN
    this.#stillFrom = Number.NaN
    this.#moved = 0
    this.#moves = 0
  }

  #spike(next: number, found: (oddity: Oddity) => void): void {
    const height = spikeStatistics.peak(this.#before, this.#value, next)
    const usual = Math.max(this.#usual, this.#options.resolution)
    if (!(height > spikeHeights * usual)) return
    const off = Math.sign(this.#value - next) * height
    found({ kind: 'spike', from: this.#at, to: this.#at, off, score: height / usual })
  }

  #stillness(change: number, value: number, learned: boolean, found: (oddity: Oddity) => void): void {
    if (change > 0 || value <= (this.#options.stillBelow ?? Number.NEGATIVE_INFINITY)) {
      const still = this.#still()
      const odd = this.#isStuck()
      if (odd && learned) this.#tellStuck(found)
      if (!learned) this.#longestStill = Math.max(this.#longestStill, still)
      else if (!odd && still > this.#longestStill) this.#longestStill += (still - this.#longestStill) / 4
      this.#stillFrom = Number.NaN
    } else if (Number.isNaN(this.#stillFrom)) this.#stillFrom = this.#at
  }

  #still(): number {
    return Number.isNaN(this.#stillFrom) ? 0 : this.#at - this.#stillFrom
  }

  /** Longer than it usually ever stands still, by a quarter and no less than four periods. */
  #isStuck(): boolean {
    return this.#still() > this.#longestStill + Math.max(4 * this.#options.everyMs, this.#longestStill / 4)
  }

  #tellStuck(found: (oddity: Oddity) => void): void {
    const score = this.#still() / Math.max(this.#longestStill, this.#options.everyMs)
    found({ kind: 'stuck', from: this.#stillFrom, to: this.#at, off: 0, score })
  }

  #liveliness(at: EpochMs, change: number, learned: boolean, found: (oddity: Oddity) => void): void {
    const { everyMs, resolution } = this.#options
    const usual = Math.max(this.#usual, resolution)
    // A single leap is no unrest: it counts as ten usual steps at most.
    this.#moved += Math.min(change, 10 * usual)
    if (++this.#moves < stretchReadings || at - this.#stretchFrom < hourMs) return
    const mean = this.#moved / this.#moves
    const noisy = mean > noiseTimes * usual && learned
    if (!noisy) this.#noisyFrom = Number.NaN
    else if (Number.isNaN(this.#noisyFrom)) this.#noisyFrom = this.#stretchFrom
    if (noisy) found({ kind: 'noise', from: this.#stretchFrom, to: at, off: mean - usual, score: mean / usual })
    if (!noisy || at - this.#noisyFrom > acceptNoiseMs) {
      const remembered = (at - this.#stretchFrom) / (memoryPeriods * everyMs)
      const share = Math.min(0.5, Math.max(remembered, this.#moves / this.#seen))
      this.#usual += share * (Math.min(mean, 2 * usual) - this.#usual)
    }
    this.#moved = 0
    this.#moves = 0
    this.#stretchFrom = at
  }
}
