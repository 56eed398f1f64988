import type { LevelAnomaly } from '@civitals/contracts/anomaly'
import type { IndicatorResult } from '@civitals/contracts/body'
import type { RegistryView, Terminal } from '@civitals/contracts/registry'
import type { Rule } from '../rules/rule.ts'
import { conditionOf } from './condition.ts'
import { subjectKey } from './id.ts'
import { restingState } from './machine.ts'
import { SeenBook } from './seen.ts'
import { type CompiledRule, createWatch, type StoredMachine, type Watch, type Watched } from './watch.ts'

/** Watches of the points of one terminal; null: a point no rule looks at. */
export type PointWatches = Map<string, Watch | null>

interface AheadRule {
  readonly compiled: CompiledRule
  readonly value: number
  readonly unit: string
}

/** A rule's watch on a series heading for a value. */
export interface ApproachWatch {
  readonly watch: Watch
  readonly reaches: number
}

/**
 * Which rules look at which subject, worked out on first sight: a reading without a rule costs two map look-ups. A terminal
 * whose registration is replaced is worked out anew. A rule whose unit is not that of the registered point is left out and
 * named in `mismatches`.
 */
export class Watches {
  readonly #registry: RegistryView
  readonly #seriesRules = new Map<string, Map<string, CompiledRule[]>>()
  /** Rules that warn ahead, by `kind/point`. */
  readonly #aheadRules = new Map<string, AheadRule[]>()
  readonly #approaches = new Map<
    string,
    { readonly registered: Terminal; readonly watches: readonly ApproachWatch[] }
  >()
  readonly #indicatorRules = new Map<string, CompiledRule[]>()
  readonly #gatewayRules = new Map<string, CompiledRule[]>()
  readonly #anomalyRules = new Map<string, CompiledRule[]>()
  readonly #terminals = new Map<string, { readonly registered: Terminal; readonly points: PointWatches }>()
  readonly #byKey = new Map<string, Watch>()
  readonly #remembered: Map<string, StoredMachine>
  readonly seen: SeenBook
  readonly mismatches = new Set<string>()

  constructor(
    rules: readonly Rule[],
    registry: RegistryView,
    remembered: Map<string, StoredMachine>,
    seen: SeenBook = new SeenBook(),
  ) {
    this.#registry = registry
    this.#remembered = remembered
    this.seen = seen
    for (const rule of rules) this.#index({ rule, condition: conditionOf(rule) })
  }

