/** What an EWMA chart says of one value. */
export interface EwmaPoint {
  readonly value: number
  /** Outside of mean +- L sigma sqrt(lambda / (2 - lambda)). */
  readonly signal: boolean
}

export interface EwmaLimits {
  readonly mean: number
  readonly sigma: number
  /** Share of the newest value. Default 0.3. */
  readonly lambda?: number
  /** Width in sigmas. Default 3. */
  readonly width?: number
}

/** Half width of an EWMA chart in the long run [NIST/SEMATECH e-Handbook 6.3.2.4]. */
export const ewmaHalfWidth = ({ sigma, lambda = 0.3, width = 3 }: EwmaLimits): number =>
  width * sigma * Math.sqrt(lambda / (2 - lambda))

/** Exponentially weighted moving average chart: sees small lasting shifts; O(1) a value. */
export class Ewma {
  readonly #limits: EwmaLimits
  readonly #half: number
  #value: number

  constructor(limits: EwmaLimits) {
    this.#limits = limits
    this.#half = ewmaHalfWidth(limits)
    this.#value = limits.mean
  }

  take(value: number): EwmaPoint {
    const { lambda = 0.3, mean } = this.#limits
    this.#value = lambda * value + (1 - lambda) * this.#value
    return { value: this.#value, signal: Math.abs(this.#value - mean) > this.#half }
  }
}
