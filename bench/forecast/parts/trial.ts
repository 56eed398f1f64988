// One forecast against what came: on hours neither the choice of the model nor its intervals have seen.
import { forecastHours, historyHours, horizonHours } from '@civitals/indicators/forecast'
import type { TriedSeries } from './cases.ts'

export interface Trial {
  readonly series: TriedSeries
  readonly model: string
  /** Mean absolute errors of the 24 hours, the chosen model's and the seasonal naive's (one week), and the scale of MASE. */
  readonly error: number
  readonly naiveError: number
  readonly scale: number
  /** Hours inside the 90 % and the 50 % interval, of 24. */
  readonly wide: number
  readonly narrow: number
}

/** Forecasts a series from `end` with the five weeks before it; undefined where nothing is forecast. */
export function tryAt(series: TriedSeries, end: number): Trial | undefined {
  const { values, bounds } = series
  const known = values.slice(end - historyHours, end)
  const outcome = forecastHours({ values: known, ...(bounds ? { bounds } : {}) })
  if (!outcome.ok) return undefined
  const { forecast } = outcome
  let [error, naiveError, wide, narrow] = [0, 0, 0, 0]
  for (let h = 0; h < horizonHours; h++) {
    const actual = values[end + h]!
    error += Math.abs(actual - forecast.values[h]!) / horizonHours
    naiveError += Math.abs(actual - values[end + h - 168]!) / horizonHours
    if (actual >= forecast.wide.low[h]! && actual <= forecast.wide.high[h]!) wide++
    if (actual >= forecast.narrow.low[h]! && actual <= forecast.narrow.high[h]!) narrow++
  }
  return { series, model: forecast.model, error, naiveError, scale: scaleOf(known), wide, narrow }
}

/** Mean absolute change over a week: what MASE is measured in. */
function scaleOf(values: Float64Array): number {
  let sum = 0
  for (let k = 168; k < values.length; k++) sum += Math.abs(values[k]! - values[k - 168]!)
  return sum / (values.length - 168)
}
