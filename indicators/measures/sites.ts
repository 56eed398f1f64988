import { lowerIsBetter } from '../formulas/score.ts'
import { energyOf, levelOf } from '../formulas/sound.ts'
import { median } from '../formulas/statistics.ts'
import type { Bucket, Totals } from '../windows/ring-shape.ts'
import type { SeriesWindow } from '../windows/series-window.ts'
import {
  type Combine,
  type Evidence,
  type Measure,
  type MeasureContext,
  noEvidence,
  type SiteInput,
  type SiteValue,
} from './evidence.ts'

/** Share of the expected minutes a window must hold when the definition names none [GB 3095-2026: 45 min of an hour]. */
const defaultCoverage = 0.75
const defaultSites = 0.5

export const minimumCoverage = (context: MeasureContext): number =>
  context.definition.minimum.coverage ?? defaultCoverage

/** A window as one, or undefined when too few of its minutes hold a reading. */
export function window(context: MeasureContext, series: SeriesWindow): Totals | undefined {
  const { windowMinutes } = context.definition
  const totals = series.totals(context.now, windowMinutes)
  const needed = minimumCoverage(context) * series.expectedSlots(windowMinutes)
  return totals.slots === 0 || totals.slots < needed ? undefined : totals
}

/** The minutes of a window one by one, or undefined when too few of them hold a reading. */
export const minutesOf = (context: MeasureContext, series: SeriesWindow): readonly Bucket[] | undefined =>
  window(context, series) && series.recent(context.now, context.definition.windowMinutes)

/** One reduction of a window. */
export type Reduce = (totals: Totals) => number

export const meanOf: Reduce = ({ sum, count }) => sum / count
export const maxOf: Reduce = ({ max }) => max
export const minOf: Reduce = ({ min }) => min

/** One site's value, or undefined when it has no valid one. */
export type SiteMeasure = (input: SiteInput, context: MeasureContext) => SiteValue | undefined

/** A site's value by reducing the window of its first point. */
export const reduced =
  (reduce: Reduce): SiteMeasure =>
  (input, context) => {
    const series = input.points[0]
    const totals = series && window(context, series)
    return totals && siteValue(input, reduce(totals), totals.uncertain > 0)
  }

/** Undefined when the value is no finite number, so that it never becomes a score. */
export function siteValue(
  input: SiteInput,
  value: number,
  uncertain: boolean,
  parts?: SiteValue['parts'],
): SiteValue | undefined {
  let at = 0
  for (const { lastAt } of input.points) if (lastAt !== null && lastAt > at) at = lastAt
  return Number.isFinite(value) ? { value, at, uncertain, input, ...(parts ? { parts } : {}) } : undefined
}

/** Sum over sites of one of their parts. */
export const sumOf = (sites: readonly SiteValue[], part: string): number =>
  sites.reduce((sum, { parts }) => sum + (parts?.[part] ?? 0), 0)

/** The site with the worst value by the definition's anchors. */
export function worstOf(sites: readonly SiteValue[], anchors: readonly number[]): SiteValue | undefined {
  const sign = lowerIsBetter(anchors) ? 1 : -1
  return sites.reduce<SiteValue | undefined>(
    (worst, site) => (!worst || sign * (site.value - worst.value) > 0 ? site : worst),
    undefined,
  )
}

/** Sites to one number, as the definition says. */
export function combined(sites: readonly SiteValue[], definition: MeasureContext['definition']): number {
  const values = sites.map(({ value }) => value)
  switch (definition.spatial) {
    case 'worst':
      return worstOf(sites, definition.anchors)?.value ?? Number.NaN
    case 'median':
      return median(values)
    case 'energy-mean':
      return levelOf(values.reduce((sum, level) => sum + energyOf(level), 0) / values.length)
    case 'mean':
    case 'pooled':
    case 'flow-weighted':
      return values.reduce((sum, value) => sum + value, 0) / values.length
  }
}

/** Share of the sites that must be valid. */
export const minimumSites = (context: MeasureContext): number => context.definition.minimum.sites ?? defaultSites

/** Evidence from the sites that have a valid value; `combine` makes the indicator's number of them. */
export function fromSites(
  context: MeasureContext,
  sites: readonly SiteValue[],
  combine: Combine = (some) => combined(some, context.definition),
): Evidence {
  if (context.sites.length === 0) return noEvidence('no-terminals')
  const coverage = sites.length / context.sites.length
  if (sites.length === 0) return noEvidence('too-little-data')
  const worst = worstOf(sites, context.definition.anchors)
  const enough = coverage >= minimumSites(context) - 1e-9
  return {
    value: combine(sites),
    at: Math.max(...sites.map(({ at }) => at)),
    coverage,
    uncertain: sites.some(({ uncertain }) => uncertain),
    sites,
    combine,
    ...(worst ? { worst: worst.input } : {}),
    ...(enough ? (coverage < 1 ? { reason: 'sites-missing' as const } : {}) : { reason: 'too-few-sites' as const }),
  }
}

/** A measure whose sites stand for themselves. */
export const bySite =
  (measure: SiteMeasure): Measure =>
  (context) =>
    fromSites(context, valid(context, measure))

/** Values of the sites that have one. */
export const valid = (context: MeasureContext, measure: SiteMeasure): SiteValue[] =>
  context.sites.map((input) => measure(input, context)).filter((site) => site !== undefined)
