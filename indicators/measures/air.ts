import { type AqiInput, aqiStandardOf, calcAqi, type Pollutant, pollutants } from '../formulas/aqi.ts'
import { heatIndexC } from '../formulas/heat-index.ts'
import { median } from '../formulas/statistics.ts'
import { type Evidence, type Measure, type MeasureContext, noEvidence } from './evidence.ts'
import { bySite, meanOf, minimumSites, type SiteMeasure, siteValue, window } from './sites.ts'

interface Item {
  readonly value: number | null
  readonly at: number
  readonly uncertain: boolean
}

/** Median over the sites of one pollutant's mean of the last hour. */
function itemOf(context: MeasureContext, pollutant: string): Item {
  const means: number[] = []
  let at = 0
  let uncertain = false
  for (const { points } of context.sites) {
    const series = points.find(({ point }) => point === pollutant)
    const buckets = series && window(context, series)
    if (!series || !buckets) continue
    // A zero drift below zero is clean air, not a negative concentration.
    means.push(Math.max(0, meanOf(buckets)))
    at = Math.max(at, series.lastAt ?? 0)
    uncertain ||= buckets.some((bucket) => bucket.uncertain > 0)
  }
  const enough = means.length > 0 && means.length >= minimumSites(context) * context.sites.length - 1e-9
  return { value: enough ? median(means) : null, at, uncertain }
}

/** Real-time air quality index over the sliding last hour, by the edition in force on the local day. */
const aqiHourly: Measure = (context) => {
  if (context.sites.length === 0) return noEvidence('no-terminals')
  const items = new Map(pollutants.map((pollutant) => [pollutant, itemOf(context, pollutant)]))
  const values: AqiInput['values'] = {}
  for (const [pollutant, { value }] of items) values[pollutant] = value
  const standard = aqiStandardOf(context.local(context.now).day)
  const result = calcAqi({ standard, kind: 'hourly', values })
  const known = [...items.values()].filter(({ value }) => value !== null)
  const coverage = known.length / pollutants.length
  const missing = pollutants.filter((pollutant) => items.get(pollutant)?.value === null)
  const detail = {
    standard,
    primary: result.primary,
    level: result.level,
    iaqi: result.iaqi,
    missing,
    means: rounded(values),
  }
  if (result.aqi === null) {
    return { ...noEvidence(known.length === 0 ? 'too-little-data' : 'none-published', coverage, detail) }
  }
  return {
    value: result.aqi,
    at: Math.max(...known.map(({ at }) => at)),
    coverage,
    uncertain: known.some(({ uncertain }) => uncertain),
    detail,
    ...worstSite(context, result.primary[0]),
    ...(missing.length > 0 ? { reason: 'items-missing' as const } : {}),
  }
}

const rounded = (values: AqiInput['values']): Record<string, number | null> =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value == null ? null : Math.round(value * 10) / 10]),
  )

/** The station that measures most of the primary pollutant. */
function worstSite(context: MeasureContext, pollutant: Pollutant | undefined): Pick<Evidence, 'worst'> {
  let highest = Number.NEGATIVE_INFINITY
  let found: Pick<Evidence, 'worst'> = {}
  for (const input of context.sites) {
    const series = input.points.find(({ point }) => point === pollutant)
    const buckets = series && window(context, series)
    if (!series || !buckets || meanOf(buckets) <= highest) continue
    highest = meanOf(buckets)
    found = { worst: { ...input, points: [series] } }
  }
  return found
}

/** Heat index of one station from the means of its window. */
const heat: SiteMeasure = (input, context) => {
  const [temperature, humidity] = input.points
  const warm = temperature && window(context, temperature)
  const humid = humidity && window(context, humidity)
  if (!warm || !humid) return undefined
  const uncertain = [...warm, ...humid].some((bucket) => bucket.uncertain > 0)
  return siteValue(input, heatIndexC(meanOf(warm), meanOf(humid)), uncertain)
}

export const airMeasures = {
  'aqi-hourly': aqiHourly,
  'heat-index': bySite(heat),
} as const satisfies Record<string, Measure>
