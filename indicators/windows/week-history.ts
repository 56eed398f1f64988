import type { EpochMs } from '@civitals/contracts/clock'
import { type RobustScale, robustScale } from '../formulas/statistics.ts'
import type { LocalTime } from './local-time.ts'

const hourMs = 3_600_000
const weekHours = 168

/** Weeks a baseline looks back [reference 6.3]. */
export const historyWeeks = 8

/**
 * Hourly means of one series by hour of the week over the last eight weeks: what is usual at this hour. Hours are those of
 * local time, so that demand keeps its shape.
 */
export class WeekHistory {
  readonly #local: LocalTime
  readonly #sums = new Float64Array(weekHours * historyWeeks)
  readonly #counts = new Uint32Array(weekHours * historyWeeks)
  readonly #hours = new Int32Array(weekHours * historyWeeks).fill(-1)

  constructor(local: LocalTime) {
    this.#local = local
  }

  add(at: EpochMs, value: number, count = 1): void {
    const hour = Math.floor(at / hourMs)
    const cell = this.#cellOf(hour)
    if ((this.#hours[cell] ?? -1) > hour) return
    if (this.#hours[cell] !== hour) {
      this.#hours[cell] = hour
      this.#sums[cell] = 0
      this.#counts[cell] = 0
    }
    this.#sums[cell] = (this.#sums[cell] ?? 0) + value * count
    this.#counts[cell] = (this.#counts[cell] ?? 0) + count
  }

  /**
   * What is usual around `at`: the bins before and after the middle of the last hour, weighted by nearness, so that the baseline
   * does not jump at full hours. Undefined with fewer than `weeks` weeks in either bin.
   */
  usual(at: EpochMs, weeks: number): RobustScale | undefined {
    const hour = Math.floor(at / hourMs)
    const share = at / hourMs - hour
    const before = this.#bin(hour - 1, hour, weeks)
    const after = this.#bin(hour, hour, weeks)
    if (!before || !after) return undefined
    return {
      median: (1 - share) * before.median + share * after.median,
      sigma: (1 - share) * before.sigma + share * after.sigma,
    }
  }

  /** Scale of the earlier weeks of the bin that hour `hour` falls in; the last 24 hours are what is judged, not the judge. */
  #bin(hour: number, now: number, weeks: number): RobustScale | undefined {
    const bin = this.#binOf(hour)
    const values: number[] = []
    for (let week = 0; week < historyWeeks; week++) {
      const cell = bin * historyWeeks + week
      const kept = this.#hours[cell] ?? -1
      if (kept < 0 || kept > now - 24 || kept <= now - weekHours * (historyWeeks + 1)) continue
      values.push((this.#sums[cell] ?? 0) / (this.#counts[cell] ?? 1))
    }
    return values.length < weeks ? undefined : robustScale(values)
  }

  #binOf(hour: number): number {
    return this.#local(hour * hourMs).hourOfWeek
  }

  #cellOf(hour: number): number {
    return this.#binOf(hour) * historyWeeks + (Math.floor(hour / weekHours) % historyWeeks)
  }
}
