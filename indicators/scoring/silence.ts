import { scoreOf } from '../formulas/score.ts'
import type { Evidence, MeasureContext, SiteValue } from '../measures/evidence.ts'
import { worstOf } from '../measures/sites.ts'
import type { SiteMemory } from './memory.ts'

/** Evidence with silent sites in it, where that makes it worse. */
export interface Reckoned {
  readonly evidence: Evidence
  /** A silent site is part of the value. */
  readonly siteHeld: boolean
}

/**
 * Silence never improves an indicator: sites without a valid value are put beside the others at their last one, and the worse of
 * the two results counts. A site that stays silent beyond the hold is still counted so, and the reason says it: only hearing from
 * it, replacing it or a dated decision lifts what it said last [platform convention].
 */
export function withSilentSites(evidence: Evidence, context: MeasureContext, memory: SiteMemory): Reckoned {
  const { sites: present, combine } = evidence
  if (!present || !combine) return { evidence, siteHeld: false }
  const { definition, now, sites } = context
  const seen = memory.keepAll(definition.id, present)
  if (evidence.value === null) return { evidence, siteHeld: false }
  const silent = memory
    .silent(definition.id, sites, seen)
    .map((site) => (evidence.running && site.value > 0 ? goneOn(site, now) : site))
  if (silent.length === 0) return { evidence, siteHeld: false }
  const value = combine([...present, ...silent])
  const [before, after] = [scoreOf(evidence.value, definition.anchors), scoreOf(value, definition.anchors)]
  if (before === null || after === null || after >= before) return { evidence, siteHeld: false }
  const lost = silent.some(({ at }) => now - at > definition.holdForMinutes * 60_000)
  const worst = definition.spatial === 'worst' ? worstOf(silent, definition.anchors) : undefined
  const detail = { ...evidence.detail, silent: silent.map(({ input, at }) => ({ terminal: input.terminal, at })) }
  return {
    siteHeld: true,
    evidence: {
      ...evidence,
      value,
      detail,
      reason: lost ? 'site-lost' : 'site-held',
      ...(worst ? { at: worst.at, worst: worst.input } : {}),
    },
  }
}

/** A duration nobody has seen end. */
const goneOn = (site: SiteValue, now: number): SiteValue => ({ ...site, value: site.value + (now - site.at) / 60_000 })
