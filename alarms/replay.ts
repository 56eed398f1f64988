import type { IndicatorResult } from '@civitals/contracts/body'
import type { EpochMs } from '@civitals/contracts/clock'
import type { RegistryView } from '@civitals/contracts/registry'
import { Evaluation, type Finding, type Plan } from './engine/evaluation.ts'
import { type PointWatches, Watches } from './engine/watches.ts'
import type { Rule } from './rules/rule.ts'

/** An alarm that history would have raised under some rules. */
export interface ReplayedAlarm {
  readonly rule: string
  /** `terminal/point`, or the indicator and its area. */
  readonly subject: string
  readonly onset: EpochMs
  returned: EpochMs | null
  readonly value: number
}

/**
 * Judges history by rules as the engine judges the present: the same conditions and delays on event time, nothing written, nobody
 * told. Values of one subject must come oldest first.
 */
export class AlarmReplay {
  readonly #watches: Watches
  readonly #evaluation = new Evaluation(Number.POSITIVE_INFINITY)
  readonly #alarms: ReplayedAlarm[] = []
  /** Newest occurrence by alarm: an alarm that returned and was not acknowledged keeps its id when it comes again. */
  readonly #newest = new Map<string, ReplayedAlarm>()

  constructor(rules: readonly Rule[], registry: RegistryView) {
    this.#watches = new Watches(rules, registry, new Map())
  }

  /** Everything raised so far, oldest first. */
  get alarms(): readonly ReplayedAlarm[] {
    return this.#alarms
  }

  /** One evaluation of the body. */
  indicators(results: readonly IndicatorResult[], at: EpochMs): void {
    const plan = this.#evaluation.begin()
    for (const result of results) {
      if (!result.valid || result.value === null) continue
      const watch = this.#watches.ofIndicator(result)
      if (watch) this.#evaluation.feed(plan, watch, at, result.value, at)
    }
    this.#keep(plan)
  }

  /** Readings of one series that count, oldest first. */
  series(terminal: string, point: string, times: ArrayLike<number>, values: ArrayLike<number>): void {
    const points: PointWatches | undefined = this.#watches.ofTerminal(terminal)
    const watch = points && (points.get(point) ?? this.#watches.compile(terminal, point, points))
    if (!watch) return
    const plan = this.#evaluation.begin()
    for (let k = 0; k < times.length; k++) {
      const at = times[k] ?? 0
      this.#evaluation.feed(plan, watch, at, values[k] ?? 0, at)
    }
    this.#keep(plan)
  }

  #keep(plan: Plan): void {
    for (const finding of plan.findings) this.#note(finding)
    this.#evaluation.commit(plan)
  }

  #note({ machine, cause, alarm, since, value }: Finding): void {
    const open = this.#newest.get(alarm)
    if (cause === 'return') {
      if (open) open.returned = since
      return
    }
    const subject = machine.watch.key
    const raised = { rule: machine.compiled.rule.id, subject, onset: since, returned: null, value }
    this.#alarms.push(raised)
    this.#newest.set(alarm, raised)
  }
}
