import type { EpochMs } from '@civitals/contracts/clock'

/** The newest valid state of an indicator. */
export interface LastValid {
  readonly at: EpochMs
  readonly score: number
  readonly value: number
}

/** The newest valid value of one site. */
export interface LastSite {
  readonly at: EpochMs
  readonly value: number
}

/**
 * What gaps are held at, for one area: indicators by id, and sites of indicators whose worst site counts, so that a terminal
 * which falls silent at its worst does not make the city look better.
 */
export class Memory {
  readonly indicators = new Map<string, LastValid>()
  readonly #sites = new Map<string, Map<string, LastSite>>()

  site(indicator: string, terminal: string): LastSite | undefined {
    return this.#sites.get(indicator)?.get(terminal)
  }

  /** Keeps a site's newest value; an older one does not replace it. */
  keepSite(indicator: string, terminal: string, last: LastSite): void {
    const ofIndicator = this.#sites.get(indicator) ?? new Map<string, LastSite>()
    this.#sites.set(indicator, ofIndicator)
    if ((ofIndicator.get(terminal)?.at ?? Number.NEGATIVE_INFINITY) <= last.at) ofIndicator.set(terminal, last)
  }
}
