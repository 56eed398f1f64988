import type { EpochMs } from '@civitals/contracts/clock'
import type { RobustScale } from '../formulas/statistics.ts'
import type { LocalTime } from '../windows/local-time.ts'
import type { Playback, Recorder } from '../windows/record.ts'
import { type Weighted, weightedScale } from './weighted.ts'

const hourMs = 3_600_000
const weekHours = 168
const dayHours = 24

/** Weeks a baseline looks back [reference 6.3]. */
export const historyWeeks = 8
/** Age at which an hour counts half. */
const halfLifeWeeks = 4
/** Hours in a bin below which it borrows from its neighbours. */
const fewHours = 4

/** Ordinary hours of the week, then the hours of holidays, then those of make-up workdays. */
const holidayBins = weekHours
const makeUpBins = weekHours + dayHours
const bins = weekHours + 2 * dayHours

interface Place {
  readonly bin: number
  readonly hour: number
}

/**
 * Hourly means of one series by hour of the week over the last eight weeks, the newer weighing more: what is usual at this hour.
 * Hours are those of local time, so that demand keeps its shape; holidays and make-up workdays have bins of their own. Feed it only
 * what may be learned from: neither flagged readings nor those of an open alarm, or the baseline learns to be sick.
 */
export class HourHistory {
  readonly #local: LocalTime
  readonly #sums = new Float64Array(bins * historyWeeks)
  readonly #counts = new Uint32Array(bins * historyWeeks)
  readonly #hours = new Int32Array(bins * historyWeeks).fill(-1)
  /** Where the last reading went: most of the next ones go there too. */
  #last = 0

  constructor(local: LocalTime) {
    this.#local = local
  }

  add(at: EpochMs, value: number, count = 1): void {
    const hour = Math.floor(at / hourMs)
    const cell = this.#hours[this.#last] === hour ? this.#last : this.#cellFor(this.#placeOf(hour).bin, hour)
    if (cell < 0) return
    this.#last = cell
    this.#sums[cell] = (this.#sums[cell] ?? 0) + value * count
    this.#counts[cell] = (this.#counts[cell] ?? 0) + count
  }

  /** Writes all hours that are kept. */
  save(out: Recorder): void {
    const held = [...this.#hours.keys()].filter((cell) => (this.#hours[cell] ?? -1) >= 0)
    out.whole(held.length)
    for (const cell of held) {
      out.whole(this.#hours[cell] ?? 0)
      out.whole(this.#counts[cell] ?? 0)
      out.number(this.#sums[cell] ?? 0)
    }
  }

  /** Takes over what `save` wrote; each hour finds its bin anew. */
  load(from: Playback): void {
    for (let left = from.whole(); left > 0; left--) {
      const [hour, count, sum] = [from.whole(), from.whole(), from.number()]
      const cell = this.#cellFor(this.#placeOf(hour).bin, hour)
      if (cell < 0) continue
      this.#counts[cell] = count
      this.#sums[cell] = sum
    }
  }

  /** Takes out what hour `hour`, counted since 1970, taught. */
  forget(hour: number): void {
    const first = this.#placeOf(hour).bin * historyWeeks
    for (let cell = first; cell < first + historyWeeks; cell++) if (this.#hours[cell] === hour) this.#hours[cell] = -1
  }

  /**
   * What is usual around `at`: the bins before and after the middle of the last hour, weighted by nearness, so that the baseline
   * does not jump at full hours. Undefined with less than `weeks` weeks of history for either.
   */
  usual(at: EpochMs, weeks: number): RobustScale | undefined {
    const hour = Math.floor(at / hourMs)
    const share = at / hourMs - hour
    const before = this.#scale(hour - 1, hour, weeks)
    const after = this.#scale(hour, hour, weeks)
    if (!before || !after) return undefined
    return {
      median: (1 - share) * before.median + share * after.median,
      sigma: (1 - share) * before.sigma + share * after.sigma,
    }
  }

  /** What is usual for the whole hour that begins at `at`. */
  usualHour(at: EpochMs, weeks: number): RobustScale | undefined {
    const hour = Math.floor(at / hourMs)
    return this.#scale(hour, hour, weeks)
  }

  /** Scale of the earlier weeks of hour `hour`; the last 24 hours are what is judged, not the judge. */
  #scale(hour: number, now: number, weeks: number): RobustScale | undefined {
    const place = this.#placeOf(hour)
    for (const group of this.#borrowing(place)) {
      const seen = new Set<number>()
      const values = group.flatMap((bin) => this.#values(bin, now, seen))
      if (values.length >= fewHours && seen.size >= weeks) return weightedScale(values)
    }
    return undefined
  }

  /**
   * Where values are looked for, nearest first: the bin, then with the hours beside it, then the day it resembles: a holiday lives
   * like a weekend, a make-up workday like any workday.
   */
  #borrowing({ bin, hour }: Place): number[][] {
    if (bin < weekHours) return [[bin], [(bin + weekHours - 1) % weekHours, bin, (bin + 1) % weekHours]]
    const start = bin - hour
    const beside = [start + ((hour + dayHours - 1) % dayHours), bin, start + ((hour + 1) % dayHours)]
    const days = start === holidayBins ? [5, 6] : [0, 1, 2, 3, 4]
    return [[bin], beside, [...beside, ...days.map((day) => day * dayHours + hour)]]
  }

  #values(bin: number, now: number, weeks: Set<number>): Weighted[] {
    const found: Weighted[] = []
    for (let cell = bin * historyWeeks; cell < (bin + 1) * historyWeeks; cell++) {
      const kept = this.#hours[cell] ?? -1
      if (kept < 0 || kept > now - dayHours || this.#isOld(bin, now - kept)) continue
      weeks.add(Math.floor(kept / weekHours))
      const weight = 0.5 ** ((now - kept) / weekHours / halfLifeWeeks)
      found.push({ value: (this.#sums[cell] ?? 0) / (this.#counts[cell] ?? 1), weight })
    }
    return found
  }

  /** Ordinary hours are forgotten after eight weeks; holidays are too rare for that. */
  #isOld(bin: number, age: number): boolean {
    return bin < weekHours && age >= weekHours * (historyWeeks + 1)
  }

  #placeOf(hour: number): Place {
    const local = this.#local(hour * hourMs)
    if (local.dayType === 'ordinary') return { bin: local.hourOfWeek, hour: local.hour }
    return { bin: (local.dayType === 'holiday' ? holidayBins : makeUpBins) + local.hour, hour: local.hour }
  }

  /** The cell of this hour, taken from the oldest of its bin; -1 when the bin holds only newer ones. */
  #cellFor(bin: number, hour: number): number {
    const first = bin * historyWeeks
    let oldest = first
    for (let cell = first; cell < first + historyWeeks; cell++) {
      if (this.#hours[cell] === hour) return cell
      if ((this.#hours[cell] ?? -1) < (this.#hours[oldest] ?? -1)) oldest = cell
    }
    if ((this.#hours[oldest] ?? -1) > hour) return -1
    this.#hours[oldest] = hour
    this.#sums[oldest] = 0
    this.#counts[oldest] = 0
    return oldest
  }
}
