import type { EpochMs } from '@civitals/contracts/clock'
import { type Quality, qualities } from '@civitals/contracts/quality'
import type { Playback, Recorder } from './record.ts'
import type { MinuteRun } from './ring-shape.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
const keptHours = 26

/** What a terminal delivered within a stretch of whole hours. */
export interface Delivered {
  /** Readings that arrived with a value. */
  readonly received: number
  /** Of them, those that passed quality control (QARTOD flag 1). */
  readonly good: number
  /** Reporting periods that hold at least one reading. */
  readonly periods: number
}

/** Attendance of one terminal, in event time, by the hour. */
export class TerminalWatch {
  readonly terminal: string
  readonly site: string
  readonly reportEveryMs: number
  /** Newest reading that carried a value. */
  lastAt: EpochMs | null = null
  #lastPeriod = -1
  readonly #hours = new Int32Array(keptHours).fill(-1)
  readonly #received = new Uint32Array(keptHours)
  readonly #good = new Uint32Array(keptHours)
  readonly #periods = new Uint32Array(keptHours)

  constructor(terminal: string, site: string, reportEveryMs: number) {
    this.terminal = terminal
    this.site = site
    this.reportEveryMs = reportEveryMs
  }

  /**
   * One reading of any point. Readings without a value (nothing arrived) do not count as received. `passes`: false where quality
   * control is still to say it by `passed`.
   */
  add(at: EpochMs, quality: Quality, count = 1, passes: boolean = qualities[quality].flag === 1): void {
    if (qualities[quality].flag === 9) return
    if (this.lastAt === null || at > this.lastAt) this.lastAt = at
    const slot = this.#slotOf(Math.floor(at / hourMs))
    if (slot === undefined) return
    this.#received[slot] = (this.#received[slot] ?? 0) + count
    if (passes) this.#good[slot] = (this.#good[slot] ?? 0) + count
    const period = Math.floor(at / this.reportEveryMs)
    if (period <= this.#lastPeriod) return
    this.#lastPeriod = period
    this.#periods[slot] = (this.#periods[slot] ?? 0) + 1
  }

  /** Minutes `begin` <= k < `end` of a column at once. */
  addMinutes({ minute, count, flag }: MinuteRun, begin: number, end: number): void {
    if (begin >= end) return
    const newest = (minute[end - 1] ?? 0) * minuteMs
    if (this.lastAt === null || newest > this.lastAt) this.lastAt = newest
    let hour = -1
    let slot: number | undefined
    for (let k = begin; k < end; k++) {
      const at = (minute[k] ?? 0) * minuteMs
      const own = Math.floor(at / hourMs)
      if (own !== hour) {
        hour = own
        slot = this.#slotOf(own)
      }
      if (slot === undefined) continue
      this.#received[slot] = (this.#received[slot] ?? 0) + (count[k] ?? 1)
      if (flag[k] === 1) this.#good[slot] = (this.#good[slot] ?? 0) + (count[k] ?? 1)
      const period = Math.floor(at / this.reportEveryMs)
      if (period <= this.#lastPeriod) continue
      this.#lastPeriod = period
      this.#periods[slot] = (this.#periods[slot] ?? 0) + 1
    }
  }

  /** A reading added before has passed quality control. */
  passed(at: EpochMs): void {
    const slot = this.#slotOf(Math.floor(at / hourMs))
    if (slot !== undefined) this.#good[slot] = (this.#good[slot] ?? 0) + 1
  }

  /** Sum over the hours that begin at `from` or later and not after `to`. */
  delivered(from: EpochMs, to: EpochMs): Delivered {
    let [received, good, periods] = [0, 0, 0]
    for (let hour = Math.ceil(from / hourMs); hour <= Math.floor(to / hourMs); hour++) {
      const slot = hour % keptHours
      if (this.#hours[slot] !== hour) continue
      received += this.#received[slot] ?? 0
      good += this.#good[slot] ?? 0
      periods += this.#periods[slot] ?? 0
    }
    return { received, good, periods }
  }

  save(out: Recorder): void {
    out.time(this.lastAt)
    out.whole(this.#lastPeriod + 1)
    for (let slot = 0; slot < keptHours; slot++) {
      out.whole((this.#hours[slot] ?? -1) + 1)
      for (const counts of [this.#received, this.#good, this.#periods]) out.whole(counts[slot] ?? 0)
    }
  }

  load(from: Playback): void {
    this.lastAt = from.time()
    this.#lastPeriod = from.whole() - 1
    for (let slot = 0; slot < keptHours; slot++) {
      this.#hours[slot] = from.whole() - 1
      for (const counts of [this.#received, this.#good, this.#periods]) counts[slot] = from.whole()
    }
  }

  #slotOf(hour: number): number | undefined {
    const slot = hour % keptHours
    const present = this.#hours[slot] ?? -1
    if (present > hour) return undefined
    if (present < hour) {
      this.#hours[slot] = hour
      this.#received[slot] = 0
      this.#good[slot] = 0
      this.#periods[slot] = 0
    }
    return slot
  }
}
