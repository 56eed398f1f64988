import type { Playback, Recorder } from '../windows/record.ts'

/**
 * How long a series has stayed the same, in O(1): the run of values no further apart than `within`. A run that a value breaks
 * begins anew with that value, so a slow ramp through a wide `within` is not called flat; with `within` of the sensor's
 * resolution the answer is that of a sliding window.
 */
export class FlatRun {
  readonly #within: number
  #from = Number.NaN
  #low = 0
  #high = 0

  constructor(within: number) {
    this.#within = within
  }

  /** ms for which the values have been the same, this one included. */
  take(at: number, value: number): number {
    const low = Math.min(this.#low, value)
    const high = Math.max(this.#high, value)
    if (!(high - low <= this.#within) || Number.isNaN(this.#from)) {
      this.#from = at
      this.#low = value
      this.#high = value
      return 0
    }
    this.#low = low
    this.#high = high
    return at - this.#from
  }

  forget(): void {
    this.#from = Number.NaN
  }

  save(out: Recorder): void {
    for (const value of [this.#from, this.#low, this.#high]) out.number(value)
  }

  load(from: Playback): void {
    this.#from = from.number()
    this.#low = from.number()
    this.#high = from.number()
  }
}

/** Quarters of the stretch: it slides by a quarter, so it is between three quarters and the whole of its length. */
const parts = 4

/** Range of the values over a sliding stretch, in O(1) a value and four blocks of memory. */
export class SlidingRange {
  readonly #partMs: number
  readonly #stretchMs: number
  readonly #everyMs: number
  readonly #stamps = new Float64Array(parts).fill(Number.NaN)
  readonly #lows = new Float64Array(parts)
  readonly #highs = new Float64Array(parts)
  #since = Number.NaN

  constructor(stretchMs: number, everyMs: number) {
    this.#stretchMs = stretchMs
    this.#partMs = stretchMs / parts
    this.#everyMs = everyMs
  }

  /** Range up to and with this value; NaN while there have not been values for a whole stretch. */
  take(at: number, value: number): number {
    if (Number.isNaN(this.#since)) this.#since = at
    const stamp = Math.floor(at / this.#partMs)
    const slot = stamp % parts
    if (this.#stamps[slot] === stamp) {
      this.#lows[slot] = Math.min(this.#lows[slot] ?? value, value)
      this.#highs[slot] = Math.max(this.#highs[slot] ?? value, value)
    } else {
      this.#stamps[slot] = stamp
      this.#lows[slot] = value
      this.#highs[slot] = value
    }
    if (at - this.#since + this.#everyMs < this.#stretchMs) return Number.NaN
    let [low, high] = [value, value]
    for (let k = 0; k < parts; k++) {
      if (!((this.#stamps[k] ?? Number.NaN) > stamp - parts)) continue
      low = Math.min(low, this.#lows[k] ?? low)
      high = Math.max(high, this.#highs[k] ?? high)
    }
    return high - low
  }

  forget(): void {
    this.#since = Number.NaN
    this.#stamps.fill(Number.NaN)
  }

  save(out: Recorder): void {
    for (const value of [this.#since, ...this.#stamps, ...this.#lows, ...this.#highs]) out.number(value)
  }

  load(from: Playback): void {
    this.#since = from.number()
    for (const block of [this.#stamps, this.#lows, this.#highs])
      for (let k = 0; k < parts; k++) block[k] = from.number()
  }
}
