import type { Anomaly, ReadingAnomaly } from '@civitals/contracts/anomaly'
import type { EpochMs } from '@civitals/contracts/clock'
import type { Oddity } from '../reading-detector.ts'

/** What the readings of a series were found to be. */
export type Finding = Anomaly & { readonly kind: ReadingAnomaly; readonly times: number; readonly score: number }

/** The series a finding is of. */
export interface FoundIn {
  readonly terminal: string
  readonly point: string
  readonly unit: string
}

/** What lies closer together is one matter for whoever looks after the sensor; the report counts alarms the same way. */
export const foldMs: number = 6 * 3_600_000

const keyOf = ({ terminal, point }: FoundIn, kind: string): string => `${terminal}/${point}/${kind}`

/**
 * Oddities of all series made into findings: those of one kind that follow closely are one. What is told again - while it goes on, or
 * when readings are read back after a restart - changes nothing but its end.
 */
export class Findings {
  /** Newest of each kind of each series. */
  readonly #newest = new Map<string, Finding>()
  #due = new Map<string, Finding>()

  /** Those a restart found in the store. */
  recall(found: Iterable<Finding>): void {
    for (const one of found) this.#remember(one)
  }

  /** `open`: it still goes on. `saidAt`: event time of the reading that showed it. */
  take(series: FoundIn, oddity: Oddity, open: boolean, saidAt: EpochMs): void {
    const last = this.#newest.get(keyOf(series, oddity.kind))
    const next =
      last && oddity.from - last.to <= foldMs ? folded(last, oddity, open) : begun(series, oddity, open, saidAt)
    if (next === last) return
    this.#remember(next)
    this.#due.set(`${keyOf(next, next.kind)}/${next.from}`, next)
  }

  /** What goes on no more. */
  close(series: FoundIn, kind: ReadingAnomaly): void {
    const last = this.#newest.get(keyOf(series, kind))
    if (!last?.open) return
    const closed = { ...last, open: false }
    this.#remember(closed)
    this.#due.set(`${keyOf(closed, kind)}/${closed.from}`, closed)
  }

  open(): readonly Finding[] {
    return [...this.#newest.values()].filter(({ open }) => open)
  }

  /** Found or changed and not yet durable. */
  get due(): readonly Finding[] {
    return [...this.#due.values()]
  }

  /** `written` is durable; what changed since stays due. */
  settled(written: readonly Finding[]): void {
    for (const one of written) {
      const key = `${keyOf(one, one.kind)}/${one.from}`
      if (this.#due.get(key) === one) this.#due.delete(key)
    }
  }

  #remember(finding: Finding): void {
    this.#newest.set(keyOf(finding, finding.kind), finding)
  }
}

const begun = ({ terminal, point, unit }: FoundIn, oddity: Oddity, open: boolean, foundAt: EpochMs): Finding => ({
  ...{ terminal, point, unit, ...oddity },
  ...{ open, foundAt, times: 1 },
})

function folded(last: Finding, oddity: Oddity, open: boolean): Finding {
  const again = oddity.from <= last.to
  if (again && oddity.to <= last.to && open === last.open) return last
  const worst = oddity.score > last.score ? oddity : last
  return {
    ...last,
    to: Math.max(last.to, oddity.to),
    off: worst.off,
    score: worst.score,
    times: last.times + (again ? 0 : 1),
    open,
  }
}
