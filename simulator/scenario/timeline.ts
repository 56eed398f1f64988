import { minuteMs } from '../world/calendar.ts'
import { type StormStep, stormAt, stormMinutes } from './storm.ts'

/** One run of the storm. */
export interface StormRun {
  readonly startAt: number
  /** Minutes of storm per minute of real time, 1 to 600. */
  readonly speed: number
  readonly stopAt?: number
}

/** What the weather of the moment adds to the ordinary world. */
export interface StormNow extends StormStep {
  /** Complaints per hour of real time. */
  readonly complaintRate: number
}

const calm: StormNow = { rain: 0, fallen: 0, pipe: 0, depth: 0, speed: 1, complaints: 0, complaintRate: 0 }

/** Runs that are kept to answer for the past; the rain of older ones stays in the gauge. */
const keptRuns = 50

/** Which storms ran when: together with the seed it makes the world a function of time again. */
export class Timeline {
  #runs: StormRun[] = []
  #fallenBefore = 0

  /** Starts a storm at `at`; one that is still running ends there. */
  start(at: number, speed: number): void {
    this.stop(at)
    this.#runs.push({ startAt: at, speed })
    const dropped = this.#runs.length > keptRuns ? this.#runs.shift() : undefined
    if (dropped) this.#fallenBefore += stepOf(dropped, at).fallen
  }

  stop(at: number): void {
    const running = this.running(at)
    if (running) this.#runs = this.#runs.map((run) => (run === running ? { ...run, stopAt: at } : run))
  }

  running(at: number): StormRun | undefined {
    const run = this.#runs[this.#runs.length - 1]
    return run && run.stopAt === undefined && minuteOf(run, at) < stormMinutes ? run : undefined
  }

  /** Minutes of storm time since the start of the storm that runs, if one does. */
  minute(at: number): number | undefined {
    const run = this.running(at)
    return run && minuteOf(run, at)
  }

  /** Whether a storm may have run between two instants. */
  touches(from: number, to: number): boolean {
    return this.#runs.some((run) => run.startAt <= to && endOf(run) >= from)
  }

  at(at: number): StormNow {
    if (this.#runs.length === 0) return calm
    let now = calm
    let fallen = this.#fallenBefore
    for (const run of this.#runs) {
      if (run.startAt > at) continue
      const step = stepOf(run, at)
      fallen += step.fallen
      if (run.stopAt === undefined || at < run.stopAt) {
        now = { ...step, complaintRate: step.complaints * run.speed }
      }
    }
    return { ...now, fallen }
  }
}

const endOf = (run: StormRun): number => run.stopAt ?? run.startAt + (stormMinutes * minuteMs) / run.speed

const minuteOf = (run: StormRun, at: number): number => ((at - run.startAt) / minuteMs) * run.speed

const stepOf = (run: StormRun, at: number): StormStep => stormAt(minuteOf(run, Math.min(at, run.stopAt ?? at)))
