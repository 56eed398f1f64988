import type { EpochMs } from '@civitals/contracts/clock'
import type { Quality } from '@civitals/contracts/quality'
import type { HourHistory } from '../baseline/hour-history.ts'
import type { Flag } from '../quality/flags.ts'
import type { PointLimits } from '../quality/limits.ts'
import { SeriesCheck } from '../quality/series-check.ts'
import type { Playback, Recorder } from './record.ts'
import { BucketRing } from './ring.ts'
import type { Bucket, Folded, MinuteRun, RingShape, SlotFlags, Totals } from './ring-shape.ts'

/**
 * Where a reading comes from. `again`: read back after a restart that found the windows as they were before it. `stored`: read back
 * to build the windows anew, history by the week and attendance are restored elsewhere.
 */
export type Source = 'live' | 'again' | 'stored'

const minuteMs = 60_000
const hourMs = 3_600_000

/** What the definitions in force need of one kind of series. */
export interface SeriesNeeds {
  /** Minutes kept one by one. */
  readonly minutes: number
  /** Hours kept one by one; 0 = none. */
  readonly hours: number
  /** Least and greatest of each minute. */
  readonly minuteExtremes: boolean
  /** Slots of five seconds over the last ten minutes: persistence and forecasts. */
  readonly fine: boolean
  /** Least and greatest of each of those. */
  readonly fineExtremes: boolean
  readonly energy: boolean
  readonly pass: RingShape['pass'] | undefined
  /** Hour-of-week history over eight weeks. */
  readonly week: boolean
}

export const fineSlotMs = 5_000
/** Readings may run five minutes ahead of the clock; what they begin must not push out what a window still holds. */
export const aheadMinutes = 6
const fineSlots = ((10 + aheadMinutes) * minuteMs) / fineSlotMs

/** All windows of one series, fed reading by reading in event time. */
export class SeriesWindow {
  readonly terminal: string
  readonly point: string
  readonly site: string
  /** Longest time between two samples when all is well. */
  readonly reportEveryMs: number
  readonly minutes: BucketRing
  readonly hours: BucketRing | undefined
  readonly fine: BucketRing | undefined
  readonly week: HourHistory | undefined
  readonly check: SeriesCheck
  /** Newest value as it was sent, scored or not. */
  rawAt: EpochMs | null = null
  rawValue = Number.NaN
  /** Comparisons with other series of the terminal, made before a reading is judged. */
  readonly comparisons: (() => void)[] = []
  /** Told of every reading that passed. */
  onPass: ((at: EpochMs) => void) | undefined
  /** Told of every reading that was found suspect or failed. */
  onDoubt: ((at: EpochMs) => void) | undefined
  /** Newest reading that counts. */
  lastAt: EpochMs | null = null
  lastValue = Number.NaN
  #source: Source = 'live'
  #recent: { readonly now: EpochMs; readonly windowMinutes: number; readonly buckets: readonly Bucket[] } | undefined

  constructor(
    name: { terminal: string; point: string; site: string; reportEveryMs: number },
    needs: SeriesNeeds,
    history: () => HourHistory,
    limits: PointLimits = {},
    ring: (part: 'minutes' | 'hours' | 'fine', shape: RingShape) => BucketRing = (_, shape) => new BucketRing(shape),
  ) {
    this.terminal = name.terminal
    this.point = name.point
    this.site = name.site
    this.reportEveryMs = name.reportEveryMs
    this.check = new SeriesCheck(limits, name.reportEveryMs)
    this.minutes = ring('minutes', {
      slotMs: minuteMs,
      slots: needs.minutes + aheadMinutes,
      flags: true,
      extremes: needs.minuteExtremes,
    })
    if (needs.hours > 0) {
      const pass = needs.pass ? { pass: needs.pass } : {}
      this.hours = ring('hours', {
        slotMs: hourMs,
        slots: needs.hours + 2,
        parts: true,
        flags: true,
        energy: needs.energy,
        ...pass,
      })
    }
    if (needs.fine) this.fine = ring('fine', { slotMs: fineSlotMs, slots: fineSlots, extremes: needs.fineExtremes })
    if (needs.week) this.week = history()
  }

