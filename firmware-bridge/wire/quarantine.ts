import type { Clock } from '@civitals/contracts/clock'

/** Silence that must have lasted before a quarantine ends. */
const settleMs = 50

/**
 * The silence a line keeps before it speaks. After a good reply that is the gap between frames. After a transaction that
 * brought none, the reply may still come; an RTU reply does not say which request it answers, so the line waits until it can
 * no longer come and throws away what arrives.
 */
export class Quarantine {
  readonly #clock: Clock
  readonly #gapMs: number
  #lastByteAt = Number.NEGATIVE_INFINITY
  /** Of the whole line, and of single terminals. */
  #until: number | undefined
  readonly #held = new Map<number | string, number>()

  constructor(clock: Clock, gapMs: number) {
    this.#clock = clock
    this.#gapMs = gapMs
  }

  /** Bytes came, wanted or not. */
  heard(): void {
    this.#lastByteAt = this.#clock.mono()
  }

  /** The last transaction brought no good reply: nobody is asked for `quietMs`. */
  suspect(quietMs: number): void {
    if (quietMs > 0) this.#until = this.#clock.mono() + quietMs
  }

  /** Only this terminal is not asked for `quietMs`: it was silent before and is silent again, or needs the pause. */
  hold(terminal: number | string, quietMs: number): void {
    const until = this.#clock.mono() + quietMs
    if (quietMs > 0 && until > (this.#held.get(terminal) ?? 0)) this.#held.set(terminal, until)
  }

  /** Milliseconds until `terminal` may be asked, as far as is known now. */
  waitMs(terminal: number | string): number {
    const now = this.#clock.mono()
    const held = (this.#held.get(terminal) ?? now) - now
    if (this.#until === undefined) return Math.max(held, this.#lastByteAt + this.#gapMs - now)
    return Math.max(held, this.#until - now, this.#lastByteAt + settleMs - now)
  }

  /** The line speaks: the silence was kept. */
  over(terminal: number | string): void {
    this.#until = undefined
    this.#held.delete(terminal)
  }
}
