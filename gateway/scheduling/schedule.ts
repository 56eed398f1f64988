import { type PolledClass, type ProfilePoint, polledClasses } from '@civitals/firmware-bridge/profile'
import type { PollPeriods } from '../config/settings.ts'

/** What is due at one terminal: the points of every class whose time has come. */
export interface DuePoll {
  readonly terminal: string
  /** The same array whenever the same classes fall together, so that plans can be kept for it. */
  readonly points: readonly ProfilePoint[]
  /** Monotonic time at which it should have begun. */
  readonly dueAt: number
}

interface ClassPlan {
  readonly name: PolledClass
  readonly points: readonly ProfilePoint[]
  readonly periodMs: number
  /** Monotonic times phase + n x period are when it is due. */
  readonly phase: number
  dueAt: number
  /** Transactions under way that bring points of it; it is not due again before they have ended. */
  running: number
}

interface Entry {
  readonly share: number
  readonly classes: readonly ClassPlan[]
  readonly together: Map<string, readonly ProfilePoint[]>
}

/** The first round is spread over no more than this: a terminal that is read seldom is still heard at once. */
const firstRoundMs = 300

/**
 * When which terminal of one line is polled. Due times lie on a fixed grid per terminal and class, so lateness never adds up;
 * what was missed while the line was busy is left out, not caught up. Terminals are spread over the period, and the classes of
 * one terminal fall together where their periods allow, so that one plan brings them all. The first round reads everything.
 * Terminals come and go without moving the grid of the others.
 */
export class PollSchedule {
  readonly #periods: PollPeriods
  readonly #start: number
  readonly #entries = new Map<string, Entry>()

  /** `start`: monotonic time of the first poll. */
  constructor(periods: PollPeriods, start: number) {
    this.#periods = periods
    this.#start = start
  }

  /** Spreads terminals evenly; the first round begins at once. */
  addAll(terminals: readonly { readonly id: string; readonly points: readonly ProfilePoint[] }[]): void {
    for (const [index, { id, points }] of terminals.entries())
      this.#add(id, points, index / terminals.length, this.#start)
  }

  /** Takes one more terminal in, where the others leave most room; it is read first at `now`. */
  add(id: string, points: readonly ProfilePoint[], now: number): void {
    this.#add(id, points, this.#roomiest(), now)
  }

  remove(id: string): void {
    this.#entries.delete(id)
  }

  /** Monotonic time of the next poll; undefined when there is nothing to poll. */
  nextDueAt(): number | undefined {
    const first = this.#earliest()
    return first === undefined ? undefined : dueOf(first[1])
  }

  /** Takes the terminal that waits longest, with all of its points due at `now`; undefined when none is due. */
  take(now: number): DuePoll | undefined {
    const first = this.#earliest()
    if (!first) return undefined
    const [terminal, entry] = first
    const dueAt = dueOf(entry)
    if (dueAt > now) return undefined
    const due = entry.classes.filter((plan) => plan.running === 0 && plan.dueAt <= now)
    for (const plan of due) plan.dueAt = nextOnGrid(plan, now)
    return { terminal, points: pointsOf(entry, due), dueAt }
  }

  /** A transaction that brings points of these classes waits or runs: they are not due again before `ended`. */
  began(terminal: string, classes: ReadonlySet<string>): void {
    for (const plan of this.#entries.get(terminal)?.classes ?? []) if (classes.has(plan.name)) plan.running++
  }

  ended(terminal: string, classes: ReadonlySet<string>): void {
    for (const plan of this.#entries.get(terminal)?.classes ?? [])
      if (classes.has(plan.name)) plan.running = Math.max(0, plan.running - 1)
  }

  /** Makes every class of a terminal due at once: it answers again after a silence. */
  hasten(terminal: string, now: number): void {
    for (const plan of this.#entries.get(terminal)?.classes ?? []) plan.dueAt = Math.min(plan.dueAt, now)
  }

  #add(id: string, points: readonly ProfilePoint[], share: number, from: number): void {
    const byClass = polledClasses.flatMap((name) => {
      const classPoints = points.filter((point) => point.class === name)
      return classPoints.length > 0 && this.#periods[name] > 0 ? [[name, classPoints] as const] : []
    })
    const shortest = Math.min(...byClass.map(([name]) => this.#periods[name]))
    const classes = byClass.map(([name, classPoints]) => {
      const periodMs = this.#periods[name]
      const rounds = Math.max(1, Math.floor(periodMs / shortest))
      const phase = Math.round(this.#start + share * shortest) + Math.floor(share * rounds) * shortest
      const dueAt = from === this.#start ? Math.round(from + share * Math.min(shortest, firstRoundMs)) : from
      return { name, points: classPoints, periodMs, phase, dueAt, running: 0 }
    })
    this.#entries.set(id, { share, classes, together: new Map() })
  }

  /** Middle of the widest arc between the shares in use, which lie on a circle. */
  #roomiest(): number {
    const shares = [...this.#entries.values()].map(({ share }) => share).sort((a, b) => a - b)
    const [first] = shares
    if (first === undefined) return 0
    let [best, width] = [0, 0]
    for (const [index, share] of shares.entries()) {
      const arc = (shares[index + 1] ?? first + 1) - share
      if (arc > width) [best, width] = [(share + arc / 2) % 1, arc]
    }
    return best
  }

  #earliest(): readonly [string, Entry] | undefined {
    let earliest: readonly [string, Entry] | undefined
    let earliestDue = Number.POSITIVE_INFINITY
    for (const named of this.#entries) {
      const due = dueOf(named[1])
      if (due >= earliestDue) continue
      earliest = named
      earliestDue = due
    }
    return earliest
  }
}

function dueOf({ classes }: Entry): number {
  let due = Number.POSITIVE_INFINITY
  for (const plan of classes) if (plan.running === 0) due = Math.min(due, plan.dueAt)
  return due
}

function pointsOf({ together }: Entry, due: readonly ClassPlan[]): readonly ProfilePoint[] {
  const key = due.map(({ name }) => name).join()
  const known = together.get(key)
  if (known) return known
  const points = due.flatMap((plan) => plan.points)
  together.set(key, points)
  return points
}

function nextOnGrid({ phase, periodMs }: ClassPlan, now: number): number {
  const rounds = Math.floor((now - phase) / periodMs) + 1
  return phase + Math.max(0, rounds) * periodMs
}
