import { type AqiInput, aqiStandardOf, calcAqi, type Pollutant, pollutants } from '../formulas/aqi.ts'
import { heatIndexC } from '../formulas/heat-index.ts'
import { median } from '../formulas/statistics.ts'
import { type Evidence, type Measure, type MeasureContext, noEvidence, type SiteValue } from './evidence.ts'
import { bySite, meanOf, minimumSites, type SiteMeasure, siteValue, window } from './sites.ts'

/** Mean of the last hour of one pollutant at every station that has a valid one. */
function meansOf(context: MeasureContext, pollutant: Pollutant): SiteValue[] {
  return context.sites.flatMap((input) => {
    const series = input.points.find(({ point }) => point === pollutant)
    const hour = series && window(context, series)
    if (!series || !hour) return []
    // A zero drift below zero is clean air, not a negative concentration.
    const value = Math.max(0, meanOf(hour))
    const uncertain = hour.uncertain > 0
    return [{ value, at: series.lastAt ?? 0, uncertain, input: { ...input, points: [series] }, part: pollutant }]
  })
}

/** Median over the stations of each pollutant; null where too few of them measure it. */
function itemsOf(sites: readonly SiteValue[], context: MeasureContext): AqiInput['values'] {
  const needed = minimumSites(context) * context.sites.length - 1e-9
  const values: AqiInput['values'] = {}
  for (const pollutant of pollutants) {
    const means = sites.filter(({ part }) => part === pollutant).map(({ value }) => value)
    values[pollutant] = means.length > 0 && means.length >= needed ? median(means) : null
  }
  return values
}

/** Real-time air quality index over the sliding last hour, by the edition in force on the local day. */
const aqiHourly: Measure = (context) => {
  if (context.sites.length === 0) return noEvidence('no-terminals')
  const standard = aqiStandardOf(context.local(context.now).day)
  const indexOf = (some: readonly SiteValue[]) => calcAqi({ standard, kind: 'hourly', values: itemsOf(some, context) })
  const sites = pollutants.flatMap((pollutant) => meansOf(context, pollutant))
  const values = itemsOf(sites, context)
  const result = indexOf(sites)
  const missing = pollutants.filter((pollutant) => values[pollutant] === null)
  const coverage = 1 - missing.length / pollutants.length
  const { primary, level, iaqi } = result
  const detail = { standard, primary, level, iaqi, missing, means: rounded(values) }
  const keep = { sites, combine: (some: readonly SiteValue[]) => indexOf(some).aqi ?? Number.NaN }
  if (result.aqi === null) {
    const reason = coverage === 0 ? 'too-little-data' : 'none-published'
    return { ...noEvidence(reason, coverage, detail), ...keep }
  }
  const known = sites.filter(({ part }) => !missing.some((pollutant) => pollutant === part))
  return {
    value: result.aqi,
    at: Math.max(...known.map(({ at }) => at)),
    coverage,
    uncertain: known.some(({ uncertain }) => uncertain),
    detail,
    ...keep,
    ...worstSite(sites, primary[0]),
    ...(missing.length > 0 ? { reason: 'items-missing' as const } : {}),
  }
}

const rounded = (values: AqiInput['values']): Record<string, number | null> =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value == null ? null : Math.round(value * 10) / 10]),
  )

/** The station that measures most of the primary pollutant. */
function worstSite(sites: readonly SiteValue[], pollutant: Pollutant | undefined): Pick<Evidence, 'worst'> {
  const highest = sites
    .filter(({ part }) => part === pollutant)
    .reduce<SiteValue | undefined>((high, one) => (!high || one.value > high.value ? one : high), undefined)
  return highest ? { worst: highest.input } : {}
}

/** Heat index of one station from the means of its window. */
const heat: SiteMeasure = (input, context) => {
  const [temperature, humidity] = input.points
  const warm = temperature && window(context, temperature)
  const humid = humidity && window(context, humidity)
  if (!warm || !humid) return undefined
  return siteValue(input, heatIndexC(meanOf(warm), meanOf(humid)), warm.uncertain + humid.uncertain > 0)
}

export const airMeasures = {
  'aqi-hourly': aqiHourly,
  'heat-index': bySite(heat),
} as const satisfies Record<string, Measure>
