import type { Clock } from '@civitals/contracts/clock'

/** A flow that is allowed: so many a second in the long run, so many at once after a rest. */
export interface Flow {
  readonly perS: number
  readonly burst: number
}

/** A token bucket that may go into debt: what has arrived is taken, and the debt says how long to wait with the next. */
export class Bucket {
  readonly #clock: Clock
  readonly #flow: Flow
  #tokens: number
  #filledAt: number

  constructor(clock: Clock, flow: Flow) {
    this.#clock = clock
    this.#flow = flow
    this.#tokens = flow.burst
    this.#filledAt = clock.mono()
  }

  /** Takes `cost` tokens; ms until the bucket is out of debt, 0: it is not in debt. */
  spend(cost: number): number {
    this.#fill()
    this.#tokens -= cost
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / this.#flow.perS) * 1_000)
  }

  /** Takes one token if there is one. */
  take(): boolean {
    this.#fill()
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }

  #fill(): void {
    const now = this.#clock.mono()
    const filled = this.#tokens + ((now - this.#filledAt) / 1_000) * this.#flow.perS
    this.#tokens = Math.min(this.#flow.burst, filled)
    this.#filledAt = now
  }
}
