import type { Clock } from '@civitals/contracts/clock'

const firstMs = 1000
const mostMs = 15_000

/** Keeps a line from being opened more often than its back-off allows: 1 s after a failure, doubling to 15 s. */
export class Reconnect {
  readonly #clock: Clock
  #waitMs = firstMs
  #notBefore = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds until the line may be opened; 0 when it may be now. */
  get dueInMs(): number {
    return Math.max(0, this.#notBefore - this.#clock.mono())
  }

  /** The line could not be opened, or was lost. */
  failed(): void {
    this.#notBefore = this.#clock.mono() + this.#waitMs
    this.#waitMs = Math.min(this.#waitMs * 2, mostMs)
  }

  /** Whoever was awaited has come: the line may be opened now. */
  hasten(): void {
    this.#notBefore = Number.NEGATIVE_INFINITY
  }

  /** A terminal answered: the next loss begins with the shortest wait again. */
  proven(): void {
    this.#waitMs = firstMs
  }
}
