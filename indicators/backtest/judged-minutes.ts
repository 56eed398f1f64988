import type { EpochMs } from '@civitals/contracts/clock'
import type { BucketColumns } from '@civitals/storage/series'
import type { PointLimits } from '../quality/limits.ts'
import { SeriesCheck, type Verdict } from '../quality/series-check.ts'
import type { MinuteRun } from '../windows/ring-shape.ts'

const minuteMs = 60_000

/** Rows of one series out of columns that came together, judged. */
interface Stretch extends MinuteRun {
  readonly uncertain: Uint8Array
  /** Rows whose flag the minute after them decided, oldest first. */
  readonly decidedLate: number[]
}

/** What is handed on: rows begin <= k < end of a run, with their flags. */
export type Take = (run: MinuteRun, begin: number, end: number) => void

/**
 * Minutes of one series, judged as its readings were when they came: what fails does not score, what is suspect is marked. The mean of
 * a minute stands for its readings, and a minute in which one of them left the range of the sensor fails as a whole: of a terminal
 * that reports once a minute or less this is what the platform did, of a faster one close to it. All rows are judged when they come,
 * while they lie next to each other in memory; one that waited for the next to say what it was is handed on no sooner than that.
 */
export class JudgedMinutes {
  readonly #check: SeriesCheck | undefined
  readonly #range: readonly [number, number]
  #runs: Stretch[] = []
  /** Rows of the first run that were handed on. */
  #handed = 0
  /** The run that is judged, its next row, and a run of which the last row waits for that. */
  #run: Stretch | undefined
  #row = 0
  #before: Stretch | undefined

  constructor(limits: PointLimits | undefined, reportEveryMs: number) {
    if (limits) this.#check = new SeriesCheck(limits, Math.max(minuteMs, reportEveryMs))
    const [low, high] = limits?.range?.sensor ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    this.#range = [low - (limits?.range?.zeroNoise ?? 0), high]
  }

  /** Rows `begin` <= row < `end` of the columns follow what came before. */
  push({ bucket, mean, min, max, count, uncertain }: BucketColumns, begin: number, end: number): void {
    if (begin >= end) return
    const flag = new Uint8Array(end - begin)
    for (let row = begin; row < end; row++) flag[row - begin] = uncertain[row] === 0 ? 1 : 3
    const run = {
      minute: bucket.subarray(begin, end),
      mean: mean.subarray(begin, end),
      min: min.subarray(begin, end),
      max: max.subarray(begin, end),
      count: count.subarray(begin, end),
      uncertain: uncertain.subarray(begin, end),
      flag,
      decidedLate: [],
    }
    this.#runs.push(run)
    if (this.#check) this.#judge(this.#check, run)
  }

  /** Hands on what was measured before `until` and was judged by then. */
  feed(until: EpochMs, take: Take): void {
    const last = until / minuteMs
    for (;;) {
      const [run, next] = this.#runs
      if (!run) return
      const { minute, decidedLate } = run
      const end = firstFrom(minute, this.#handed, last)
      const after = minute[end] ?? next?.minute[0] ?? Number.POSITIVE_INFINITY
      const open = decidedLate.length > 0 && decidedLate.includes(end - 1) && after >= last
      const known = open ? end - 1 : end
      if (known > this.#handed) take(run, this.#handed, known)
      this.#handed = Math.max(this.#handed, known)
      if (known < minute.length) return
      this.#runs.shift()
      this.#handed = 0
    }
  }

  #judge(check: SeriesCheck, run: Stretch): void {
    const [low, high] = this.#range
    const { minute, mean, min, max, uncertain } = run
    this.#run = run
    this.#row = 0
    for (let k = 0; k < minute.length; k++) {
      const least = min[k] ?? 0
      const most = max[k] ?? 0
      const value = least < low ? least : most > high ? most : (mean[k] ?? 0)
      check.take((minute[k] ?? 0) * minuteMs, value, uncertain[k] === 0 ? 'good' : 'uncertain', this.#verdict)
      if (this.#row <= k) run.decidedLate.push(k)
    }
    if (this.#row < minute.length) this.#before = run
  }

  /** Verdicts come in order of time; the one kept back from the run before comes first. */
  readonly #verdict: Verdict = (_at, value, flag) => {
    const before = this.#before
    const run = before ?? this.#run
    if (!run) return
    const row = before ? before.minute.length - 1 : this.#row++
    this.#before = undefined
    run.flag[row] = flag
    if (flag !== 4) run.mean[row] = value
  }
}

/** The first row from `begin` on that is not before `last`. */
function firstFrom(minute: Uint32Array, begin: number, last: number): number {
  let low = begin
  let high = minute.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((minute[middle] ?? 0) < last) low = middle + 1
    else high = middle
  }
  return low
}
