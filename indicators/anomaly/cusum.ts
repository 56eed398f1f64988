/** Sums of what lies beyond the slack, above and below. */
export interface CusumPoint {
  readonly high: number
  readonly low: number
  /** Values since the sum on the side of the signal, or the larger one, left zero. */
  readonly since: number
  /** 1 above, -1 below, 0 none. */
  readonly signal: -1 | 0 | 1
}

export interface CusumLimits {
  readonly mean: number
  /** Half of the shift that matters: 0.5 sigma to find one of 1 sigma. */
  readonly slack: number
  /** Sum at which there is a signal: 5 sigma. */
  readonly decision: number
  /** The sums go no higher, so that they come down again soon after the shift is over. Default: none. */
  readonly most?: number
}

/** What a chart remembers: its sums, and since how many values each stands above zero. */
export interface CusumState {
  readonly high: number
  readonly low: number
  readonly sinceHigh: number
  readonly sinceLow: number
}

/** Tabular cumulative sum chart: finds small lasting shifts and says when they began [Montgomery, 9.1]. O(1) a value. */
export class Cusum {
  readonly #limits: CusumLimits
  #high = 0
  #low = 0
  #sinceHigh = 0
  #sinceLow = 0

  constructor(limits: CusumLimits, state?: CusumState) {
    this.#limits = limits
    if (state === undefined) return
    this.#high = state.high
    this.#low = state.low
    this.#sinceHigh = state.sinceHigh
    this.#sinceLow = state.sinceLow
  }

  get state(): CusumState {
    return { high: this.#high, low: this.#low, sinceHigh: this.#sinceHigh, sinceLow: this.#sinceLow }
  }

  take(value: number): CusumPoint {
    const { mean, slack, decision, most = Number.POSITIVE_INFINITY } = this.#limits
    this.#high = Math.min(most, Math.max(0, this.#high + value - mean - slack))
    this.#low = Math.min(most, Math.max(0, this.#low + mean - value - slack))
    this.#sinceHigh = this.#high > 0 ? this.#sinceHigh + 1 : 0
    this.#sinceLow = this.#low > 0 ? this.#sinceLow + 1 : 0
    const above = this.#high >= this.#low
    const signal = this.#high > decision ? 1 : this.#low > decision ? -1 : 0
    return { high: this.#high, low: this.#low, since: above ? this.#sinceHigh : this.#sinceLow, signal }
  }

  restart(): void {
    this.#high = 0
    this.#low = 0
    this.#sinceHigh = 0
    this.#sinceLow = 0
  }
}
