import type { EpochMs } from '@civitals/contracts/clock'
import { type Quality, qualities } from '@civitals/contracts/quality'
import type { Playback, Recorder } from '../windows/record.ts'
import { bitOf, type Flag, type TestBits } from './flags.ts'
import type { PointLimits } from './limits.ts'
import { rangeFlag, spikeFlag, spikeStatistics, tooFast } from './sequence-tests.ts'
import { FlatRun, SlidingRange } from './stillness.ts'

const minuteMs = 60_000

/** Periods without a reading after which the series begins anew. */
const gapPeriods = 3

/**
 * Receives verdicts in order of event time, late readings excepted. `value` is what scores: the raw value, or 0 for noise about
 * zero. A late reading was held against the ranges alone.
 */
export type Verdict = (at: EpochMs, value: number, flag: Flag, tests: TestBits, late: boolean) => void

/**
 * Quality control of one series, reading by reading, O(1) each. A jump is kept back until the next reading says whether it was a
 * spike; of a hazard nothing is kept back and nothing but the sensor's own range fails.
 */
export class SeriesCheck {
  /** Tests between series that find this one suspect just now: neighbours, cross-variable, time. */
  outside: TestBits = 0
  readonly #limits: PointLimits
  readonly #everyMs: number
  readonly #flat: FlatRun | undefined
  readonly #range: SlidingRange | undefined
  /** Newest reading in event order. */
  #newestAt = Number.NEGATIVE_INFINITY
  /** Newest one later ones are compared with; NaN after a gap or a value that failed. */
  #lastAt = 0
  #last = Number.NaN
  #waitsAt = Number.NaN
  #waits = 0
  #waitsFlag: Flag = 1
  #waitsTests: TestBits = 0

  constructor(limits: PointLimits, reportEveryMs: number) {
    this.#limits = limits
    this.#everyMs = reportEveryMs
    if (limits.flat) this.#flat = new FlatRun(limits.flat.within)
    if (limits.attenuated) this.#range = new SlidingRange(limits.attenuated.minutes * minuteMs, reportEveryMs)
  }

  /** How far before a reading its flag may depend on others. */
  get lookBackMs(): number {
    const { flat, attenuated } = this.#limits
    return Math.max(
      gapPeriods * this.#everyMs,
      (flat?.failMinutes ?? 0) * minuteMs,
      (attenuated?.minutes ?? 0) * minuteMs,
    )
  }

