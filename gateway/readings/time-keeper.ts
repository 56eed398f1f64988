import type { Clock, EpochMs } from '@civitals/contracts/clock'
import type { ClockState, Envelope, Sample } from '@civitals/contracts/envelope'
import { type ClockEvidence, ClockJudge } from './clock-state.ts'

type Stamp = Pick<Sample, 'at' | 'clock' | 'mono' | 'boot'>
type ClockFix = NonNullable<Envelope['clockFix']>

/** The wall clock was set when it moves against the monotonic one by more; a time service that slews it moves less between two looks. */
const stepMs = 500
/** A fix is given anew when the clock was set by more than this since. */
const worthFixingMs = 1000

/**
 * Says how far the time of a sample may be trusted. Unsynced samples carry monotonic time, and a numbered fix that dates them follows once
 * the clock is right. When it is set again another one follows if a time service vouches for it: the samples stamped since stay where the
 * clock put them, and a step nobody vouches for must not tear those before away from them.
 */
export class TimeKeeper {
  readonly #clock: Clock
  readonly #boot: string
  readonly #onStep: (byMs: number) => void
  readonly #judge = new ClockJudge()
  /** Wall minus monotonic time at the last look. */
  #offsetMs: number
  #unsyncedMade = false
  #fixes = 0
  #fixedMs = Number.NaN
  #steppedAt = Number.NEGATIVE_INFINITY

  /** `boot`: names the run whose monotonic time is meant; `onStep`: the wall clock was set, by so much. */
  constructor(clock: Clock, boot: string, onStep: (byMs: number) => void = () => {}) {
    this.#clock = clock
    this.#boot = boot
    this.#onStep = onStep
    this.#offsetMs = clock.now() - clock.mono()
  }

  /** What the machine says of its clock now; without word it is believed unless it stands before 2025. */
  learn(evidence: ClockEvidence): void {
    this.#look()
    this.#judge.learn(evidence, this.#clock.mono())
  }

  state(): ClockState {
    return this.#judge.state(this.#clock.now(), this.#clock.mono())
  }

  /** The time fields of a sample that arrived at wall time `at`. */
  stamp(at: EpochMs): Stamp {
    this.#look()
    const clock = this.state()
    if (clock !== 'unsynced') return { at, clock }
    this.#unsyncedMade = true
    const mono = Math.round(this.#clock.mono() - (this.#clock.now() - at))
    return { at, clock, mono, boot: this.#boot }
  }

  /** When unsynced samples were made and the clock is right now: wall time = mono + offset. Once, and again when it was set to what a service says. */
  takeFix(): ClockFix | undefined {
    this.#look()
    if (!this.#unsyncedMade || this.state() === 'unsynced') return undefined
    if (this.#fixes > 0 && !this.#judge.vouchedSince(this.#steppedAt)) return undefined
    if (Math.abs(this.#offsetMs - this.#fixedMs) <= worthFixingMs) return undefined
    this.#fixedMs = this.#offsetMs
    this.#fixes++
    return { boot: this.#boot, offsetMs: Math.round(this.#offsetMs), fix: this.#fixes }
  }

  #look(): void {
    const offsetMs = this.#clock.now() - this.#clock.mono()
    const byMs = offsetMs - this.#offsetMs
    this.#offsetMs = offsetMs
    if (Math.abs(byMs) <= stepMs) return
    this.#steppedAt = this.#clock.mono()
    this.#onStep(Math.round(byMs))
  }
}
