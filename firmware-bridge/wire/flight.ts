import type { Clock, Timer } from '@civitals/contracts/clock'
import type { Outcome } from './line.ts'

/** A timer that fires this late was held up by this process itself: the reply may lie unread beside it. */
const stallMs = 5

/** One request on the wire, until its reply, its time-out, or whatever else ends the wait. */
export class Flight<Q, R extends object> {
  readonly id: number
  readonly request: Q
  readonly sentAt: number
  /** Bytes of its frame. */
  readonly bytes: number
  /** How many requests were under way when it was sent, itself included. */
  readonly company: number
  /** It was answered in doubt: the question is put once more. */
  again = false
  readonly #clock: Clock
  readonly #done: (outcome: Outcome<R>, flight: Flight<Q, R>) => void
  #timer: Timer | undefined

  constructor(
    clock: Clock,
    sent: { readonly id: number; readonly request: Q; readonly bytes: number; readonly company: number },
    done: (outcome: Outcome<R>, flight: Flight<Q, R>) => void,
  ) {
    this.id = sent.id
    this.request = sent.request
    this.bytes = sent.bytes
    this.company = sent.company
    this.sentAt = clock.mono()
    this.#clock = clock
    this.#done = done
  }

  /**
   * Calls `onTimeout` after `timeoutMs`. When the machine or this process stalled, what came meanwhile is read before time is called:
   * timers are run before sockets are read.
   */
  expect(timeoutMs: number, onTimeout: () => void): void {
    this.#timer = this.#clock.after(timeoutMs, () => {
      const stalled = this.#clock.mono() - this.sentAt - timeoutMs > stallMs
      if (stalled) this.#timer = this.#clock.after(1, onTimeout)
      else onTimeout()
    })
  }

  land(outcome: Outcome<R>): void {
    this.#timer?.cancel()
    this.#done(outcome, this)
  }
}