  /**
   * One reading as it was sent: quality control says whether it counts. A late one amends the slots it belongs to, which are then
   * marked as revised.
   */
  take(at: EpochMs, value: number | null, quality: Quality, source: Source = 'live'): void {
    this.#source = source
    if (value !== null && (this.rawAt === null || at >= this.rawAt)) {
      this.rawAt = at
      this.rawValue = value
    }
    for (const compare of this.comparisons) compare()
    this.check.take(at, value, quality, this.#verdict)
  }

  readonly #verdict = (at: EpochMs, value: number, flag: Flag, _tests: number, late: boolean): void => {
    // Doubts of earlier readings are on disk.
    if (this.#source === 'live' && (flag === 3 || flag === 4)) this.onDoubt?.(at)
    if (flag === 4 || flag === 9) {
      this.minutes.note(at, flag)
      this.hours?.note(at, flag)
    } else if (Number.isFinite(value)) {
      // What a baseline learns from must be beyond doubt.
      const taught = this.#source !== 'stored' && flag === 1
      this.add(at, value, flag === 3, undefined, taught)
      if (taught) this.onPass?.(at)
    }
    if (!late) return
    this.minutes.revise(at)
    this.hours?.revise(at)
  }

  /** Writes all windows of the series and what its quality control rests on. */
  save(out: Recorder): void {
    out.time(this.rawAt)
    out.number(this.rawValue)
    out.time(this.lastAt)
    out.number(this.lastValue)
    for (const part of this.#parts()) part.save(out)
  }

  /** Takes over what `save` wrote; the needs and limits must be the same. */
  load(from: Playback): void {
    this.rawAt = from.time()
    this.rawValue = from.number()
    this.lastAt = from.time()
    this.lastValue = from.number()
    for (const part of this.#parts()) part.load(from)
  }

  #parts() {
    return [this.check, this.minutes, this.hours, this.fine, this.week].filter((part) => part !== undefined)
  }

  /** Flags of the readings of the last `windowMinutes`. */
  flags(now: EpochMs, windowMinutes: number): SlotFlags {
    return this.hours && windowMinutes > this.minutes.shape.slots
      ? this.hours.flags(now, Math.ceil(windowMinutes / 60))
      : this.minutes.flags(now, windowMinutes)
  }

  /** One reading that counts, or several folded into one. Without `inWeeks` the hour-of-week history is left as it is. */
  add(at: EpochMs, value: number, uncertain: boolean, folded?: Folded, inWeeks = true): void {
    if (this.lastAt === null || at >= this.lastAt) {
      this.lastAt = at
      this.lastValue = value
    }
    this.#recent = undefined
    this.minutes.add(at, value, uncertain, folded)
    this.hours?.add(at, value, uncertain, folded)
    this.fine?.add(at, value, uncertain, folded)
    if (inWeeks) this.week?.add(at, value, folded?.count ?? 1)
  }

  /** Minutes `begin` <= k < `end` of a column, judged, at once. */
  addMinutes(run: MinuteRun, begin: number, end: number): void {
    const { minute, mean, count, flag } = run
    this.#recent = undefined
    let newest = end - 1
    while (newest >= begin && flag[newest] === 4) newest--
    if (newest >= begin) {
      this.lastAt = (minute[newest] ?? 0) * minuteMs
      this.lastValue = mean[newest] ?? Number.NaN
    }
    this.hours?.addMinutes(run, begin, end)
    this.minutes.addMinutes(run, begin, end)
    this.fine?.addMinutes(run, begin, end)
    if (!this.week) return
    for (let k = begin; k < end; k++)
      if (flag[k] === 1) this.week.add((minute[k] ?? 0) * minuteMs, mean[k] ?? 0, count[k])
  }

  /**
   * Occupied minutes of the last `windowMinutes`, oldest first. The newest answer is kept: several indicators read the same
   * window at the same instant.
   */
  recent(now: EpochMs, windowMinutes: number): readonly Bucket[] {
    const kept = this.#recent
    if (kept?.now === now && kept.windowMinutes === windowMinutes) return kept.buckets
    const buckets = this.minutes.last(now, windowMinutes)
    this.#recent = { now, windowMinutes, buckets }
    return buckets
  }

  /** The minutes of the last `windowMinutes` taken together. */
  totals(now: EpochMs, windowMinutes: number): Totals {
    return this.minutes.totals(now, windowMinutes)
  }

  /** Slots of a window that must hold a reading when the terminal keeps its reporting period. */
  expectedSlots(windowMinutes: number): number {
    // The current minute is still open, so it is not asked for.
    return Math.max(1, Math.floor(((windowMinutes - 1) * minuteMs) / Math.max(minuteMs, this.reportEveryMs)))
  }

  /** Share of the expected minutes of one whole hour that hold a reading. */
  hourCoverage(bucket: Bucket): number {
    return Math.min(1, bucket.parts / Math.max(1, Math.floor(hourMs / Math.max(minuteMs, this.reportEveryMs))))
  }
}
