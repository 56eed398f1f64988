import type { Settlement } from './gather.ts'

interface Entry {
  readonly settlement: Settlement
  /** Resolves when (a) holds. */
  readonly stored: Promise<unknown>
  /** Resolves when (b) holds and memory has followed. */
  readonly done: Promise<void>
}

/** Settlements on their way into the stores, the oldest first: two at most, whose steps (a) never run at once (decision 017). */
export class InHand {
  readonly #entries: Entry[] = []
  readonly #wake: () => void
  #storing = false
  #failed = false

  /** `wake` is called whenever another may begin. */
  constructor(wake: () => void) {
    this.#wake = wake
  }

  get settlements(): readonly Settlement[] {
    return this.#entries.map(({ settlement }) => settlement)
  }

  /** Whether another may begin. Beside one only what is not small: it costs as much as a large one. */
  mayBegin(small: boolean): boolean {
    const beside = this.#entries.length === 1 && !this.#storing && !small
    return this.#entries.length === 0 || beside || this.#failed
  }

  /** Resolves when another may begin, however small. Rejects with the fault of one that failed. */
  async room(): Promise<void> {
    const [first, second] = this.#entries
    if (second || this.#failed) await first?.done
    await this.#entries.at(-1)?.stored
  }

  /** Resolves when nothing is in hand. Rejects with the fault of one that failed. */
  async empty(): Promise<void> {
    await this.#entries.at(-1)?.done
  }

  /** `storing`: its step (a), begun. `settle`: the rest of it, given (a) and the end of the one before. */
  begin<T>(
    settlement: Settlement,
    storing: Promise<T>,
    settle: (stored: Promise<T>, before: Promise<void> | undefined) => Promise<void>,
  ): void {
    this.#storing = true
    const stored = storing.finally(() => {
      this.#storing = false
      this.#wake()
    })
    const failed = (error: unknown): never => {
      this.#failed = true
      throw error
    }
    const done = settle(stored, this.#entries.at(-1)?.done)
      .then(() => void this.#entries.shift(), failed)
      .finally(() => this.#wake())
    // Whoever awaits them next hears of a failure; until then it must not count as unhandled.
    for (const end of [stored, done]) end.catch(() => undefined)
    this.#entries.push({ settlement, stored, done })
  }
}
