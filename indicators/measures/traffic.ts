import { median, modifiedZ } from '../formulas/statistics.ts'
import { congestedSpeedRatio, delayShare, tpiOfDelayShare, trafficScaleId } from '../formulas/traffic.ts'
import { type Measure, type MeasureContext, noEvidence, type SiteInput, type SiteValue } from './evidence.ts'
import { bySite, fromSites, meanOf, type SiteMeasure, siteValue, valid, window } from './sites.ts'

/** Vehicles in a window below which a mean speed says nothing. */
const minimumVehicles = 5
/** Occupancy in per cent below which an almost empty road is free and not jammed. */
const emptyRoad = 10

interface Link {
  readonly site: SiteValue
  readonly flow: number
  readonly ratio: number
}

/** Speed ratio and flow of one radar; points: speed, free_speed, flow, occupancy. */
function linkOf(input: SiteInput, context: MeasureContext): Link | undefined {
  const windows = input.points.map((series) => window(context, series))
  const [speed, free, flow, occupancy] = windows
  if (!speed || !free || !flow) return undefined
  const perHour = meanOf(flow)
  const few = (perHour * context.definition.windowMinutes) / 60 < minimumVehicles
  // A road at a standstill counts few vehicles as well, but it is full of them.
  if (few && (!occupancy || meanOf(occupancy) >= emptyRoad)) return undefined
  const ratio = few ? 1 : meanOf(speed) / meanOf(free)
  const uncertain = [...speed, ...free, ...flow].some((bucket) => bucket.uncertain > 0)
  const site = siteValue(input, ratio, uncertain)
  return site && { site, flow: Math.max(1, perHour), ratio }
}

const linksOf = (context: MeasureContext): Link[] =>
  context.sites.map((input) => linkOf(input, context)).filter((link) => link !== undefined)

/** The link with the lowest speed ratio. */
const slowest = (links: readonly Link[]): SiteInput | undefined =>
  links.reduce<Link | undefined>((worst, link) => (!worst || link.ratio < worst.ratio ? link : worst), undefined)?.site
    .input

/** Evidence over links: they carry ratios, so the worst one is named here and not by anchors. */
function fromLinks(context: MeasureContext, links: readonly Link[], value: number, detail: Record<string, unknown>) {
  const found = fromSites(
    context,
    links.map(({ site }) => site),
    () => value,
  )
  const worst = slowest(links)
  const { sites: _, worst: __, ...rest } = found
  return { ...rest, ...(worst ? { worst } : {}), ...(found.value === null ? {} : { detail }) }
}

/** Index of the delay share of all vehicles [GB/T 33171-2016 App. C]; links weigh by flow, their lengths being unknown. */
const trafficIndex: Measure = (context) => {
  const links = linksOf(context)
  const flow = links.reduce((sum, link) => sum + link.flow, 0)
  const share = links.reduce((sum, link) => sum + link.flow * delayShare(link.ratio), 0) / flow
  return fromLinks(context, links, tpiOfDelayShare(share), { scaleId: trafficScaleId, delayShare: share })
}

/** Share of links whose speed ratio is at or below the one of medium congestion, in per cent. */
const congestedShare: Measure = (context) => {
  const links = linksOf(context)
  const jammed = links.filter(({ ratio }) => ratio <= congestedSpeedRatio).length
  return fromLinks(context, links, (100 * jammed) / links.length, { links: links.length, jammed })
}

/** Bays taken of all bays of one car park; points: occupied, bays. */
const occupancy: SiteMeasure = (input, context) => {
  const [occupied, bays] = input.points.map((series) => window(context, series))
  if (!occupied || !bays || meanOf(bays) <= 0) return undefined
  return siteValue(input, meanOf(occupied) / meanOf(bays), false)
}

interface Beat {
  readonly site: SiteValue
  readonly flow: number
  readonly usual: number
}

/** The last hour's flow of one radar against the same hour of the week. */
function beatOf(input: SiteInput, context: MeasureContext): Beat | undefined {
  const series = input.points[0]
  const buckets = series && window(context, series)
  const usual = series?.week?.usual(context.now, context.definition.minimum.weeks ?? 4)
  if (!buckets || !usual) return undefined
  const flow = meanOf(buckets)
  const z = modifiedZ(flow, usual)
  const site =
    z === null
      ? undefined
      : siteValue(
          input,
          Math.abs(z),
          buckets.some(({ uncertain }) => uncertain > 0),
        )
  return site && { site, flow, usual: usual.median }
}

/** Median over the radars of how far the last hour's flow lies from what is usual; per cent of usual in the detail. */
const pulse: Measure = (context) => {
  const beats = context.sites.map((input) => beatOf(input, context)).filter((beat) => beat !== undefined)
  const measured = valid(context, (input) => {
    const series = input.points[0]
    return series && window(context, series) ? siteValue(input, 0, false) : undefined
  })
  if (beats.length === 0 && measured.length > 0) return noEvidence('no-history')
  const value = median(beats.map(({ site }) => site.value))
  const found = fromSites(
    context,
    beats.map(({ site }) => site),
    () => value,
  )
  const usual = beats.reduce((sum, beat) => sum + beat.usual, 0)
  const flow = beats.reduce((sum, beat) => sum + beat.flow, 0)
  return found.value === null ? found : { ...found, detail: { percentOfUsual: (100 * flow) / usual, flow, usual } }
}

export const trafficMeasures = {
  'traffic-index': trafficIndex,
  'congested-share': congestedShare,
  'parking-occupancy': bySite(occupancy),
  pulse,
} as const satisfies Record<string, Measure>
