import type { EpochMs } from '@civitals/contracts/clock'
import type { Definition } from '../definition.ts'
import { scoreOf } from '../formulas/score.ts'
import type { SiteInput, SiteValue } from '../measures/evidence.ts'

/** The newest valid state of an indicator. */
export interface LastValid {
  readonly at: EpochMs
  readonly score: number
  readonly value: number
}

/** The newest valid value of one site. */
export type LastSite = Pick<SiteValue, 'at' | 'value' | 'part' | 'parts'>

/** A site of an indicator, as kept across a restart. */
export interface KeptSite extends LastSite {
  readonly indicator: string
  readonly terminal: string
}

/**
 * Newest valid values of sites, so that a terminal which falls silent at its worst does not make anything look better. One for
 * all areas: what a site says does not depend on who asks.
 */
export class SiteMemory {
  readonly #sites = new Map<string, Map<string, Map<string, LastSite>>>()
  /** Silent ones since they were last taken for writing. */
  readonly #fallenSilent = new Map<string, KeptSite>()
  readonly #written = new Map<string, EpochMs>()

  of(indicator: string, terminal: string): Iterable<LastSite> {
    return this.#sites.get(indicator)?.get(terminal)?.values() ?? []
  }

  /** Keeps a site's newest value; an older one does not replace it. */
  keep(indicator: string, terminal: string, last: LastSite): void {
    const ofIndicator = this.#sites.get(indicator) ?? new Map<string, Map<string, LastSite>>()
    this.#sites.set(indicator, ofIndicator)
    const ofTerminal = ofIndicator.get(terminal) ?? new Map<string, LastSite>()
    ofIndicator.set(terminal, ofTerminal)
    const part = last.part ?? ''
    if ((ofTerminal.get(part)?.at ?? Number.NEGATIVE_INFINITY) <= last.at) ofTerminal.set(part, last)
  }

  /** The last values of sites that have none now. */
  silent(indicator: string, sites: readonly SiteInput[], present: readonly SiteValue[]): SiteValue[] {
    const here = new Set(present.map(({ input, part }) => `${input.terminal}/${part ?? ''}`))
    const found: SiteValue[] = []
    for (const input of sites) {
      for (const last of this.of(indicator, input.terminal)) {
        const key = `${input.terminal}/${last.part ?? ''}`
        if (here.has(key)) continue
        this.#noteSilent(`${indicator}/${key}`, { indicator, terminal: input.terminal, ...last })
        found.push({ ...last, uncertain: true, input })
      }
    }
    return found
  }

  /** Sites that fell silent since the last call. */
  takeFallenSilent(): KeptSite[] {
    const taken = [...this.#fallenSilent.values()]
    for (const [key, { at }] of this.#fallenSilent) this.#written.set(key, at)
    this.#fallenSilent.clear()
    return taken
  }

  /** Takes back what could not be written. */
  giveBack(sites: readonly KeptSite[]): void {
    for (const site of sites) {
      const key = `${site.indicator}/${site.terminal}/${site.part ?? ''}`
      this.#written.delete(key)
      if (!this.#fallenSilent.has(key)) this.#fallenSilent.set(key, site)
    }
  }

  /** Forgets an indicator whose values mean something else from now on. */
  forget(indicator: string): void {
    this.#sites.delete(indicator)
  }

  #noteSilent(key: string, kept: KeptSite): void {
    if (this.#written.get(key) !== kept.at) this.#fallenSilent.set(key, kept)
  }
}

/** What gaps are held at, for one area. */
export class Memory {
  readonly indicators = new Map<string, LastValid>()
  readonly sites: SiteMemory

  constructor(sites: SiteMemory = new SiteMemory()) {
    this.sites = sites
  }

  /** A definition changed: its last value is scored anew, or forgotten when it no longer means the same. */
  rescore(definition: Definition, same: boolean): void {
    const last = this.indicators.get(definition.id)
    const score = last && same ? scoreOf(last.value, definition.anchors) : null
    if (last && score !== null) this.indicators.set(definition.id, { ...last, score })
    else this.indicators.delete(definition.id)
  }
}
