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

/** A site, or one part of it, and when it was last among those that said something. */
interface Heard {
  last: LastSite
  turn: number
}

/**
 * Newest valid values of sites, so that a terminal which falls silent at its worst does not make anything look better. One for
 * all areas: what a site says does not depend on who asks.
 */
export class SiteMemory {
  readonly #sites = new Map<string, Map<string, Heard[]>>()
  /** Silent ones since they were last taken for writing. */
  readonly #fallenSilent = new Map<string, KeptSite>()
  readonly #written = new Map<string, EpochMs>()
  #turn = 0

  /** Keeps a site's newest value; an older one does not replace it. */
  keep(indicator: string, terminal: string, last: LastSite): void {
    this.#keep(this.#ofIndicator(indicator), terminal, last)
  }

  /** Keeps what every site says now; the number tells `silent` which those were. */
  keepAll(indicator: string, present: readonly SiteValue[]): number {
    const ofIndicator = this.#ofIndicator(indicator)
    const turn = ++this.#turn
    for (const site of present) this.#keep(ofIndicator, site.input.terminal, site).turn = turn
    return turn
  }

  /** The last values of sites that were not among those kept in `turn`. */
  silent(indicator: string, sites: readonly SiteInput[], turn: number): SiteValue[] {
    const ofIndicator = this.#sites.get(indicator)
    const found: SiteValue[] = []
    for (const input of sites) {
      for (const heard of ofIndicator?.get(input.terminal) ?? []) {
        if (heard.turn === turn) continue
        const { value, at, part, parts } = heard.last
        const last = { value, at, ...(part === undefined ? {} : { part }), ...(parts ? { parts } : {}) }
        const key = `${indicator}/${input.terminal}/${part ?? ''}`
        this.#noteSilent(key, { indicator, terminal: input.terminal, ...last })
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

  #ofIndicator(indicator: string): Map<string, Heard[]> {
    const known = this.#sites.get(indicator) ?? new Map<string, Heard[]>()
    this.#sites.set(indicator, known)
    return known
  }

  #keep(ofIndicator: Map<string, Heard[]>, terminal: string, last: LastSite): Heard {
    const parts = ofIndicator.get(terminal)
    const known = parts?.find((one) => one.last.part === last.part)
    if (known) {
      if (known.last.at <= last.at) known.last = last
      return known
    }
    const heard: Heard = { last, turn: 0 }
    if (parts) parts.push(heard)
    else ofIndicator.set(terminal, [heard])
    return heard
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
