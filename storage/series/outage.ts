import type { Clock } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'

/** Remembers since when an engine fails, so that its errors say how long it has been out of reach. */
export class Outage {
  readonly #clock: Clock
  #since: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  recovered(): void {
    this.#since = undefined
  }

  /**
   * The retryable error to reject with. `engine` is its name, `cause` what it said; neither holds secrets. `retryAfterMs`: how long
   * it asks to be left alone, 0 when it does not.
   */
  failed(engine: string, cause: unknown, retryAfterMs = 0): CivitalsError {
    const now = this.#clock.mono()
    this.#since ??= now
    const said = cause instanceof Error ? cause.message : String(cause)
    return new CivitalsError('CIV_STORAGE_SERIES_UNAVAILABLE', `${engine} cannot be used now: ${said}`, {
      retryable: true,
      context: { engine, outageMs: Math.round(now - this.#since), ...(retryAfterMs > 0 && { retryAfterMs }) },
      cause,
    })
  }
}

export const closedError = (): CivitalsError =>
  new CivitalsError('CIV_STORAGE_SERIES_CLOSED', 'The series store is closed.')
