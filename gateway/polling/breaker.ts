/** Failures in a row that open a breaker. */
export const failuresToOpen = 3

const firstPauseMs = 1000
const longestPauseMs = 60_000

/**
 * Keeps a silent terminal from making the others of its line wait for its time-outs: after three failures in a row it is only
 * probed, at pauses that double from 1 s to 60 s. One answer closes the breaker.
 */
export class Breaker {
  #failures = 0
  #pauseMs = 0
  #probeAt = 0

  /** Whether the terminal is known to be silent. */
  get open(): boolean {
    return this.#failures >= failuresToOpen
  }

  /** Whether a transaction may be spent on it at `now` (monotonic ms). */
  allows(now: number): boolean {
    return !this.open || now >= this.#probeAt
  }

  /** Tells the breaker what came of a transaction; true when the terminal just answered again after the breaker was open. */
  record(answered: boolean, now: number): boolean {
    const wasOpen = this.open
    if (answered) {
      this.#failures = 0
      this.#pauseMs = 0
      return wasOpen
    }
    this.#failures++
    if (this.open) {
      this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs === 0 ? firstPauseMs : this.#pauseMs * 2)
      this.#probeAt = now + this.#pauseMs
    }
    return false
  }
}
