import { type Clock, sleep } from '@civitals/contracts/clock'

/** A store that does not take what it is given. */
export interface StoreDown {
  readonly store: 'series' | 'state'
  readonly since: number
  readonly attempts: number
  readonly message: string
}

const firstPauseMs = 100
const longestPauseMs = 5_000

/**
 * Asks a store again and again until it takes what it is given: the queue's bound holds the gateways meanwhile and nothing is
 * acknowledged, so nothing is lost however long it lasts.
 */
export class Persistence {
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #onChange: (down: StoreDown | undefined) => void
  #down: StoreDown | undefined

  /** `onChange` hears of every attempt that failed, and once that it is over. */
  constructor(clock: Clock, signal: AbortSignal, onChange: (down: StoreDown | undefined) => void) {
    this.#clock = clock
    this.#signal = signal
    this.#onChange = onChange
  }

  get down(): StoreDown | undefined {
    return this.#down
  }

  /** Rejects only when the signal aborts. */
  async until<T>(store: StoreDown['store'], work: () => Promise<T>): Promise<T> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        const result = await work()
        this.#over()
        return result
      } catch (error) {
        this.#signal.throwIfAborted()
        this.#note(store, error)
        await sleep(this.#clock, pauseMs, this.#signal)
      }
    }
  }

  #over(): void {
    if (!this.#down) return
    this.#down = undefined
    this.#onChange(undefined)
  }

  #note(store: StoreDown['store'], error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    const before = this.#down?.store === store ? this.#down : { since: this.#clock.now(), attempts: 0 }
    this.#down = { store, since: before.since, attempts: before.attempts + 1, message }
    this.#onChange(this.#down)
  }
}
