import { levelOf } from '../formulas/sound.ts'
import standard from '../standards/gb-3096.json' with { type: 'json' }
import { type Measure, noEvidence } from './evidence.ts'
import { combined, fromSites, siteValue, valid } from './sites.ts'

const [dayFrom, dayTo] = [standard.dayHours[0] ?? 6, standard.dayHours[1] ?? 22]
const zones: Readonly<Record<string, { readonly day: number; readonly night: number }>> =
  standard.editions[0]?.zones ?? {}

/** Whether a local hour belongs to the day period [GB 3096-2008 3.5]. */
const isDay = (hour: number): boolean => hour >= dayFrom && hour < dayTo

/** Acoustic zones a definition may name. */
export const acousticZones: readonly string[] = Object.keys(zones)

/**
 * Energy mean of the hours of one period among the last 24 whole hours, over all sites, minus the limit of their zone: the
 * newest complete day or night whatever the hour it is looked at.
 */
const noiseExcess: Measure = (context) => {
  const { zone = '', period = 'day' } = context.definition.parameters ?? {}
  const limit = zones[zone]?.[period]
  if (limit === undefined) return noEvidence('no-terminals')
  const hoursOfPeriod = period === 'day' ? dayTo - dayFrom : 24 - (dayTo - dayFrom)
  const needed = context.definition.minimum.coverage ?? 0.75
  const lastWhole = context.now - (context.now % 3_600_000) - 1
  const sites = valid(context, (input) => {
    const series = input.points[0]
    const hours = (series?.hours?.last(lastWhole, 24) ?? []).filter(
      (bucket) =>
        isDay(context.local(bucket.start).hour) === (period === 'day') && (series?.hourCoverage(bucket) ?? 0) >= needed,
    )
    if (hours.length < needed * hoursOfPeriod) return undefined
    const energy = hours.reduce((sum, bucket) => sum + bucket.energy / bucket.count, 0) / hours.length
    return siteValue(
      input,
      levelOf(energy),
      hours.some(({ uncertain }) => uncertain > 0),
    )
  })
  const found = fromSites(context, sites, (some) => combined(some, context.definition) - limit)
  return found.value === null ? found : { ...found, detail: { level: found.value + limit, limit, zone, period } }
}

export const soundMeasures = { 'noise-excess': noiseExcess } as const satisfies Record<string, Measure>
