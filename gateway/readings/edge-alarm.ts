/** Limits at which a reading becomes urgent, in the unit of the point. Within `hysteresis` of a limit the state stays as it is. */
export interface EdgeLimits {
  readonly above?: number
  readonly below?: number
  /** Default 0. */
  readonly hysteresis?: number
}

/** Remembers on which side of its limits a point stands. It judges nothing for the city: a crossing only shortens the way there. */
export class EdgeWatch {
  readonly #limits: EdgeLimits
  #beyond = false

  constructor(limits: EdgeLimits) {
    this.#limits = limits
  }

  /** Whether `value` crosses a limit, either way; the first value does when it is beyond one. */
  crosses(value: number): boolean {
    const { above = Number.POSITIVE_INFINITY, below = Number.NEGATIVE_INFINITY, hysteresis = 0 } = this.#limits
    const slack = this.#beyond ? hysteresis : 0
    const beyond = value > above - slack || value < below + slack
    const crossed = beyond !== this.#beyond
    this.#beyond = beyond
    return crossed
  }
}