  #index(compiled: CompiledRule): void {
    const { subject } = compiled.rule
    if ('indicator' in subject) {
      this.#indicatorRules.set(subject.indicator, [...(this.#indicatorRules.get(subject.indicator) ?? []), compiled])
      return
    }
    if ('gateway' in subject) {
      this.#gatewayRules.set(subject.gateway, [...(this.#gatewayRules.get(subject.gateway) ?? []), compiled])
      return
    }
    if ('anomaly' in subject) {
      this.#anomalyRules.set(subject.anomaly, [...(this.#anomalyRules.get(subject.anomaly) ?? []), compiled])
      return
    }
    if (subject.reaches !== undefined) {
      const key = `${subject.kind}/${subject.point}`
      this.#aheadRules.set(key, [...(this.#aheadRules.get(key) ?? []), { compiled, ...subject.reaches }])
      return
    }
    const ofKind = this.#seriesRules.get(subject.kind) ?? new Map<string, CompiledRule[]>()
    this.#seriesRules.set(subject.kind, ofKind.set(subject.point, [...(ofKind.get(subject.point) ?? []), compiled]))
  }

  /** Watches by point of a terminal, or undefined while it is not registered. */
  ofTerminal(id: string): PointWatches | undefined {
    const registered = this.#registry.terminal(id)
    if (!registered) return undefined
    const known = this.#terminals.get(id)
    if (known?.registered === registered) return known.points
    const points: PointWatches = new Map()
    this.#terminals.set(id, { registered, points })
    return points
  }

  /** First sight of a point: its watch, or null when no rule looks at it. */
  compile(terminalId: string, point: string, points: PointWatches): Watch | null {
    const terminal = this.#registry.terminal(terminalId)
    const rules = terminal && this.#fitting(terminal, point)
    const watch = terminal && rules && rules.length > 0 ? this.#seriesWatch(terminal, point, rules) : null
    points.set(point, watch)
    return watch
  }

  #fitting(terminal: Terminal, point: string): CompiledRule[] {
    const unit = this.#registry.point(terminal.id, point)?.unit
    const rules = this.#seriesRules.get(terminal.kind)?.get(point) ?? []
    for (const { rule } of rules) {
      if (unit !== undefined && rule.unit !== unit)
        this.mismatches.add(`${rule.id}: ${rule.unit}, but ${terminal.id}/${point} is in ${unit}`)
    }
    return rules.filter(({ rule }) => unit === undefined || rule.unit === unit)
  }

  #seriesWatch(terminal: Terminal, point: string, rules: readonly CompiledRule[]): Watch {
    const subject = { kind: 'series', terminal: terminal.id, point } as const
    const area = this.#registry.site(terminal.site)?.area ?? this.#registry.city.id
    return this.#add(
      {
        subject,
        key: subjectKey(subject),
        unit: this.#registry.point(terminal.id, point)?.unit ?? rules[0]?.rule.unit ?? 'none',
        place: { area, site: terminal.site },
        gateway: terminal.gateway,
      },
      rules,
    )
  }

  /** Watches of the rules that warn before this series reaches a value; none where no rule does. */
  ofApproach(terminalId: string, point: string): readonly ApproachWatch[] {
    const registered = this.#registry.terminal(terminalId)
    if (!registered) return []
    const key = `${terminalId}/${point}`
    const known = this.#approaches.get(key)
    if (known?.registered === registered) return known.watches
    const area = this.#registry.site(registered.site)?.area ?? this.#registry.city.id
    const rules = this.#aheadRules.get(`${registered.kind}/${point}`) ?? []
    const registeredUnit = this.#registry.point(terminalId, point)?.unit
    const fitting = rules.filter(({ unit }) => registeredUnit === undefined || unit === registeredUnit)
    for (const { compiled, unit } of rules.filter((rule) => !fitting.includes(rule)))
      this.mismatches.add(`${compiled.rule.id}: ${unit}, but ${key} is in ${registeredUnit}`)
    const watches = fitting.map(({ compiled, value: reaches }) => {
      const subject = { kind: 'approach', terminal: terminalId, point, reaches } as const
      const what = { subject, key: subjectKey(subject), unit: 'min', place: { area, site: registered.site } }
      return { watch: this.#add(what, [compiled]), reaches }
    })
    this.#approaches.set(key, { registered, watches })
    return watches
  }

  /** Watch of an indicator in an area, or undefined when no rule looks at it. */
  ofIndicator(result: IndicatorResult): Watch | undefined {
    const rules = this.#indicatorRules.get(result.id)
    if (!rules) return undefined
    const subject = { kind: 'indicator', indicator: result.id, area: result.area } as const
    const key = subjectKey(subject)
    return this.#byKey.get(key) ?? this.#add({ subject, key, unit: result.unit, place: { area: result.area } }, rules)
  }

  /** Watch of a fact of a gateway, at the site where it hangs, or undefined when no rule looks at it. */
  ofGateway(gateway: string, fact: string): Watch | undefined {
    const rules = this.#gatewayRules.get(fact)
    if (!rules) return undefined
    const subject = { kind: 'gateway', gateway, fact } as const
    const key = subjectKey(subject)
    const site = this.#registry.gateway(gateway)?.site
    const area = (site === undefined ? undefined : this.#registry.site(site)?.area) ?? this.#registry.city.id
    const place = { area, ...(site !== undefined && { site }) }
    return this.#byKey.get(key) ?? this.#add({ subject, key, unit: rules[0]?.rule.unit ?? 'none', place }, rules)
  }

  /** Watch of a way in which a registered series may be off, or undefined when no rule looks at it. */
  ofAnomaly(terminal: string, point: string, anomaly: LevelAnomaly): Watch | undefined {
    const rules = this.#anomalyRules.get(anomaly)
    const registered = this.#registry.terminal(terminal)
    if (!rules || !registered) return undefined
    const subject = { kind: 'anomaly', terminal, point, anomaly } as const
    const key = subjectKey(subject)
    const area = this.#registry.site(registered.site)?.area ?? this.#registry.city.id
    const place = { area, site: registered.site }
    return this.#byKey.get(key) ?? this.#add({ subject, key, unit: 'h', place }, rules)
  }

  /** The watch of a subject already seen. */
  byKey(key: string): Watch | undefined {
    return this.#byKey.get(key)
  }

  /** What is remembered of a machine whose subject has not been seen since start. */
  remember(key: string, stored: StoredMachine): void {
    this.#remembered.set(key, stored)
  }

  #add(what: Watched, rules: readonly CompiledRule[]): Watch {
    const before = this.#byKey.get(what.key)
    const carried = new Map(
      [...(before?.live ?? []), ...(before?.late ?? [])].map((machine) => [
        `${machine.compiled.rule.id} ${machine.lane}`,
        { state: machine.state, revision: machine.revision, evaluatedAt: 0 },
      ]),
    )
    const recall = (key: string): StoredMachine | undefined => {
      const [rule, , lane] = key.split(' ')
      return carried.get(`${rule} ${lane}`) ?? this.#remembered.get(key)
    }
    const watch = createWatch(what, rules, recall, restingState, before ?? this.seen.of(what.key))
    this.#byKey.set(what.key, watch)
    this.seen.follow(watch)
    return watch
  }
}
