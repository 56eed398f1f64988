import { isDeepStrictEqual } from 'node:util'
import type { BodyResult, SystemResult } from '@civitals/contracts/body'
import type { EpochMs } from '@civitals/contracts/clock'
import type { Approach } from '@civitals/contracts/forecast'
import type { Grade } from '@civitals/contracts/grade'
import { seriesId } from '@civitals/contracts/ids'
import { qualities } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { RegistryView, Terminal } from '@civitals/contracts/registry'
import type { SystemDocument } from '../definition.ts'
import { type Computed, systemIn } from '../explain/explain.ts'
import { approachesOf } from '../forecast/threshold.ts'
import { measures } from '../measures/measures.ts'
import { type Draws, drawsFor } from '../robustness/draws.ts'
import { Memory, SiteMemory } from '../scoring/memory.ts'
import { evaluateScope, type Grounds } from './evaluate.ts'
import { type Scope, scopeOf, terminalsIn } from './scope.ts'

/** Formulas whose value at a site is one of its readings. */
const singleReading: ReadonlySet<string> = new Set([
  'window-max',
  'window-min',
  'latest-max',
  'latest-min',
  'persisted-max',
])

/** Terminals judged within one turn of the areas, about: the turn stays within tens of milliseconds (measured by bench/indicators). */
const terminalsPerTurn = 400

const drawsOf = (definitions: readonly SystemDocument[]): Draws =>
  drawsFor([
    definitions.map(({ system, weight }) => ({ id: system, weight })),
    ...definitions.map(({ inForce }) => inForce),
  ])

/** What of a definition may change without its value meaning something else. */
const rescored = {
  version: 1,
  validFrom: '',
  validTo: '',
  state: 'in force',
  weight: 0,
  anchors: [],
  source: '',
  standards: [],
  owner: undefined,
  name: undefined,
  holdForMinutes: 0,
} as const

interface Scopes {
  readonly terminals: readonly Terminal[]
  readonly city: Scope
  /** Every area of the tree but the city itself. */
  readonly areas: ReadonlyMap<string, Scope>
}

interface Town {
  readonly area: string
  readonly score: number | null
  readonly grade: Grade
}

/** The bodies of the city and of every area of its tree; scopes are made anew when the registry changes. */
export class Bodies {
  readonly #registry: RegistryView
  #definitions: readonly SystemDocument[]
  #grounds: Grounds
  #draws: Draws
  readonly #sites = new SiteMemory()
  readonly #memories = new Map<string, Memory>()
  readonly #areas = new Map<string, BodyResult>()
  #scopes: Scopes | undefined
  #turn = 0
  current: BodyResult | undefined

  constructor(registry: RegistryView, definitions: readonly SystemDocument[], grounds: Grounds) {
    this.#registry = registry
    this.#definitions = definitions
    this.#grounds = grounds
    this.#draws = drawsOf(definitions)
  }

