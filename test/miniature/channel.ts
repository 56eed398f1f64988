import type { Schedule } from './schedule.ts'

interface Underway<T> {
  readonly message: T
  readonly label: string
  readonly arrivesAt: number
}

/** Messages that arrive together, as one chunk of a socket does. */
const shareOfSameChunk = 0.3

/** One direction of one connection: keeps order, delays, stands still while `flows` says so, and is read no further until told. */
export class Channel<T> {
  readonly #schedule: Schedule
  readonly #name: string
  readonly #flows: () => boolean
  readonly #delay: () => number
  readonly #deliver: (message: T, next: () => void) => void
  #underway: Underway<T>[] = []
  #lastArrival = 0
  #waiting = false
  #broken = false

  /** `deliver` gets one message and calls `next` when it may get another. */
  constructor(
    schedule: Schedule,
    name: string,
    flows: () => boolean,
    delay: () => number,
    deliver: (message: T, next: () => void) => void,
  ) {
    this.#schedule = schedule
    this.#name = name
    this.#flows = flows
    this.#delay = delay
    this.#deliver = deliver
  }

  send(message: T, label: string): void {
    if (this.#broken) return
    const { now, random } = this.#schedule
    const together = this.#lastArrival > now && random.chance(shareOfSameChunk)
    this.#lastArrival = together ? this.#lastArrival : Math.max(this.#lastArrival, now + this.#delay())
    this.#underway.push({ message, label, arrivesAt: this.#lastArrival })
    this.flow()
  }

  /** What is on its way never arrives, nor what is sent from now on. */
  break(): void {
    this.#broken = true
    this.#underway = []
  }

  /** Goes on when something stood still. */
  flow(): void {
    const [first] = this.#underway
    if (this.#waiting || !first || !this.#flows()) return
    this.#waiting = true
    const { now } = this.#schedule
    this.#schedule.at(first.arrivesAt - now, `${this.#name} ${first.label}`, () => this.#arrive())
  }

  #arrive(): void {
    const first = this.#flows() ? this.#underway.shift() : undefined
    if (!first) {
      this.#waiting = false
      return
    }
    let called = false
    this.#deliver(first.message, () => {
      if (called) return
      called = true
      this.#waiting = false
      const [second] = this.#underway
      if (second && second.arrivesAt <= this.#schedule.now && this.#flows()) {
        this.#waiting = true
        this.#arrive()
      } else this.flow()
    })
  }
}
