import type { PointClass, ProfilePoint } from '@civitals/firmware-bridge/profile'
import type { PollPeriods } from '../config/settings.ts'

/** What is due at one terminal: the points of every class whose time has come. */
export interface DuePoll {
  readonly terminal: number
  readonly points: readonly ProfilePoint[]
  /** How long ago it should have begun. */
  readonly lateMs: number
}

interface ClassPlan {
  readonly points: readonly ProfilePoint[]
  readonly periodMs: number
  /** Monotonic times phase + n x period are when it is due. */
  readonly phase: number
  dueAt: number
}

/** The first round is spread over no more than this: a terminal that is read seldom is still heard at once. */
const firstRoundMs = 300

/**
 * When which terminal of one line is polled. Due times lie on a fixed grid per terminal and class, so lateness never adds up;
 * what was missed while the line was busy is left out, not caught up. Terminals are spread over the period, and the classes of
 * one terminal fall together where their periods allow, so that one transaction brings them all. The first round reads everything.
 */
export class PollSchedule {
  readonly #terminals: readonly (readonly ClassPlan[])[]

  /** `terminals`: the points of each; `start`: monotonic time of the first poll. */
  constructor(terminals: readonly (readonly ProfilePoint[])[], periods: PollPeriods, start: number) {
    const count = terminals.length
    this.#terminals = terminals.map((points, index) => {
      const classes = classesOf(points)
      const shortest = Math.min(...[...classes.keys()].map((name) => periods[name]))
      const share = index / count
      return [...classes].map(([name, classPoints]) => {
        const periodMs = periods[name]
        const rounds = Math.max(1, Math.floor(periodMs / shortest))
        const phase = Math.round(start + share * shortest) + Math.floor(share * rounds) * shortest
        const dueAt = Math.round(start + share * Math.min(shortest, firstRoundMs))
        return { points: classPoints, periodMs, phase, dueAt }
      })
    })
  }

  /** Monotonic time of the next poll; undefined when there is nothing to poll. */
  nextDueAt(): number | undefined {
    const first = this.#earliest()
    return first === undefined ? undefined : this.#dueOf(first)
  }

  /** Takes the terminal that waits longest, with all of its points due at `now`; undefined when none is due. */
  take(now: number): DuePoll | undefined {
    const terminal = this.#earliest()
    if (terminal === undefined || this.#dueOf(terminal) > now) return undefined
    const lateMs = now - this.#dueOf(terminal)
    const due = (this.#terminals[terminal] ?? []).filter((plan) => plan.dueAt <= now)
    for (const plan of due) plan.dueAt = nextOnGrid(plan, now)
    return { terminal, points: due.flatMap((plan) => plan.points), lateMs }
  }

  /** Makes every class of a terminal due at once: it answers again after a silence. */
  hasten(terminal: number, now: number): void {
    for (const plan of this.#terminals[terminal] ?? []) plan.dueAt = Math.min(plan.dueAt, now)
  }

  #earliest(): number | undefined {
    let earliest: number | undefined
    for (const index of this.#terminals.keys()) {
      if (this.#dueOf(index) === Number.POSITIVE_INFINITY) continue
      if (earliest === undefined || this.#dueOf(index) < this.#dueOf(earliest)) earliest = index
    }
    return earliest
  }

  #dueOf(terminal: number): number {
    let due = Number.POSITIVE_INFINITY
    for (const plan of this.#terminals[terminal] ?? []) due = Math.min(due, plan.dueAt)
    return due
  }
}

function classesOf(points: readonly ProfilePoint[]): Map<PointClass, ProfilePoint[]> {
  return Map.groupBy(points, (point) => point.class)
}

function nextOnGrid({ phase, periodMs }: ClassPlan, now: number): number {
  const rounds = Math.floor((now - phase) / periodMs) + 1
  return phase + Math.max(0, rounds) * periodMs
}
