import type { BodyResult } from '@civitals/contracts/body'
import type { EpochMs } from '@civitals/contracts/clock'
import type { Grade } from '@civitals/contracts/grade'
import { seriesId } from '@civitals/contracts/ids'
import { qualities } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { RegistryView, Terminal } from '@civitals/contracts/registry'
import type { SystemDocument } from '../definition.ts'
import { Memory } from '../scoring/memory.ts'
import { evaluateScope, type Grounds } from './evaluate.ts'
import { type Scope, scopeOf, terminalsIn } from './scope.ts'

/** Share of the city's weights a town must have terminals for before it gets a score. */
const townFrom = 0.5

/** Formulas whose value at a site is one of its readings. */
const singleReading: ReadonlySet<string> = new Set([
  'window-max',
  'window-min',
  'latest-max',
  'latest-min',
  'persisted-max',
])

interface Scopes {
  readonly terminals: readonly Terminal[]
  readonly city: Scope
  readonly towns: readonly Scope[]
}

interface Town {
  readonly area: string
  readonly score: number | null
  readonly grade: Grade
}

/** The bodies of the city and its towns; scopes are made anew when the registry changes. */
export class Bodies {
  readonly #registry: RegistryView
  readonly #definitions: readonly SystemDocument[]
  readonly #grounds: Grounds
  readonly #memories = new Map<string, Memory>()
  #scopes: Scopes | undefined
  #towns: { readonly at: EpochMs; readonly list: Town[] } | undefined
  current: BodyResult | undefined

  constructor(registry: RegistryView, definitions: readonly SystemDocument[], grounds: Grounds) {
    this.#registry = registry
    this.#definitions = definitions
    this.#grounds = grounds
  }

  get cityMemory(): Memory {
    return this.#memoryOf(this.#registry.city.id)
  }

  /**
   * Puts back what sites of hazards are held at from the newest readings in store, so that one that fell silent at its worst is
   * not forgotten by a restart. Only where a site's value is a reading itself.
   */
  rememberSites(latest: Iterable<Reading>): void {
    const newest = new Map([...latest].map((reading) => [seriesId(reading.terminal, reading.point), reading]))
    const indicators = this.#currentScopes().city.systems.flatMap((system) => system.indicators)
    for (const { definition, sites } of indicators) {
      if (definition.spatial !== 'worst' || !singleReading.has(definition.formula)) continue
      for (const { terminal, points } of sites) {
        const reading = newest.get(seriesId(terminal, points[0]?.point ?? ''))
        if (!reading || reading.value === null || !qualities[reading.quality].counts) continue
        this.cityMemory.keepSite(definition.id, terminal, { at: reading.at, value: reading.value })
      }
    }
  }

  evaluate(now: EpochMs): BodyResult {
    const { city } = this.#currentScopes()
    this.current = evaluateScope(city, now, this.#grounds, this.#memoryOf(city.area))
    return this.current
  }

  /** Scores of the towns at `at`; computed when first asked for. */
  towns(at: EpochMs): Town[] {
    if (this.#towns?.at !== at)
      this.#towns = { at, list: this.#currentScopes().towns.map((town) => this.#town(town, at)) }
    return this.#towns.list
  }

  #town(scope: Scope, at: EpochMs): Town {
    const owed = scope.systems.reduce((sum, { weight }) => sum + weight, 0)
    if (scope.watches.length === 0 || owed < townFrom) return { area: scope.area, score: null, grade: 'N' }
    const { score, grade } = evaluateScope(scope, at, this.#grounds, this.#memoryOf(scope.area))
    return { area: scope.area, score, grade }
  }

  #memoryOf(area: string): Memory {
    const memory = this.#memories.get(area) ?? new Memory()
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
    const towns = this.#registry.areas().filter(({ level }) => level === 'town')
    this.#scopes = {
      terminals: [...terminals],
      city: scopeOf(this.#registry.city.id, terminals, this.#definitions, windows, true),
      towns: towns.map(({ id }) => scopeOf(id, terminalsIn(this.#registry, id), this.#definitions, windows, false)),
    }
    return this.#scopes
  }
}
