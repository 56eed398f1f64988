import { median, modifiedZ } from '../formulas/statistics.ts'
import { congestedSpeedRatio, delayShare, tpiOfDelayShare, trafficScaleId } from '../formulas/traffic.ts'
import {
  type Combine,
  type Measure,
  type MeasureContext,
  noEvidence,
  type SiteInput,
  type SiteValue,
} from './evidence.ts'
import { bySite, fromSites, meanOf, type SiteMeasure, siteValue, sumOf, valid, window } from './sites.ts'

/** Vehicles in a window below which a mean speed says nothing. */
const minimumVehicles = 5
/** Occupancy in per cent below which an almost empty road is free and not jammed. */
const emptyRoad = 10

/** Speed ratio of one radar, its flow beside it; points: speed, free_speed, flow, occupancy. */
function linkOf(input: SiteInput, context: MeasureContext): SiteValue | undefined {
  const windows = input.points.map((series) => window(context, series))
  const [speed, free, flow, occupancy] = windows
  if (!speed || !free || !flow) return undefined
  const perHour = meanOf(flow)
  const few = (perHour * context.definition.windowMinutes) / 60 < minimumVehicles
  // A road at a standstill counts few vehicles as well, but it is full of them.
  if (few && (!occupancy || meanOf(occupancy) >= emptyRoad)) return undefined
  const ratio = few ? 1 : meanOf(speed) / meanOf(free)
  const uncertain = speed.uncertain + free.uncertain + flow.uncertain > 0
  return siteValue(input, ratio, uncertain, { flow: Math.max(1, perHour) })
}

/** The link with the lowest speed ratio. */
const slowest = (links: readonly SiteValue[]): SiteInput | undefined =>
  links.reduce<SiteValue | undefined>((worst, link) => (!worst || link.value < worst.value ? link : worst), undefined)
    ?.input

/** Evidence over links: they carry ratios, so the worst one is named here and not by anchors. */
function fromLinks(
  context: MeasureContext,
  combine: Combine,
  detail: (links: readonly SiteValue[]) => Record<string, unknown>,
) {
  const links = valid(context, linkOf)
  const { worst: _, ...found } = fromSites(context, links, combine)
  const worst = slowest(links)
  return { ...found, ...(worst ? { worst } : {}), ...(found.value === null ? {} : { detail: detail(links) }) }
}

/** Delay share of all vehicles; links weigh by flow, their lengths being unknown. */
const delayOf = (links: readonly SiteValue[]): number =>
  links.reduce((sum, { value, parts }) => sum + (parts?.flow ?? 0) * delayShare(value), 0) / sumOf(links, 'flow')

const jammedOf = (links: readonly SiteValue[]): number =>
  links.filter(({ value }) => value <= congestedSpeedRatio).length

/** Index of the delay share of all vehicles [GB/T 33171-2016 App. C]. */
const trafficIndex: Measure = (context) =>
  fromLinks(
    context,
    (links) => tpiOfDelayShare(delayOf(links)),
    (links) => ({ scaleId: trafficScaleId, delayShare: delayOf(links) }),
  )

/** Share of links whose speed ratio is at or below the one of medium congestion, in per cent. */
const congestedShare: Measure = (context) =>
  fromLinks(
    context,
    (links) => (100 * jammedOf(links)) / links.length,
    (links) => ({ links: links.length, jammed: jammedOf(links) }),
  )

/** Bays taken of all bays of one car park; points: occupied, bays. */
const occupancy: SiteMeasure = (input, context) => {
  const [occupied, bays] = input.points.map((series) => window(context, series))
  if (!occupied || !bays || meanOf(bays) <= 0) return undefined
  return siteValue(input, meanOf(occupied) / meanOf(bays), false)
}

/** The last hour's flow of one radar against the same hour of the week. */
function beatOf(input: SiteInput, context: MeasureContext): SiteValue | undefined {
  const series = input.points[0]
  const hour = series && window(context, series)
  const usual = series?.week?.usual(context.now, context.definition.minimum.weeks ?? 4)
  if (!hour || !usual) return undefined
  const flow = meanOf(hour)
  const z = modifiedZ(flow, usual)
  if (z === null) return undefined
  return siteValue(input, Math.abs(z), hour.uncertain > 0, { flow, usual: usual.median })
}

/** Median over the radars of how far the last hour's flow lies from what is usual; per cent of usual in the detail. */
const pulse: Measure = (context) => {
  const beats = valid(context, beatOf)
  const measured = valid(context, (input) => {
    const series = input.points[0]
    return series && window(context, series) ? siteValue(input, 0, false) : undefined
  })
  if (beats.length === 0 && measured.length > 0) return noEvidence('no-history')
  const found = fromSites(context, beats, (some) => median(some.map(({ value }) => value)))
  const usual = sumOf(beats, 'usual')
  const flow = sumOf(beats, 'flow')
  return found.value === null ? found : { ...found, detail: { percentOfUsual: (100 * flow) / usual, flow, usual } }
}

export const trafficMeasures = {
  'traffic-index': trafficIndex,
  'congested-share': congestedShare,
  'parking-occupancy': bySite(occupancy),
  pulse,
} as const satisfies Record<string, Measure>
