import type { FrameCheck } from '../frames/frame.ts'
import type { LineStatistics, Outcome } from './line.ts'

/** What a line has counted since it was made. */
export class LineTally {
  readonly #counts = {
    transactions: 0,
    timeouts: 0,
    crcErrors: 0,
    exceptions: 0,
    linkErrors: 0,
    connects: 0,
    late: 0,
    foreign: 0,
  }
  readonly #refused: Partial<Record<FrameCheck, number>> = {}

  get figures(): Omit<LineStatistics, 'connected'> {
    return { ...this.#counts, refused: { ...this.#refused } }
  }

  count(what: 'transactions' | 'connects' | 'late' | 'foreign'): void {
    this.#counts[what]++
  }

  /** A frame failed this check. */
  refuse(check: FrameCheck | undefined): void {
    if (check !== undefined) this.#refused[check] = (this.#refused[check] ?? 0) + 1
  }

  /** How a transaction ended; a good reply and one that was called off are counted nowhere. */
  ended(outcome: Outcome<object>): void {
    if (outcome.ok) return
    if (outcome.kind === 'exception') this.#counts.exceptions++
    if (outcome.kind === 'timeout') this.#counts.timeouts++
    if (outcome.kind === 'crc') this.#counts.crcErrors++
    if (outcome.kind === 'link') this.#counts.linkErrors++
  }
}
