/** Replies in a row, all right and in time, after which one more step is tried. */
const proof = 32
/** Replies after which a step that once failed is tried again: a restart or a new firmware may have cured it. */
const forgiveness = 20_000

/**
 * How many requests may be under way at once on a connection whose replies name their request. The specification allows it,
 * servers differ: some answer in parallel, some in turn, some lose all but the newest. So it begins with one and doubles
 * while replies keep coming right and in time; whatever goes wrong with more than one under way takes it back to one, and that
 * step is not tried again for long.
 */
export class WindowProbe {
  readonly #most: number
  #window = 1
  #ceiling: number
  #good = 0

  /** `most` 1: never more than one, as behind a gateway whose serial line carries one at a time anyway. */
  constructor(most = 8) {
    this.#most = most
    this.#ceiling = most
  }

  get window(): number {
    return this.#window
  }

  /** A right reply came in time; `underWay`: how many requests had been, itself included. */
  good(underWay: number): void {
    // Replies that had the line to themselves say nothing of company.
    if (underWay < this.#window) return
    this.#good++
    if (this.#good >= forgiveness) this.#ceiling = this.#most
    if (this.#good < proof || this.#window >= this.#ceiling) return
    this.#window = Math.min(this.#window * 2, this.#ceiling)
    this.#good = 0
  }

  /** A violation, a time-out, a lost connection, or exception 6 or 0x0B while `underWay` requests were. */
  bad(underWay: number): void {
    this.#good = 0
    if (underWay <= 1) return
    this.#ceiling = Math.max(1, this.#window >> 1)
    this.#window = 1
  }
}
