import type { EpochMs } from '@civitals/contracts/clock'
import type { BucketColumns } from '@civitals/storage/series'
import type { PointLimits } from '../quality/limits.ts'
import { SeriesCheck, type Verdict } from '../quality/series-check.ts'
import type { MinuteRun } from '../windows/ring.ts'

const minuteMs = 60_000

/** Rows of one series out of columns that came together. */
interface Stretch extends MinuteRun {
  readonly uncertain: Uint8Array
}

/** What is handed on: rows begin <= k < end of a run, with their flags. */
export type Take = (run: MinuteRun, begin: number, end: number) => void

/**
 * Minutes of one series, judged as its readings were when they came: what fails does not score, what is suspect is marked. The mean of
 * a minute stands for its readings, and a minute in which one of them left the range of the sensor fails as a whole: of a terminal
 * that reports once a minute or less this is what the platform did, of a faster one close to it.
 */
export class JudgedMinutes {
  readonly #check: SeriesCheck | undefined
  readonly #range: readonly [number, number]
  #waiting: Stretch[] = []
  #run: Stretch | undefined
  /** Rows of the run that were shown to the check, that were judged, and that were handed on. */
  #shown = 0
  #judged = 0
  #handed = 0
  /** A run of which the last row waits for the next minute to say what it was. */
  #before: Stretch | undefined
  #take: Take = () => {}

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
    this.#waiting.push({
      minute: bucket.subarray(begin, end),
      mean: mean.subarray(begin, end),
      min: min.subarray(begin, end),
      max: max.subarray(begin, end),
      count: count.subarray(begin, end),
      uncertain: uncertain.subarray(begin, end),
      flag,
    })
  }

  /** Hands on what was measured before `until` and is judged. */
  feed(until: EpochMs, take: Take): void {
    this.#take = take
    const last = until / minuteMs
    for (;;) {
      this.#run ??= this.#next()
      const run = this.#run
      if (!run || (run.minute[this.#shown] ?? last) >= last) return
      let end = this.#shown
      while (end < run.minute.length && (run.minute[end] ?? 0) < last) end++
      this.#judge(run, this.#shown, end)
      this.#shown = end
      if (this.#judged > this.#handed) take(run, this.#handed, this.#judged)
      this.#handed = this.#judged
      if (end < run.minute.length) return
      if (this.#judged < end) this.#before = run
      this.#run = undefined
    }
  }

  #next(): Stretch | undefined {
    this.#shown = this.#judged = this.#handed = 0
    return this.#waiting.shift()
  }

  #judge(run: Stretch, begin: number, end: number): void {
    const check = this.#check
    if (!check) {
      this.#judged = end
      return
    }
    const [low, high] = this.#range
    for (let k = begin; k < end; k++) {
      const [least, most] = [run.min[k] ?? 0, run.max[k] ?? 0]
      const value = least < low ? least : most > high ? most : (run.mean[k] ?? 0)
      check.take((run.minute[k] ?? 0) * minuteMs, value, run.uncertain[k] === 0 ? 'good' : 'uncertain', this.#verdict)
    }
  }

  /** Verdicts come in order of time; the one kept back from the run before comes first. */
  readonly #verdict: Verdict = (_at, value, flag) => {
    const before = this.#before
    const run = before ?? this.#run
    if (!run) return
    const row = before ? before.minute.length - 1 : this.#judged++
    run.flag[row] = flag
    if (flag !== 4) run.mean[row] = value
    if (!before) return
    this.#before = undefined
    this.#take(before, row, row + 1)
  }
}
