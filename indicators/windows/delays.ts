import type { EpochMs } from '@civitals/contracts/clock'
import { quantile } from '../formulas/statistics.ts'

const kept = 2048

/** Time from observation to settlement of the newest messages; the oldest make room. */
export class Delays {
  readonly #at = new Float64Array(kept)
  readonly #ms = new Float64Array(kept)
  #next = 0

  /** One message that arrived at `at`, its newest reading observed `delayMs` before. */
  add(at: EpochMs, delayMs: number): void {
    const slot = this.#next++ % kept
    this.#at[slot] = at
    this.#ms[slot] = Math.max(0, delayMs)
  }

  /** 95th percentile in seconds of the messages since `from`; undefined below `minimum` of them. */
  p95Seconds(from: EpochMs, minimum: number): { seconds: number; messages: number } | undefined {
    const filled = Math.min(this.#next, kept)
    const recent = this.#ms.subarray(0, filled).filter((_, slot) => (this.#at[slot] ?? 0) >= from)
    if (recent.length < minimum) return undefined
    return { seconds: quantile(recent, 0.95) / 1000, messages: recent.length }
  }
}
