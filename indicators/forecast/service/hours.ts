import type { EpochMs } from '@civitals/contracts/clock'
import { historyHours } from '../forecast.ts'

export const hourMs = 3_600_000

/** Hourly means of one series, the newest five weeks; a hole is NaN. Single precision: half the memory, and seven digits are enough. */
export class HourlyHistory {
  readonly #values = new Float32Array(historyHours).fill(Number.NaN)
  /** First hour not yet held, in hours since 1970. */
  #end = 0

  /** Hour the history must be read from to be whole up to `end`: the newest three are read again, late readings change them. */
  readFrom(end: number): number {
    return Math.max(end - historyHours, Math.min(this.#end, end) - 3)
  }

  put(at: EpochMs, value: number | null): void {
    const hour = Math.floor(at / hourMs)
    if (hour < this.#end - historyHours) return
    if (hour >= this.#end) this.#open(hour + 1)
    this.#values[hour % historyHours] = value ?? Number.NaN
  }

  /** Hours before `end`, oldest first; at most five weeks. */
  before(end: number): Float64Array {
    this.#open(end)
    return Float64Array.from({ length: historyHours }, (_, k) => {
      const hour = end - historyHours + k
      return hour < this.#end - historyHours ? Number.NaN : (this.#values[hour % historyHours] ?? Number.NaN)
    })
  }

  /** Clears the hours up to `end` that nothing was put into. */
  #open(end: number): void {
    if (end <= this.#end) return
    for (let hour = Math.max(this.#end, end - historyHours); hour < end; hour++)
      this.#values[hour % historyHours] = Number.NaN
    this.#end = end
  }
}
