import type { EpochMs } from '@civitals/contracts/clock'
import { type Flag, type TestBits, worseFlag } from './flags.ts'

/** A stretch of one series in which readings bore the same flag. Stretches that passed are not kept: they are the rest. */
export interface QualitySpan {
  readonly from: EpochMs
  /** Newest reading of the stretch; of missing ones, the reading that came back. */
  readonly to: EpochMs
  readonly flag: Flag
  readonly tests: TestBits
  readonly readings: number
}

/** Readings by flag. */
export interface FlagCounts {
  pass: number
  suspect: number
  fail: number
  missing: number
}

export const noFlags = (): FlagCounts => ({ pass: 0, suspect: 0, fail: 0, missing: 0 })

/** Adds `count` readings of a flag; what was not evaluated did not fail a test and counts as passed. */
export function countFlag(counts: FlagCounts, flag: Flag, count = 1): void {
  if (flag === 3) counts.suspect += count
  else if (flag === 4) counts.fail += count
  else if (flag === 9) counts.missing += count
  else counts.pass += count
}

/** Folds verdicts in order of event time into stretches; gaps become missing ones. */
export class SpanFolder {
  readonly counts: FlagCounts = noFlags()
  readonly #gapMs: number
  readonly #done: QualitySpan[] = []
  #open: QualitySpan | undefined
  #lastAt: EpochMs | null = null

  /** `gapMs`: time without a reading that counts as a gap. */
  constructor(gapMs: number) {
    this.#gapMs = gapMs
  }

  take(at: EpochMs, flag: Flag, tests: TestBits): void {
    countFlag(this.counts, flag)
    if (this.#lastAt !== null && at - this.#lastAt > this.#gapMs) {
      this.#close()
      this.#done.push({ from: this.#lastAt + this.#gapMs / 3, to: at, flag: 9, tests: 0, readings: 0 })
    }
    this.#lastAt = at
    const open = this.#open
    if (flag === 1 || flag === 2) this.#close()
    else if (open && open.flag === flag) {
      this.#open = {
        ...open,
        to: at,
        flag: worseFlag(open.flag, flag),
        tests: open.tests | tests,
        readings: open.readings + 1,
      }
    } else {
      this.#close()
      this.#open = { from: at, to: at, flag, tests, readings: 1 }
    }
  }

  /** All stretches so far, oldest first. */
  spans(): QualitySpan[] {
    return this.#open ? [...this.#done, this.#open] : [...this.#done]
  }

  #close(): void {
    if (this.#open) this.#done.push(this.#open)
    this.#open = undefined
  }
}
