import type { IndicatorResult } from '@civitals/contracts/body'
import type { EpochMs } from '@civitals/contracts/clock'
import type { Approach } from '@civitals/contracts/forecast'
import type { Definition } from '../definition.ts'
import { lowerIsBetter } from '../formulas/score.ts'
import { theilSen } from '../formulas/statistics.ts'
import type { Evidence, MeasureContext, SiteInput } from '../measures/evidence.ts'
import { fineSlotMs, type SeriesWindow } from '../windows/series-window.ts'

type Forecast = NonNullable<IndicatorResult['forecast']>
type Asked = NonNullable<Definition['forecast']>

/** A line that rises for certain: value now and change per minute, in the direction of worse. */
export interface Rise {
  readonly value: number
  readonly perMinute: number
}

const minimumPoints = 5
const minimumSpanMinutes = 0.5
/** One-sided 99 % of the Mann-Kendall statistic. */
const significant = 2.33
/** Points the pairwise slopes are taken of: 780 pairs. */
const mostPoints = 40

/** Stretches that are tried, newest quarter first: a rise that has just begun is not drowned by the calm before it. */
const stretches = [0.25, 0.5, 1]

/**
 * Robust slope of values (xs in minutes, ascending) over the shortest newest stretch in which it is certain and not just noise:
 * significant, at least `minimumRise` within the stretch, and still going on in its newest third.
 */
export function riseOf(xs: readonly number[], ys: readonly number[], minimumRise: number): Rise | undefined {
  const last = xs.at(-1) ?? 0
  for (const share of stretches) {
    const from = last - share * (last - (xs[0] ?? 0))
    const first = xs.findIndex((x) => x >= from)
    const rise = certainRise(xs.slice(first), ys.slice(first), minimumRise)
    if (rise) return rise
  }
  return undefined
}

function certainRise(xs: readonly number[], ys: readonly number[], minimumRise: number): Rise | undefined {
  const last = xs.at(-1) ?? 0
  const span = last - (xs[0] ?? 0)
  if (xs.length < minimumPoints || span < minimumSpanMinutes) return undefined
  const line = theilSen(xs, ys)
  if (!line || line.z < significant || line.slope * span < minimumRise) return undefined
  const third = Math.min(xs.length - 3, Math.floor((2 * xs.length) / 3))
  const newest = theilSen(xs.slice(third), ys.slice(third))
  if (!newest || newest.slope <= 0) return undefined
  return { value: line.at(last), perMinute: line.slope }
}

/** Minutes until the line reaches `threshold`; 0 when it is there. */
export const minutesTo = (rise: Rise, threshold: number): number =>
  Math.max(0, (threshold - rise.value) / rise.perMinute)

/** Means of the fine slots of the newest stretch, thinned; `sign` turns worse into higher. */
function pointsOf(series: SeriesWindow, end: EpochMs, windowMinutes: number, sign: number): [number[], number[]] {
  const slots = series.fine?.last(end, Math.ceil((windowMinutes * 60_000) / fineSlotMs)) ?? []
  const step = Math.max(1, Math.ceil(slots.length / mostPoints))
  const chosen = slots.filter((_, k) => (slots.length - 1 - k) % step === 0)
  return [chosen.map(({ start }) => start / 60_000), chosen.map(({ sum, count }) => (sign * sum) / count)]
}

const risesKept = new WeakMap<SeriesWindow, { readonly at: EpochMs; readonly rise: Rise | undefined }>()

/** The certain rise of a series at its newest value, `sign` -1 where lower is worse. Kept until a newer value comes. */
function riseOfSeries(series: SeriesWindow, forecast: Asked, sign: number): Rise | undefined {
  if (series.lastAt === null) return undefined
  const kept = risesKept.get(series)
  if (kept?.at === series.lastAt) return kept.rise
  const [xs, ys] = pointsOf(series, series.lastAt, forecast.windowMinutes, sign)
  const rise = riseOf(xs, ys, forecast.minimumRise)
  risesKept.set(series, { at: series.lastAt, rise })
  return rise
}

/** A series that has been silent for so long is heading nowhere we know. */
const silentMs = 3_600_000

/**
 * Where every series of an indicator that asks for forecasts is heading. A terminal that has just fallen silent is left out:
 * that it is drowned ends no warning; after an hour its rise counts as over.
 */
export function approachesOf(definition: Definition, sites: readonly SiteInput[], now: EpochMs): Approach[] {
  const { forecast, anchors } = definition
  if (!forecast) return []
  const sign = lowerIsBetter(anchors) ? 1 : -1
  return sites.flatMap(({ points: [series] }) => {
    if (!series || series.lastAt === null) return []
    const { terminal, point, lastAt, lastValue, reportEveryMs } = series
    const age = now - lastAt
    if (age > Math.max(120_000, 3 * reportEveryMs) && age < silentMs) return []
    const rise = age < silentMs ? riseOfSeries(series, forecast, sign) : undefined
    return [{ terminal, point, at: lastAt, value: lastValue, perMinute: rise ? sign * rise.perMinute : 0 }]
  })
}

/** Anchors that begin grades C, D and E. */
const gradeAnchors = [
  { grade: 'C', index: 2 },
  { grade: 'D', index: 3 },
  { grade: 'E', index: 4 },
] as const

/**
 * When one series reaches the next grade, by its newest ten minutes. Grade D is preferred when it lies within the horizon, since
 * it is the one that caps the city; else the nearest grade ahead.
 */
function forecastSite(context: MeasureContext, series: SeriesWindow): Forecast | undefined {
  const { definition, now } = context
  const { forecast, anchors } = definition
  if (!forecast || series.lastAt === null) return undefined
  const sign = lowerIsBetter(anchors) ? 1 : -1
  const rise = riseOfSeries(series, forecast, sign)
  if (!rise) return undefined
  const reached = series.lastAt
  const ahead = gradeAnchors
    .map(({ grade, index }) => ({ grade, value: anchors[index] ?? 0 }))
    .filter(({ value }) => sign * value > Math.max(rise.value, sign * series.lastValue))
    .map(({ grade, value }) => ({ grade, value, at: reached + minutesTo(rise, sign * value) * 60_000 }))
    .filter(({ at }) => at - now <= forecast.horizonMinutes * 60_000)
  const chosen = ahead.find(({ grade }) => grade === 'D') ?? ahead[0]
  if (!chosen) return undefined
  const at = Math.max(now, Math.round(chosen.at))
  return { value: chosen.value, grade: chosen.grade, at, inMinutes: (at - now) / 60_000 }
}

const severity = { A: 0, B: 0, C: 1, D: 2, E: 3, N: 0 } as const

/** The gravest and then the earliest forecast of the valid sites of an indicator that asks for one. */
export function forecastOf(context: MeasureContext, evidence: Evidence): Forecast | undefined {
  if (!context.definition.forecast) return undefined
  return (evidence.sites ?? [])
    .flatMap(({ input }) => input.points.slice(0, 1))
    .map((series) => forecastSite(context, series))
    .filter((forecast) => forecast !== undefined)
    .sort((a, b) => severity[b.grade] - severity[a.grade] || a.at - b.at)[0]
}
