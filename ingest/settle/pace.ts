import type { Clock } from '@civitals/contracts/clock'

/**
 * A settlement costs about 10 ms of processor time however small it is (measured: two commits to disk). So small ones keep a
 * distance: what comes after a quiet time is settled at once, what follows on its heels is gathered.
 */
const defaultPaceMs = 100
/** Beside a fixed cost of about 4 ms of the main loop this many readings are 20 ms of work. Windows of fifty gateways hold more, so two may be in hand. */
const defaultSmall = 8_000

export interface PaceOptions {
  readonly clock: Clock
  /** Shortest time between the starts of two small settlements, ms. Default 100. */
  readonly paceMs?: number
  /** A settlement of fewer readings is small: it waits for company. Default 8,000. */
  readonly smallSettlement?: number
}

/** How closely settlements may follow each other. */
export class Pace {
  readonly #clock: Clock
  readonly #paceMs: number
  readonly #small: number
  #startedAt = Number.NEGATIVE_INFINITY

  constructor({ clock, paceMs = defaultPaceMs, smallSettlement = defaultSmall }: PaceOptions) {
    this.#clock = clock
    this.#paceMs = paceMs
    this.#small = smallSettlement
  }

  /** A settlement begins now. */
  began(): void {
    this.#startedAt = this.#clock.mono()
  }

  isSmall(readings: number): boolean {
    return readings < this.#small
  }

  /** How long a settlement of so many readings should wait for company, ms. */
  earlyBy(readings: number): number {
    return readings === 0 || !this.isSmall(readings) ? 0 : this.#startedAt + this.#paceMs - this.#clock.mono()
  }
}
