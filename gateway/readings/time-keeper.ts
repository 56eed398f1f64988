import type { Clock, EpochMs } from '@civitals/contracts/clock'
import type { ClockState, Envelope, Sample } from '@civitals/contracts/envelope'

// A box without a battery for its clock wakes up in 1970 or at the date its image was made.
const earliestBelievable: EpochMs = Date.UTC(2025, 0, 1)

type Stamp = Pick<Sample, 'at' | 'clock' | 'mono' | 'boot'>
type ClockFix = NonNullable<Envelope['clockFix']>

/**
 * Says how far the time of a sample may be trusted. Without word from the machine's time service the wall clock is believed
 * unless it stands before 2025; unsynced samples carry monotonic time, and the fix that dates them follows once the clock is right.
 */
export class TimeKeeper {
  readonly #clock: Clock
  readonly #boot: string
  readonly #told: (() => ClockState) | undefined
  #owesFix = false

  /** `boot`: names the run whose monotonic time is meant; `clockState`: what a time service says, when there is one. */
  constructor(clock: Clock, boot: string, clockState?: () => ClockState) {
    this.#clock = clock
    this.#boot = boot
    this.#told = clockState
  }

  state(): ClockState {
    if (this.#told) return this.#told()
    return this.#clock.now() < earliestBelievable ? 'unsynced' : 'synced'
  }

  /** The time fields of a sample that arrived at wall time `at`. */
  stamp(at: EpochMs): Stamp {
    const clock = this.state()
    if (clock !== 'unsynced') return { at, clock }
    this.#owesFix = true
    const mono = Math.round(this.#clock.mono() - (this.#clock.now() - at))
    return { at, clock, mono, boot: this.#boot }
  }

  /** Once, when unsynced samples were made and the clock is right now: wall time = mono + offset. */
  takeFix(): ClockFix | undefined {
    if (!this.#owesFix || this.state() === 'unsynced') return undefined
    this.#owesFix = false
    return { boot: this.#boot, offsetMs: Math.round(this.#clock.now() - this.#clock.mono()) }
  }
}
