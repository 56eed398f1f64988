import type { EpochMs } from '@civitals/contracts/clock'
import type { Playback, Recorder } from '../windows/record.ts'

/** So far ahead of the arrival no honest clock is. */
const aheadMs = 2 * 60_000
/** Delays that grow by less are the network's. */
const behindMs = 5 * 60_000
/** Samples in the terminal's own rhythm that must all be late by the same. */
const steady = 3

/**
 * Time test of one terminal: is its clock right? Ahead of the arrival is plain. Behind looks like a delayed delivery, but a backlog
 * comes in a rush; samples that arrive in the terminal's usual rhythm, all late by the same, come from a clock that was set back.
 * Arrival is not stored, so a replay does not repeat this test.
 */
export class ClockCheck {
  readonly #everyMs: number
  #arrived: EpochMs | null = null
  #sent: EpochMs = 0
  #usualMs: number | null = null
  #late = 0

  constructor(reportEveryMs: number) {
    this.#everyMs = reportEveryMs
  }

  save(out: Recorder): void {
    out.time(this.#arrived)
    out.number(this.#sent)
    out.time(this.#usualMs)
    out.whole(this.#late)
  }

  load(from: Playback): void {
    this.#arrived = from.time()
    this.#sent = from.number()
    this.#usualMs = from.time()
    this.#late = from.whole()
  }

  /** One sample; true while its time is suspect. */
  take(receivedAt: EpochMs, at: EpochMs): boolean {
    const delay = receivedAt - at
    const elapsed = this.#arrived === null ? 0 : receivedAt - this.#arrived
    const inRhythm = elapsed >= this.#everyMs / 2 && Math.abs(elapsed - (at - this.#sent)) < this.#everyMs
    const behind = delay - (this.#usualMs ?? delay) > Math.max(behindMs, 3 * this.#everyMs)
    this.#arrived = receivedAt
    this.#sent = at
    if (delay < -aheadMs) return true
    if (!behind) {
      this.#late = 0
      this.#usualMs = this.#usualMs === null ? delay : this.#usualMs + (delay - this.#usualMs) / 8
      return false
    }
    this.#late = inRhythm ? this.#late + 1 : 0
    return this.#late >= steady
  }
}