  take(at: EpochMs, value: number | null, quality: Quality, verdict: Verdict): void {
    if (value === null || qualities[quality].flag === 9) {
      this.#breaks(verdict)
      verdict(at, Number.NaN, 9, 0, at < this.#newestAt)
      return
    }
    if (!Number.isFinite(value)) {
      this.#breaks(verdict)
      verdict(at, Number.NaN, 4, bitOf.syntax, at < this.#newestAt)
      return
    }
    if (at <= this.#newestAt) this.#outOfOrder(at, value, quality, verdict)
    else this.#inOrder(at, value, quality, verdict)
  }

  /** Writes what later verdicts rest on. */
  save(out: Recorder): void {
    for (const count of [this.outside, this.#waitsFlag, this.#waitsTests]) out.whole(count)
    for (const value of [this.#newestAt, this.#lastAt, this.#last, this.#waitsAt, this.#waits]) out.number(value)
    this.#flat?.save(out)
    this.#range?.save(out)
  }

  /** Takes over what `save` of a check with the same limits wrote. */
  load(from: Playback): void {
    this.outside = from.whole()
    this.#waitsFlag = from.whole() as Flag
    this.#waitsTests = from.whole()
    this.#newestAt = from.number()
    this.#lastAt = from.number()
    this.#last = from.number()
    this.#waitsAt = from.number()
    this.#waits = from.number()
    this.#flat?.load(from)
    this.#range?.load(from)
  }

  /** Hands out what is kept back: at the end of a replay, or when nothing has come for long. */
  flush(verdict: Verdict): void {
    if (Number.isNaN(this.#waitsAt)) return
    const at = this.#waitsAt
    this.#waitsAt = Number.NaN
    verdict(at, this.#waits, this.#waitsFlag, this.#waitsTests, false)
  }

  /** A second reading of the newest instant is counted once; one that contradicts the first is said to. */
  #outOfOrder(at: EpochMs, value: number, quality: Quality, verdict: Verdict): void {
    if (at === this.#newestAt) {
      const same = value === this.#last || value === this.#waits
      if (!same) verdict(at, Number.NaN, 3, bitOf.time, true)
      return
    }
    const [said, ranged] = [saidFlag(quality), this.#ranged(value)]
    verdict(at, this.#scored(value), worse(said, ranged), aloneBits(said, ranged), true)
  }

  #inOrder(at: EpochMs, value: number, quality: Quality, verdict: Verdict): void {
    if (at - this.#newestAt > gapPeriods * this.#everyMs) this.#gap(verdict)
    this.#settleWaiting(value, verdict)
    this.#newestAt = at
    const said = saidFlag(quality)
    const ranged = this.#ranged(value)
    let flag = worse(said, ranged)
    let tests = aloneBits(said, ranged)
    if (flag === 4) {
      this.#breaks(verdict)
      verdict(at, this.#scored(value), 4, tests, false)
      return
    }
    const { step, spike, hazard } = this.#limits
    const change = value - this.#last
    if (step && tooFast(change, at - this.#lastAt, step.most, step.perMinutes * minuteMs)) {
      flag = 3
      tests |= bitOf.rate
    }
    const still = this.#stillness(at, value)
    if (still !== 0) {
      flag = still < 0 && !hazard ? 4 : 3
      tests |= Math.abs(still)
    }
    if (this.outside !== 0) {
      if (flag === 1) flag = 3
      tests |= this.outside
    }
    if (spike && !hazard && flag !== 4 && Math.abs(change) > spike.suspect) {
      this.#waitsAt = at
      this.#waits = this.#scored(value)
      this.#waitsFlag = flag
      this.#waitsTests = tests
      // `#last` stays the value before, until the next reading has said what this one was.
      return
    }
    this.#last = value
    this.#lastAt = at
    verdict(at, this.#scored(value), flag, tests, false)
  }

  /** Decides on the reading kept back, now that the next one is known. */
  #settleWaiting(next: number, verdict: Verdict): void {
    if (Number.isNaN(this.#waitsAt)) return
    const { spike } = this.#limits
    const height = spikeStatistics.peak(this.#last, this.#waits, next)
    const found = spike ? spikeFlag(height, spike.suspect, spike.fail) : 1
    if (found !== 1) {
      this.#waitsTests |= bitOf.spike
      this.#waitsFlag = found === 4 ? 4 : 3
    }
    // After a spike that failed, what follows is compared with what went before it.
    if (found !== 4) {
      this.#last = this.#waits
      this.#lastAt = this.#waitsAt
    }
    this.flush(verdict)
  }

  /** Flag of a value by the ranges alone. */
  #ranged(value: number): Flag {
    const { range } = this.#limits
    return range && !this.#isZero(value) ? rangeFlag(value, range.sensor, range.user) : 1
  }

  /** 0, or the bit of the test that found the series too still: negative when it fails. */
  #stillness(at: EpochMs, value: number): number {
    const { flat, attenuated } = this.#limits
    let found = 0
    if (attenuated && this.#range) {
      const range = this.#range.take(at, value)
      if (range < attenuated.fail) found = -bitOf.attenuated
      else if (range < attenuated.suspect) found = bitOf.attenuated
    }
    if (flat && this.#flat) {
      const lasted = this.#flat.take(at, value)
      if (value <= (flat.stillBelow ?? Number.NEGATIVE_INFINITY)) return found
      if (lasted >= this.#whole(flat.failMinutes * minuteMs)) found = -bitOf.flat
      else if (found >= 0 && lasted >= this.#whole(flat.suspectMinutes * minuteMs)) found = bitOf.flat
    }
    return found
  }

  /** Whole reporting periods: three readings a quarter of an hour apart span half an hour [ioos_qc flat_line_test]. */
  #whole(ms: number): number {
    return Math.max(1, Math.floor(ms / this.#everyMs)) * this.#everyMs
  }

  #isZero(value: number): boolean {
    return value < 0 && value >= -(this.#limits.range?.zeroNoise ?? 0)
  }

  #scored(value: number): number {
    return this.#isZero(value) ? 0 : value
  }

  #gap(verdict: Verdict): void {
    this.#breaks(verdict)
    this.#flat?.forget()
    this.#range?.forget()
  }

  /** What follows has nothing beside it to be compared with. */
  #breaks(verdict: Verdict): void {
    this.flush(verdict)
    this.#last = Number.NaN
  }
}

/** What the terminal said of its value. */
function saidFlag(quality: Quality): Flag {
  const { flag } = qualities[quality]
  return flag === 4 || flag === 3 ? flag : 1
}

const worse = (a: Flag, b: Flag): Flag => (a > b ? a : b)

const aloneBits = (said: Flag, ranged: Flag): TestBits =>
  (said === 1 ? 0 : bitOf.device) | (ranged === 1 ? 0 : bitOf.range)
