// The one thing that happens next in a miniature: seeded random numbers, virtual time, processes that can end at any instant.
import type { Clock, EpochMs, Timer } from '@civitals/contracts/clock'

/** True time at which every miniature begins. */
export const beginning: EpochMs = Date.UTC(2026, 5, 12, 8, 0, 0)

/** Random numbers that follow from a seed alone [mulberry32]. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** In [0, 1). */
  readonly next = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low)
  }

  /** A whole number in [0, count). */
  below(count: number): number {
    return Math.floor(this.next() * count)
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T
  }
}

interface Event {
  readonly at: number
  readonly order: number
  readonly label: string
  readonly work: () => void
  cancelled: boolean
}

const earlier = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

/** Runs events one at a time in virtual time; between two of them all promises settle. Nothing else moves a miniature. */
export class Schedule {
  readonly random: Random
  /** Milliseconds since the beginning. */
  now = 0
  /** Called with every event before it runs. */
  readonly onEvent: ((line: string) => void) | undefined
  #events = 0
  #hash = 0x811c9dc5
  #order = 0
  readonly #heap: Event[] = []

  constructor(seed: number, onEvent?: (line: string) => void) {
    this.random = new Random(seed)
    this.onEvent = onEvent
  }

  get events(): number {
    return this.#events
  }

  /** Fingerprint of everything that happened, in order. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }

  at(delayMs: number, label: string, work: () => void): Timer {
    const event: Event = {
      at: this.now + Math.max(0, delayMs),
      order: this.#order++,
      label,
      work,
      cancelled: false,
    }
    this.#push(event)
    const cancel = (): void => {
      event.cancelled = true
    }
    return { cancel, [Symbol.dispose]: cancel }
  }

  /** Until `done`, or nothing is left to happen before `untilMs`. */
  async run(done: () => boolean, untilMs: number): Promise<void> {
    await settlePromises()
    while (!done()) {
      const event = this.#pop()
      if (!event) return
      if (event.cancelled) continue
      if (event.at > untilMs) {
        this.#push(event)
        return
      }
      this.now = event.at
      this.note(event.label)
      event.work()
      await settlePromises()
      this.#events++
    }
  }

  /** Adds to the fingerprint what an event's label did not say. */
  note(label: string): void {
    const line = `${this.now.toFixed(3)} ${label}`
    this.onEvent?.(line)
    for (let place = 0; place < line.length; place++) {
      this.#hash = Math.imul(this.#hash ^ line.charCodeAt(place), 0x01000193)
    }
  }

  #push(event: Event): void {
    const heap = this.#heap
    let place = heap.push(event) - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!earlier(event, heap[parent]!)) break
      heap[place] = heap[parent]!
      place = parent
    }
    heap[place] = event
  }

  #pop(): Event | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (!first || !last || first === last) return first
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && earlier(heap[child + 1]!, heap[child]!)) child++
      if (!earlier(heap[child]!, last)) break
      heap[place] = heap[child]!
      place = child
    }
    heap[place] = last
    return first
  }
}

/** A turn of the event loop ends when no promise is left to settle; settling yields to it between slices. */
const settlePromises = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** One run of a process. After its end none of its timers fires and nothing it waits for comes: as kill -9 leaves it. */
export class Life {
  readonly schedule: Schedule
  readonly name: string
  readonly startedAt: number
  #alive = true

  constructor(schedule: Schedule, name: string) {
    this.schedule = schedule
    this.name = name
    this.startedAt = schedule.now
  }

  get alive(): boolean {
    return this.#alive
  }

  end(): void {
    this.#alive = false
  }

  after(delayMs: number, label: string, work: () => void): Timer {
    return this.schedule.at(delayMs, `${this.name} ${label}`, () => {
      if (this.#alive) work()
    })
  }

  /** Resolves with what `work` gives, `delayMs` from now; never, when the process has ended by then. */
  later<T>(delayMs: number, label: string, work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.after(delayMs, label, () => {
        try {
          resolve(work())
        } catch (error) {
          reject(error)
        }
      })
    })
  }
}

/** The clock a process sees: its machine's wall time, wrong by `offsetMs()`, and monotonic time since it started. */
export function clockOf(life: Life, offsetMs: () => number = () => 0): Clock {
  const { schedule, startedAt } = life
  return {
    now: () => Math.floor(beginning + schedule.now + offsetMs()),
    mono: () => schedule.now - startedAt,
    after: (delayMs, work) => life.after(delayMs, 'timer', work),
  }
}
