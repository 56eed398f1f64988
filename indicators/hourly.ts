import type { Clock, Timer } from '@civitals/contracts/clock'

const hourMs = 3_600_000

export interface HourlyOptions {
  readonly clock: Clock
  readonly work: () => Promise<void>
  /** After every full hour. */
  readonly pastHourMs: number
  /** Called when a run failed; the next hour tries again. */
  readonly onError?: (error: unknown) => void
}

/** Work that is done once an hour, and never twice at a time. */
export class Hourly {
  readonly #options: HourlyOptions
  #running: Promise<void> | undefined
  #timer: Timer | undefined
  #closed = false

  constructor(options: HourlyOptions) {
    this.#options = options
  }

  /** Set by `stop`: work under way may end early. */
  get closed(): boolean {
    return this.#closed
  }

  /** Now; a call during a run waits for that one. */
  run(): Promise<void> {
    this.#running ??= this.#options.work().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** First in `delayMs`, then past every hour. */
  after(delayMs: number): void {
    const { clock, pastHourMs, onError } = this.#options
    this.#timer = clock.after(delayMs, () => {
      this.run().catch((error: unknown) => {
        if (!this.#closed) onError?.(error)
      })
      this.after(hourMs - (clock.now() % hourMs) + pastHourMs)
    })
  }

  /** No more runs; `stopWork` ends one under way, and resolves with it. */
  async stop(stopWork?: () => PromiseLike<void>): Promise<void> {
    this.#closed = true
    this.#timer?.cancel()
    await stopWork?.()
    await this.#running?.catch(() => undefined)
  }
}
