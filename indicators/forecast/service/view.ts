import type { EpochMs } from '@civitals/contracts/clock'
import type { ForecastSkill, SeriesForecast } from '@civitals/contracts/forecast'
import type { ForecastOutcome, HourlyForecast } from '../forecast.ts'
import { hourMs } from './hours.ts'

/** Which series was forecast, and when. */
export interface Named {
  readonly terminal: string
  readonly point: string
  readonly unit: string
  readonly generatedAt: EpochMs
}

/** A forecast as it is published; `from` is the start of its first hour. */
export function viewOf(name: Named, from: EpochMs, outcome: ForecastOutcome | undefined): SeriesForecast {
  if (!outcome?.ok) return { ...name, reason: outcome?.reason ?? 'not-forecast', hours: [] }
  return { ...name, ...measuresOf(outcome.forecast), hours: hoursOf(from, outcome.forecast) }
}

/** The skill of a forecast as it is kept. */
export function skillOf(
  { terminal, point, generatedAt }: Named,
  outcome: ForecastOutcome | undefined,
): ForecastSkill[] {
  return outcome?.ok ? [{ terminal, point, at: generatedAt, ...measuresOf(outcome.forecast) }] : []
}

const measuresOf = ({ model, season, mase, naiveMase, skill, origins }: HourlyForecast) => ({
  model,
  season,
  mase,
  naiveMase,
  skill,
  origins,
})

const hoursOf = (from: EpochMs, { values, wide, narrow }: HourlyForecast): SeriesForecast['hours'] =>
  Array.from(values, (value, hour) => ({
    at: from + hour * hourMs,
    value,
    wide: [wide.low[hour] ?? value, wide.high[hour] ?? value],
    narrow: [narrow.low[hour] ?? value, narrow.high[hour] ?? value],
  }))
