import type { Clock, Timer } from '@civitals/contracts/clock'

/** Timers that end together. */
export class Chores implements Disposable {
  readonly #clock: Clock
  readonly #timers = new Set<Timer>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  once(delayMs: number, work: () => void): void {
    const timer = this.#clock.after(delayMs, () => {
      this.#timers.delete(timer)
      work()
    })
    this.#timers.add(timer)
  }

  every(periodMs: number, work: () => void): void {
    this.once(periodMs, () => {
      work()
      this.every(periodMs, work)
    })
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }
}