  /**
   * Judges by other definitions from now on. What gaps are held at goes on where a value still means the same: it is scored by the
   * new anchors; where the formula or its inputs changed it is forgotten.
   */
  redefine(definitions: readonly SystemDocument[], grounds: Grounds): void {
    const before = new Map(this.#definitions.flatMap(({ inForce }) => inForce).map((one) => [one.id, one]))
    for (const definition of definitions.flatMap(({ inForce }) => inForce)) {
      const old = before.get(definition.id)
      if (!old || isDeepStrictEqual(old, definition)) continue
      const same = isDeepStrictEqual({ ...old, ...rescored }, { ...definition, ...rescored })
      if (!same) this.#sites.forget(definition.id)
      for (const memory of this.#memories.values()) memory.rescore(definition, same)
    }
    this.#definitions = definitions
    this.#grounds = grounds
    this.#draws = drawsOf(definitions)
    this.#scopes = undefined
  }

  get sites(): SiteMemory {
    return this.#sites
  }

  /** What gaps are held at, by area. */
  get memories(): ReadonlyMap<string, Memory> {
    return this.#memories
  }

  /** The memory of an area of the tree; undefined for one nobody registered. */
  memoryOf(area: string): Memory | undefined {
    return area === this.#registry.city.id || this.#registry.area(area) ? this.#memoryOf(area) : undefined
  }

  /** The newest body of every area but the city. */
  get areaBodies(): readonly BodyResult[] {
    return [...this.#areas.values()]
  }

  /**
   * Puts back what sites are held at from the newest readings in store, so that one that fell silent at its worst is not
   * forgotten by a restart. Only where a site's value is a reading itself.
   */
  rememberSites(latest: Iterable<Reading>): void {
    const newest = new Map([...latest].map((reading) => [seriesId(reading.terminal, reading.point), reading]))
    const indicators = this.#currentScopes().city.systems.flatMap((system) => system.indicators)
    for (const { definition, sites } of indicators) {
      if (definition.spatial !== 'worst' || !singleReading.has(definition.formula)) continue
      for (const { terminal, points } of sites) {
        const reading = newest.get(seriesId(terminal, points[0]?.point ?? ''))
        if (!reading || reading.value === null || !qualities[reading.quality].counts) continue
        this.#sites.keep(definition.id, terminal, { at: reading.at, value: reading.value })
      }
    }
  }

  evaluate(now: EpochMs): BodyResult {
    const { city } = this.#currentScopes()
    this.current = evaluateScope(city, now, this.#grounds, this.#memoryOf(city.area), this.#draws)
    return this.current
  }

  /**
   * Evaluates the next few areas of the tree, in turn, so that all of them stay current and remember what they saw without any
   * one call taking long.
   */
  evaluateSome(now: EpochMs): void {
    const areas = [...this.#currentScopes().areas.values()]
    let terminals = 0
    for (let done = 0; done < areas.length && terminals < terminalsPerTurn; done++) {
      const scope = areas[this.#turn++ % areas.length]
      if (!scope) return
      terminals += scope.watches.length
      this.#evaluateArea(scope, now)
    }
  }

  /** Where the hazards of the city are heading. */
  approaches(now: EpochMs): Approach[] {
    const { systems } = this.#currentScopes().city
    return systems.flatMap(({ indicators }) =>
      indicators.flatMap(({ definition, sites }) => approachesOf(definition, sites, now)),
    )
  }

  /** The body of an area at the instant of the newest evaluation; undefined for one nobody registered, or before the first. */
  area(id: string): BodyResult | undefined {
    if (!this.current || id === this.current.area) return this.current
    const scope = this.#currentScopes().areas.get(id)
    const known = this.#areas.get(id)
    return known?.at === this.current.at ? known : scope && this.#evaluateArea(scope, this.current.at)
  }

  /** One indicator of an area as it stands now, with the sites behind it; undefined where there is none of the kind. */
  computed(area: string, id: string): (Computed & { readonly system: SystemResult; readonly at: EpochMs }) | undefined {
    const body = this.area(area)
    const { city, areas } = this.#currentScopes()
    const scope = area === city.area ? city : areas.get(area)
    const system = systemIn(body, id)
    const result = system?.indicators.find((one) => one.id === id)
    const scoped = scope?.systems.flatMap(({ indicators }) => indicators).find(({ definition }) => definition.id === id)
    if (!body || !scope || !system || !result || !scoped) return undefined
    const { windows, counts, local } = this.#grounds
    const shared = { now: body.at, local, watches: scope.watches, delays: windows.delays, counts, since: windows.since }
    const { definition, sites } = scoped
    const values = measures[definition.formula]?.({ ...shared, ...scoped }).sites ?? []
    return { definition, result, system, sites, values, at: body.at }
  }

  /** Scores of the towns at the newest evaluation. */
  towns(): Town[] {
    return this.#registry.areas().flatMap(({ id, level }) => {
      if (level !== 'town') return []
      const { score = null, grade = 'N' } = this.area(id) ?? {}
      return [{ area: id, score, grade }]
    })
  }

  #evaluateArea(scope: Scope, now: EpochMs): BodyResult {
    const body = evaluateScope(scope, now, this.#grounds, this.#memoryOf(scope.area), this.#draws)
    this.#areas.set(scope.area, body)
    return body
  }

  #memoryOf(area: string): Memory {
    const memory = this.#memories.get(area) ?? new Memory(this.#sites)
    this.#memories.set(area, memory)
    return memory
  }

  #currentScopes(): Scopes {
    const terminals = this.#registry.terminals()
    const known = this.#scopes
    if (
      known &&
      known.terminals.length === terminals.length &&
      terminals.every((one, k) => one === known.terminals[k])
    ) {
      return known
    }
    const { windows } = this.#grounds
    const city = this.#registry.city.id
    const parts = this.#registry.areas().filter(({ id }) => id !== city)
    this.#areas.clear()
    this.#scopes = {
      terminals: [...terminals],
      city: scopeOf(city, terminals, this.#definitions, windows, true),
      areas: new Map(
        parts.map(({ id }) => [id, scopeOf(id, terminalsIn(this.#registry, id), this.#definitions, windows, false)]),
      ),
    }
    return this.#scopes
  }
}
