import type { EpochMs } from '@civitals/contracts/clock'
import { median } from '../formulas/statistics.ts'

const hourMs = 3_600_000
const dayHours = 24
const weekHours = 168

/** Weeks kept: eight to compare with and one to judge. */
const keptHours = 10 * weekHours

/** How many of something there were, by the hour: complaints. */
export class Counts {
  readonly #hours = new Map<number, number>()
  readonly #dirty = new Set<number>()
  #first = Number.POSITIVE_INFINITY
  #last: EpochMs | null = null

  /** Adds to the hour that holds `at`. */
  record(at: EpochMs, count: number): void {
    const hour = Math.floor(at / hourMs)
    this.set(at, (this.#hours.get(hour) ?? 0) + count)
    this.#dirty.add(hour)
  }

  /** Sets the hour that holds `at`: for history. */
  set(at: EpochMs, count: number): void {
    const hour = Math.floor(at / hourMs)
    this.#hours.set(hour, count)
    this.#first = Math.min(this.#first, hour)
    if (this.#last === null || at > this.#last) this.#last = at
    if (this.#hours.size > keptHours) this.#forget(hour - keptHours)
  }

  /** Newest count, event time. */
  get lastAt(): EpochMs | null {
    return this.#last
  }

  /** Hours changed by `record` since the last call, with their totals. */
  takeChanged(): { hour: EpochMs; count: number }[] {
    const changed = [...this.#dirty].map((hour) => ({ hour: hour * hourMs, count: this.#hours.get(hour) ?? 0 }))
    this.#dirty.clear()
    return changed
  }

  /** Hands hours back that could not be written. */
  giveBack(hours: readonly { hour: EpochMs }[]): void {
    for (const { hour } of hours) this.#dirty.add(hour / hourMs)
  }

  /** Sum over the 24 hours that end with the one that holds `at`. */
  day(at: EpochMs): number {
    const end = Math.floor(at / hourMs)
    let sum = 0
    for (let hour = end - dayHours + 1; hour <= end; hour++) sum += this.#hours.get(hour) ?? 0
    return sum
  }

  /**
   * Median of the same 24 hours in each of the eight weeks before, those wholly inside the history; undefined while the
   * history spans less than eight weeks.
   */
  usualDay(at: EpochMs): number | undefined {
    const end = Math.floor(at / hourMs)
    if (end - this.#first < 8 * weekHours - dayHours) return undefined
    const days: number[] = []
    for (let week = 1; week <= 8; week++) {
      const last = end - week * weekHours
      if (last - dayHours + 1 >= this.#first) days.push(this.day(last * hourMs))
    }
    return days.length === 0 ? undefined : median(days)
  }

  #forget(before: number): void {
    for (const hour of this.#hours.keys()) if (hour < before) this.#hours.delete(hour)
    this.#first = Math.min(...this.#hours.keys())
  }
}
