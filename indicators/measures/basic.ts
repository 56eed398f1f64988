import { median } from '../formulas/statistics.ts'
import type { Bucket } from '../windows/ring-shape.ts'
import { fineSlotMs } from '../windows/series-window.ts'
import { type Combine, type Measure, noEvidence } from './evidence.ts'
import {
  bySite,
  fromSites,
  maxOf,
  meanOf,
  minOf,
  minutesOf,
  reduced,
  type SiteMeasure,
  siteValue,
  sumOf,
  valid,
  window,
} from './sites.ts'

/** Newest minutes of the window, counted back from the newest that holds a reading. */
const newest =
  (reduce: (minutes: readonly Bucket[]) => number): SiteMeasure =>
  (input, context) => {
    const series = input.points[0]
    const buckets = series && minutesOf(context, series)
    const last = buckets?.at(-1)
    if (!buckets || !last) return undefined
    const from = last.start - ((context.definition.parameters?.spanMinutes ?? 1) - 1) * 60_000
    const recent = buckets.filter(({ start }) => start >= from)
    return siteValue(
      input,
      reduce(recent),
      recent.some(({ uncertain }) => uncertain > 0),
    )
  }

/** How long a value must stand before it counts against a short disturbance. */
const persistenceMs = 30_000

/**
 * Highest value the newest 30 s never fell below; of a terminal that reports more rarely, its newest value. A second point that
 * is not 0 is the detector's own fault and makes the site unusable.
 */
const persisted: SiteMeasure = (input, context) => {
  const [series, fault] = input.points
  if (!series?.fine || !window(context, series) || fault?.lastValue === 1) return undefined
  const end = series.lastAt ?? context.now
  const newest = series.fine.totals(end, Math.ceil(persistenceMs / fineSlotMs))
  return siteValue(input, minOf(newest), newest.uncertain > 0)
}

/** How far the median of the minute means lies from 0. */
const medianMagnitude: SiteMeasure = (input, context) => {
  const series = input.points[0]
  const minutes = series && minutesOf(context, series)
  if (!minutes) return undefined
  return siteValue(
    input,
    Math.abs(median(minutes.map(({ sum, count }) => sum / count))),
    minutes.some(({ uncertain }) => uncertain > 0),
  )
}

const highest = (minutes: readonly Bucket[]): number => Math.max(...minutes.map(({ max }) => max))
const lowest = (minutes: readonly Bucket[]): number => Math.min(...minutes.map(({ min }) => min))

/** Whole valid hours of the window; the current one counts as soon as it is valid itself. */
const hoursMean: SiteMeasure = (input, context) => {
  const series = input.points[0]
  if (!series?.hours) return undefined
  const hours = Math.round(context.definition.windowMinutes / 60)
  const needed = context.definition.minimum.coverage ?? 0.75
  const usable = series.hours
    .last(context.now, hours + 1)
    .filter((bucket) => series.hourCoverage(bucket) >= needed)
    .slice(-hours)
  if (usable.length < (context.definition.minimum.hours ?? hours)) return undefined
  const mean = usable.reduce((sum, bucket) => sum + bucket.sum / bucket.count, 0) / usable.length
  return siteValue(
    input,
    mean,
    usable.some(({ uncertain }) => uncertain > 0),
  )
}

/** Sites weigh by the readings they owe, not by those they delivered: a gap does not make the failing one lighter. */
const passShare: Combine = (sites) => {
  const owed = sumOf(sites, 'owed')
  return sites.reduce((sum, { value, parts }) => sum + (value * (parts?.owed ?? 0)) / owed, 0)
}

/** Share of readings that pass over the last 24 hours, of all sites together, in per cent. */
const passRate: Measure = (context) => {
  let [passed, count, covered] = [0, 0, 0]
  const sites = valid(context, (input) => {
    const hours = input.points[0]?.hours?.last(context.now, Math.round(context.definition.windowMinutes / 60)) ?? []
    const inSite = hours.reduce((sum, bucket) => sum + bucket.count, 0)
    if (inSite === 0) return undefined
    const inPass = hours.reduce((sum, bucket) => sum + bucket.passed, 0)
    passed += inPass
    count += inSite
    covered += hours.reduce((sum, bucket) => sum + (input.points[0]?.hourCoverage(bucket) ?? 0), 0)
    return siteValue(
      input,
      (100 * inPass) / inSite,
      hours.some(({ uncertain }) => uncertain > 0),
      { owed: 1 / (input.points[0]?.reportEveryMs ?? 1) },
    )
  })
  const found = fromSites(context, sites, passShare)
  if (found.value === null) return found
  const { from, slots } = span(context.since, context.now, context.definition.windowMinutes / 60)
  const coverage = Math.min(1, covered / (slots * context.sites.length))
  if (coverage < (context.definition.minimum.coverage ?? 0.9)) return noEvidence('too-little-data', coverage)
  return { ...found, coverage, detail: { samples: count, passed, since: from } }
}

/** Hours a day-long window can hold since the platform's first reading; at least the part of the current one that has passed. */
function span(since: number | null, now: number, hours: number): { from: number; slots: number } {
  const full = now - (now % 3_600_000) - (hours - 1) * 3_600_000
  const from = Math.max(full, since ?? full)
  return { from, slots: Math.max(1 / 60, (now - from) / 3_600_000) }
}

export const basicMeasures = {
  'window-mean': bySite(reduced(meanOf)),
  'window-max': bySite(reduced(maxOf)),
  'window-min': bySite(reduced(minOf)),
  'latest-max': bySite(newest(highest)),
  'latest-min': bySite(newest(lowest)),
  'median-magnitude': bySite(medianMagnitude),
  'persisted-max': bySite(persisted),
  'hours-mean': bySite(hoursMean),
  'pass-rate': passRate,
} as const satisfies Record<string, Measure>
