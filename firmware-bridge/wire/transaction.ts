import type { Clock } from '@civitals/contracts/clock'
import type { LineFailure, Outcome } from './line.ts'

export const aborted = (detail?: string): LineFailure => ({ ok: false, kind: 'aborted', ...(detail ? { detail } : {}) })

/** One call of a line, from its request to its outcome. Ends once: later endings do nothing. */
export class Transaction<Q, R extends object> {
  readonly request: Q
  readonly outcome: Promise<Outcome<R>>
  /** Called when it ends, by whatever: stops the wait it is in. */
  onEnd: (() => void) | undefined
  /** It failed in company and was put back once. */
  repeated = false
  readonly #resolve: (outcome: Outcome<R>) => void
  readonly #signal: AbortSignal | undefined
  readonly #onAbort = (): void => this.end(aborted())
  #ended = false

  constructor(request: Q, signal: AbortSignal | undefined) {
    const { promise, resolve } = Promise.withResolvers<Outcome<R>>()
    this.request = request
    this.outcome = promise
    this.#resolve = resolve
    this.#signal = signal
    signal?.addEventListener('abort', this.#onAbort)
    if (signal?.aborted) this.#onAbort()
  }

  get ended(): boolean {
    return this.#ended
  }

  end(outcome: Outcome<R>): void {
    if (this.#ended) return
    this.#ended = true
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#resolve(outcome)
    this.onEnd?.()
  }
}

/** Resolves after `delayMs`, or as soon as the transaction ends. */
export function pause<Q, R extends object>(clock: Clock, delayMs: number, within: Transaction<Q, R>): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(delayMs, () => {
      within.onEnd = undefined
      resolve()
    })
    within.onEnd = () => {
      timer.cancel()
      resolve()
    }
  })
}
