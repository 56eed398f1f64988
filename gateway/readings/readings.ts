import type { Clock } from '@civitals/contracts/clock'
import type { ClockState, Sample } from '@civitals/contracts/envelope'
import type { Profile } from '@civitals/firmware-bridge/profile'
import type { ReadingClass } from '../spool/spool.ts'
import { type ReportOptions, type TakenReading, TerminalReporter } from './reporter.ts'
import type { TimeKeeper } from './time-keeper.ts'

/** A terminal whose readings are expected, however they come. */
export interface ReportingTerminal {
  readonly id: string
  readonly profile: Profile
  readonly report: ReportOptions
}

export interface ReadingsOptions {
  readonly clock: Clock
  readonly time: TimeKeeper
  /** Takes each sample worth keeping. */
  readonly add: (sample: Sample, kept: ReadingClass) => void
}

/** What lines read and what terminals send by themselves becomes samples here. */
export class Readings {
  readonly #options: ReadingsOptions
  readonly #reporters = new Map<string, TerminalReporter>()

  constructor(options: ReadingsOptions) {
    this.#options = options
  }

  /** Expects readings of a terminal; what was told of it before under another profile counts no more. */
  follow({ id, profile, report }: ReportingTerminal): void {
    this.#reporters.set(id, new TerminalReporter(profile, report))
  }

  forget(terminal: string): void {
    this.#reporters.delete(terminal)
  }

  /** How far this machine's clock may be trusted now. */
  clockState(): ClockState {
    return this.#options.time.state()
  }

  /** One transaction or pushed frame of a terminal that is followed. Its time is by this machine's clock. */
  take(terminal: string, reading: TakenReading): void {
    const { add, clock, time } = this.#options
    const report = this.#reporters.get(terminal)?.report(reading, clock.now(), clock.mono())
    if (!report) return
    const { at, values, quality } = report
    const stamp = time.stamp(at)
    add({ terminal, ...stamp, values, ...(isEmpty(quality) ? {} : { quality }) }, report.class)
  }
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false
  return true
}
