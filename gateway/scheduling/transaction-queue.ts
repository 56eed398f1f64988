import { type Priority, stretchMs } from './priority.ts'

/** A transaction that waits for its turn. */
export interface Wanted {
  /** Terminal address on the line. */
  readonly unit: number | string
  readonly priority: Priority
  /** Monotonic time at which it should have begun. */
  readonly dueAt: number
}

/** What waits for one line, in the order of due time + stretch; ties in the order of arrival. */
export class TransactionQueue<W extends Wanted> {
  readonly #waiting: W[] = []

  get size(): number {
    return this.#waiting.length
  }

  add(wanted: W): void {
    this.#waiting.push(wanted)
  }

  /** Takes the first whose unit is free. */
  take(isFree: (unit: Wanted['unit']) => boolean): W | undefined {
    let first = -1
    let earliest = Number.POSITIVE_INFINITY
    for (const [index, { unit, priority, dueAt }] of this.#waiting.entries()) {
      const deadline = dueAt + stretchMs[priority]
      if (deadline >= earliest || !isFree(unit)) continue
      first = index
      earliest = deadline
    }
    return first < 0 ? undefined : this.#waiting.splice(first, 1)[0]
  }

  /** Takes out all that `which` says, in the order of arrival. */
  remove(which: (wanted: W) => boolean): W[] {
    const removed = this.#waiting.filter(which)
    const kept = this.#waiting.filter((wanted) => !which(wanted))
    this.#waiting.splice(0, this.#waiting.length, ...kept)
    return removed
  }
}
