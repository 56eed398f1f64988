import type { Combine, Evidence, Measure, MeasureContext, SiteInput, SiteValue } from './evidence.ts'
import { bySite, fromSites, type SiteMeasure, siteValue, sumOf, valid, window } from './sites.ts'

interface Lamps {
  readonly due: number
  readonly lit: number
}

/** What is due and lit now; by day, in the newest hour in which anything was due. */
function lampsOf(input: SiteInput, context: MeasureContext): Lamps | undefined {
  const [due, lit] = input.points
  if (!due?.hours || !lit?.hours || due.lastAt === null || lit.lastAt === null) return undefined
  const fresh = context.now - Math.min(due.lastAt, lit.lastAt) <= 3 * due.reportEveryMs
  if (fresh && due.lastValue > 0) return { due: due.lastValue, lit: Math.min(lit.lastValue, due.lastValue) }
  const hours = due.hours.last(context.now, Math.round(context.definition.windowMinutes / 60))
  const lastLit = hours.findLast(({ sum }) => sum > 0)
  const same = lastLit && lit.hours.bucket(lastLit.start)
  if (!lastLit || !same) return undefined
  const meanDue = lastLit.sum / lastLit.count
  return { due: meanDue, lit: Math.min(meanDue, same.sum / same.count) }
}

const litOfDue: Combine = (sites) => (100 * sumOf(sites, 'lit')) / sumOf(sites, 'due')

/** Lamps lit of lamps due over all controllers, in per cent; points: lamps_due, lamps_lit. */
const lampRate: Measure = (context) => {
  const sites = valid(context, (input) => {
    const lamps = lampsOf(input, context)
    return lamps && siteValue(input, (100 * lamps.lit) / lamps.due, false, { ...lamps })
  })
  const found = fromSites(context, sites, litOfDue)
  if (found.value === null) return found
  return { ...found, detail: { due: sumOf(sites, 'due'), lit: sumOf(sites, 'lit') } }
}

const badShare: Combine = (sites) => (100 * sites.filter(({ value }) => value > 0).length) / sites.length

/** Share of things in a bad state, in per cent, of those that report; the worst named is one of the bad. */
function shareOf(context: MeasureContext, state: (input: SiteInput) => SiteValue | undefined): Evidence {
  const sites = valid(context, state)
  const bad = sites.filter(({ value }) => value > 0)
  const found = fromSites(context, sites, badShare)
  const { worst: _, ...rest } = found
  const first = bad[0]
  if (found.value === null) return rest
  const detail = { count: sites.length, bad: bad.map(({ input }) => input.terminal) }
  return { ...rest, detail, ...(first ? { worst: first.input } : {}) }
}

/** Degrees a cover may be tilted before it counts as open. */
const coverTilt = 15

/** Share of covers that are open or tilted; points: tilt, open. A tilt counts when the newest five seconds all show it. */
const abnormalCovers: Measure = (context) =>
  shareOf(context, (input) => {
    const [tilt, open] = input.points
    if (!tilt || !open || !window(context, tilt) || !window(context, open)) return undefined
    const newest = tilt.fine?.bucket(tilt.lastAt ?? context.now)
    const tilted = newest !== undefined && (newest.min > coverTilt || newest.max < -coverTilt)
    return siteValue(input, open.lastValue === 1 || tilted ? 1 : 0, false)
  })

/** Share of bins filled to the limit or beyond. */
const overflowShare: Measure = (context) =>
  shareOf(context, (input) => {
    const fill = input.points[0]
    if (!fill || !window(context, fill)) return undefined
    return siteValue(input, fill.lastValue >= (context.definition.parameters?.above ?? 90) ? 1 : 0, false)
  })

/** Minutes for which the depth has stood above the limit without a break, up to now. */
const minutesAbove: SiteMeasure = (input, context) => {
  const series = input.points[0]
  if (!series || series.lastAt === null || context.now - series.lastAt > 10 * 60_000) return undefined
  const limit = context.definition.parameters?.above ?? Number.POSITIVE_INFINITY
  const buckets = series.recent(context.now, context.definition.windowMinutes)
  const below = buckets.findLast(({ max }) => max <= limit)
  const first = below ? buckets.find(({ start }) => start > below.start) : buckets[0]
  // What has not been seen to end goes on: silence does not stop the clock.
  const minutes = first ? (context.now - first.start) / 60_000 : 0
  return siteValue(
    input,
    Math.max(0, minutes),
    buckets.some(({ uncertain }) => uncertain > 0),
  )
}

export const thingMeasures = {
  'lamp-rate': lampRate,
  'abnormal-covers': abnormalCovers,
  'overflow-share': overflowShare,
  'minutes-above': (context) => ({ ...bySite(minutesAbove)(context), running: true }),
} as const satisfies Record<string, Measure>
