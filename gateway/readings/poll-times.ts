import type { EpochMs } from '@civitals/contracts/clock'

/** A busy machine makes up for polls it missed; what came earlier by more than this was stamped before the clock was set back. */
const crowdedMs = 20

/**
 * Keeps the times of polls of one terminal apart: a series has one value at one millisecond, and two polls may well be
 * answered within one. The second then counts as a millisecond later.
 */
export class PollTimes {
  readonly #last = new Map<string, EpochMs>()

  /** When this poll of `terminal` counts as answered, whole milliseconds. */
  stamp(terminal: string, at: EpochMs): EpochMs {
    const last = this.#last.get(terminal)
    const whole = Math.round(at)
    const crowded = last !== undefined && whole <= last && last - whole < crowdedMs
    const apart = crowded ? last + 1 : whole
    this.#last.set(terminal, apart)
    return apart
  }
}
