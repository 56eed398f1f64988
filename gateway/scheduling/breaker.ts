/** Failures in a row that open a breaker. */
export const failuresToOpen = 3
/** Answers in a row after which a terminal that came back is trusted like any other. */
const answersToTrust = 3

const firstPauseMs = 1000
/** Pauses between probes double up to this. */
export const longestPauseMs = 60_000

/**
 * Keeps a silent terminal from making the others of its line wait for its time-outs: after three failures in a row it is only
 * probed, at pauses that double from 1 s to 60 s. One answer closes the breaker; until three in a row have come, one failure opens it
 * again and the pauses go on doubling, so that a terminal that answers now and then costs no more than a dead one.
 */
export class Breaker {
  #failures = 0
  #answers = 0
  #trusted = true
  #open = false
  #pauseMs = 0
  #probeAt = 0

  /** Whether the terminal is known to be silent. */
  get open(): boolean {
    return this.#open
  }

  /** Failures since the last answer. */
  get failures(): number {
    return this.#failures
  }

  /** Monotonic time of the next probe, while it is open. */
  get probeAt(): number {
    return this.#probeAt
  }

  /** Tells the breaker what came of a transaction; true when the terminal just answered again after the breaker was open. */
  record(answered: boolean, now: number): boolean {
    if (answered) return this.#answered()
    this.#failures++
    this.#answers = 0
    if (this.#failures < (this.#trusted ? failuresToOpen : 1)) return false
    this.#open = true
    this.#trusted = false
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs === 0 ? firstPauseMs : this.#pauseMs * 2)
    this.#probeAt = now + this.#pauseMs
    return false
  }

  /** The probe said nothing of the terminal (the line itself was down): it is due again after the same pause. */
  postpone(now: number): void {
    this.#probeAt = now + Math.max(firstPauseMs, this.#pauseMs)
  }

  /** There is a reason to think that it answers now: its next probe is due. */
  hasten(now: number): void {
    this.#probeAt = Math.min(this.#probeAt, now)
  }

  #answered(): boolean {
    const wasOpen = this.#open
    this.#open = false
    this.#failures = 0
    this.#answers++
    if (this.#answers >= answersToTrust) {
      this.#trusted = true
      this.#pauseMs = 0
    }
    return wasOpen
  }
}
