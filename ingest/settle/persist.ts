import { type Clock, sleep } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'

/** A store that does not take what it is given. */
export interface StoreDown {
  readonly store: 'series' | 'state'
  readonly since: number
  readonly attempts: number
  readonly message: string
}

const firstPauseMs = 100
const longestPauseMs = 5_000
/** A store may ask to be left alone for so long; more is a mistake of something in between. */
const longestRetryAfterMs = 300_000

/**
 * Asks a store again and again until it takes what it is given: the queue's bound holds the gateways meanwhile and nothing is
 * acknowledged, so nothing is lost however long it lasts.
 */
export class Persistence {
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #onChange: (down: StoreDown | undefined) => void
  readonly #random: () => number
  /** The one that went down first in front: both may be, each asked for a settlement of its own. */
  readonly #down = new Map<StoreDown['store'], StoreDown>()

  /** `onChange` hears of every attempt that failed, and once of each store that it is over. `random` in [0, 1) spreads the attempts of many centres. */
  constructor(
    clock: Clock,
    signal: AbortSignal,
    onChange: (down: StoreDown | undefined) => void,
    random: () => number = Math.random,
  ) {
    this.#clock = clock
    this.#signal = signal
    this.#onChange = onChange
    this.#random = random
  }

  get down(): StoreDown | undefined {
    const [first] = this.#down.values()
    return first
  }

  /**
   * Rejects only when the signal aborts. `work` is given the signal while a store is down, so that stopping does not wait for a
   * time limit; otherwise what is in hand comes to its end.
   */
  async until<T>(store: StoreDown['store'], work: (signal?: AbortSignal) => Promise<T>): Promise<T> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        const result = await work(this.#down.has(store) ? this.#signal : undefined)
        this.#over(store)
        return result
      } catch (error) {
        this.#signal.throwIfAborted()
        this.#note(store, error)
        await sleep(this.#clock, this.#pauseAfter(error, pauseMs), this.#signal)
      }
    }
  }

  /** Half to the whole of `pauseMs`, or as long as the store asks for and up to a tenth more. */
  #pauseAfter(error: unknown, pauseMs: number): number {
    const asked = error instanceof CivitalsError ? Number(error.context.retryAfterMs ?? 0) : 0
    const wanted = Math.min(asked, longestRetryAfterMs) * (1 + this.#random() / 10)
    return Math.max(wanted, (pauseMs * (1 + this.#random())) / 2)
  }

  #over(store: StoreDown['store']): void {
    if (this.#down.delete(store)) this.#onChange(this.down)
  }

  #note(store: StoreDown['store'], error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    const { since, attempts } = this.#down.get(store) ?? { since: this.#clock.now(), attempts: 0 }
    this.#down.set(store, { store, since, attempts: attempts + 1, message })
    this.#onChange(this.down)
  }
}
