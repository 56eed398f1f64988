import { type Clock, sleep } from '@civitals/contracts/clock'

/** Silence that must have lasted before a quarantine ends. */
const settleMs = 50
/** A line that babbles is listened to this long at most before the transaction is given up. */
const babbleMs = 2000

/**
 * The silence a line keeps before it speaks. After a good reply that is the gap between frames. After a transaction that
 * brought none, the reply may still come; an RTU reply does not say which request it answers, so the line waits until it can
 * no longer come and throws away what arrives.
 */
export class Quarantine {
  readonly #clock: Clock
  readonly #gapMs: number
  readonly #quarantineMs: number
  #lastByteAt = Number.NEGATIVE_INFINITY
  #until: number | undefined

  /** `quarantineMs` 0: replies name their request, no quarantine is needed. */
  constructor(clock: Clock, gapMs: number, quarantineMs: number) {
    this.#clock = clock
    this.#gapMs = gapMs
    this.#quarantineMs = quarantineMs
  }

  /** Bytes came, wanted or not. */
  heard(): void {
    this.#lastByteAt = this.#clock.mono()
  }

  /** The last transaction brought no good reply. */
  suspect(): void {
    if (this.#quarantineMs > 0) this.#until = this.#clock.mono() + this.#quarantineMs
  }

  /** Resolves true when the line may speak, false when it never falls quiet; rejects when one of `stops` aborts. */
  async over(stops: readonly AbortSignal[]): Promise<boolean> {
    const begin = this.#clock.mono()
    for (;;) {
      const wait = this.#dueAt() - this.#clock.mono()
      if (wait <= 0) break
      if (this.#clock.mono() - begin > babbleMs) return false
      await sleep(this.#clock, wait, AbortSignal.any([...stops]))
    }
    this.#until = undefined
    return true
  }

  #dueAt(): number {
    if (this.#until === undefined) return this.#lastByteAt + this.#gapMs
    return Math.max(this.#until, this.#lastByteAt + settleMs)
  }
}
