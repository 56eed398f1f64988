import type { Clock, Timer } from '@civitals/contracts/clock'
import type { Outcome } from './line.ts'

/** Any of these ends a transaction: the caller's signal, the closing of the line. Joined only where a wait needs one signal. */
export type Stops = readonly AbortSignal[]

export const stopped = (stops: Stops): boolean => stops.some((signal) => signal.aborted)

/** One request on the wire: ends once, by its reply, by its time-out, by the caller or with the line. */
export class Exchange<R extends object> {
  readonly outcome: Promise<Outcome<R>>
  readonly #resolve: (outcome: Outcome<R>) => void
  readonly #timer: Timer
  readonly #stops: Stops
  readonly #onAbort = (): void => this.settle({ ok: false, kind: 'aborted' })

  constructor(clock: Clock, timeoutMs: number, stops: Stops) {
    const { promise, resolve } = Promise.withResolvers<Outcome<R>>()
    this.outcome = promise
    this.#resolve = resolve
    this.#timer = clock.after(timeoutMs, () => this.settle({ ok: false, kind: 'timeout' }))
    this.#stops = stops
    for (const signal of stops) signal.addEventListener('abort', this.#onAbort)
    if (stopped(stops)) this.#onAbort()
  }

  /** The first call counts, later ones do nothing. */
  settle(outcome: Outcome<R>): void {
    this.#timer.cancel()
    for (const signal of this.#stops) signal.removeEventListener('abort', this.#onAbort)
    this.#resolve(outcome)
  }
}

/** A signal that aborts after a while, unless disposed of first. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController()
  readonly #timer: Timer

  constructor(clock: Clock, afterMs: number) {
    this.#timer = clock.after(afterMs, () => this.#controller.abort(new Error(`no connection within ${afterMs} ms`)))
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  [Symbol.dispose](): void {
    this.#timer.cancel()
  }
}
