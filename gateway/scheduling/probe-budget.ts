/** Share of a busy line's time that probes of silent terminals may take together. */
const share = 0.03
/** What a probe that fails is thought to cost before one was measured: time-out and quarantine. */
const firstGuessMs = 600

/**
 * Keeps the probes of all silent terminals of a line from adding up: after one that cost c ms, the next waits until c is no more
 * than 3 % of the time between. On a line with room for a probe before its next poll none of this is needed.
 */
export class ProbeBudget {
  #costMs = firstGuessMs
  #nextAt = Number.NEGATIVE_INFINITY

  /** Monotonic time from which a probe may take the time of others. */
  get nextAt(): number {
    return this.#nextAt
  }

  /** `idleMs`: how long nothing else wants the line. */
  allows(now: number, idleMs: number): boolean {
    return now >= this.#nextAt || idleMs > this.#costMs
  }

  /** What earlier probes cost says nothing of the next: the line was away. */
  forgive(): void {
    this.#nextAt = Number.NEGATIVE_INFINITY
  }

  /** A probe ended at `now`, having kept the line for `costMs`. */
  spent(costMs: number, now: number): void {
    this.#costMs = costMs
    this.#nextAt = now + costMs / share
  }
}
