import { climb, type Forecasts, type ModelName, modelNames } from './ladder/ladder.ts'
import { scaleOf } from './models/accuracy.ts'

/** Hourly values of one series that end with the newest whole hour. */
export interface HourlySeries {
  /** NaN = missing. Five weeks are enough; more is read as it is. */
  readonly values: Float64Array
  /** Values the quantity cannot leave: a forecast is held inside. */
  readonly bounds?: readonly [number, number]
}

/** Why nothing is forecast. */
export type NoForecast = 'too-little-history' | 'too-many-gaps' | 'stale'

/** Quantile limits of one hour. */
export interface Band {
  readonly low: Float64Array
  readonly high: Float64Array
}

/** Hours ahead with the bands that hold 90 % and 50 % of what comes, and how the model did on the past of this very series. */
export interface HourlyForecast {
  readonly model: ModelName
  /** Season of the naive forecast it is measured against: 168 or 24 hours. */
  readonly season: number
  readonly values: Float64Array
  readonly wide: Band
  readonly narrow: Band
  /** Rolling-origin error, scaled by the seasonal naive's error within the series; null for a series that never moves. */
  readonly mase: number | null
  readonly naiveMase: number | null
  /** Share of the seasonal naive's error that the model saves: 0 where the naive itself was chosen. Null as above. */
  readonly skill: number | null
  readonly origins: number
}

export type ForecastOutcome =
  | { readonly ok: true; readonly forecast: HourlyForecast }
  | { readonly ok: false; readonly reason: NoForecast }

/** Hours ahead. */
export const horizonHours = 24
/** History that is looked at: five weeks. */
export const historyHours = 5 * 168

/** Hours between origins: coprime to a day, so that every hour of the day is one. */
const originStep = 13
/** Newest hours that forecasts are tried on. */
const trialHours = 14 * 24
const minimumHours = 168
const mostGaps = 0.3
/** Hours the newest value may be old. */
const freshHours = 3
/** A model replaces the seasonal naive only when it saves this share of its error: less is chance. */
const worthwhile = 0.03

/**
 * Forecast of the next 24 hours by the model that did best on rolling origins of this series; the seasonal naive where nothing
 * beats it. Intervals are quantiles of the errors made at those origins, per hour ahead (split conformal): parameters are fitted
 * before the first origin, so the errors are those of forecasts, not of fits. [reference 6.4] Pure; a few milliseconds.
 */
export function forecastHours(series: HourlySeries): ForecastOutcome {
  const y = series.values.subarray(Math.max(0, series.values.length - historyHours))
  const refused = refusalOf(y)
  if (refused) return { ok: false, reason: refused }
  const season = y.length >= 3 * 168 ? 168 : 24
  const trials = originsOf(y.length, season)
  const walk = { y, origins: [...trials, y.length], horizon: horizonHours }
  const all = climb(walk)
  const errors = new Map([...all].map(([name, forecasts]) => [name, errorOf(y, trials, forecasts)]))
  const naive: ModelName = `seasonal-naive-${season}`
  const naiveError = errors.get(naive) ?? Number.NaN
  const model = chosenOf(errors, naive, naiveError)
  const forecasts = all.get(model)
  if (!forecasts) return { ok: false, reason: 'too-little-history' }
  const scale = scaleOf(y, season)
  const error = errors.get(model) ?? Number.NaN
  const values = held(forecasts.slice(trials.length * horizonHours), series.bounds)
  if (!values.every(Number.isFinite)) return { ok: false, reason: 'too-many-gaps' }
  const residuals = residualsOf(y, trials, forecasts)
  return {
    ok: true,
    forecast: {
      model,
      season,
      values,
      ...bandsOf(values, residuals, series.bounds),
      mase: ratio(error, scale),
      naiveMase: ratio(naiveError, scale),
      skill: model === naive ? (naiveError > 0 ? 0 : null) : ratio(naiveError - error, naiveError),
      origins: trials.length,
    },
  }
}

function refusalOf(y: Float64Array): NoForecast | undefined {
  const first = y.findIndex(Number.isFinite)
  if (first < 0 || y.length - first < minimumHours) return 'too-little-history'
  const last = y.findLastIndex(Number.isFinite)
  if (y.length - 1 - last > freshHours) return 'stale'
  const known = y.reduce((count, value) => count + (Number.isFinite(value) ? 1 : 0), 0)
  return known < (1 - mostGaps) * y.length ? 'too-many-gaps' : undefined
}

/** Origins with a whole horizon behind them, oldest first. */
function originsOf(length: number, season: number): number[] {
  const earliest = Math.max(season === 168 ? 336 : 72, length - trialHours)
  const origins: number[] = []
  for (let end = length - horizonHours; end >= earliest; end -= originStep) origins.unshift(end)
  return origins
}

/** Mean absolute error over all origins and hours with a known value; NaN where the model leaves any of them out. */
function errorOf(y: Float64Array, origins: readonly number[], forecasts: Forecasts): number {
  let sum = 0
  let count = 0
  for (const [k, end] of origins.entries()) {
    for (let h = 0; h < horizonHours; h++) {
      const actual = y[end + h] ?? Number.NaN
      if (!Number.isFinite(actual)) continue
      sum += Math.abs(actual - (forecasts[k * horizonHours + h] ?? Number.NaN))
      count++
    }
  }
  return sum / count
}

function chosenOf(errors: ReadonlyMap<ModelName, number>, naive: ModelName, naiveError: number): ModelName {
  const known = modelNames.filter((name) => Number.isFinite(errors.get(name)))
  const errorOfName = (name: ModelName): number => errors.get(name) ?? Number.POSITIVE_INFINITY
  const best = known.reduce<ModelName>((low, name) => (errorOfName(name) < errorOfName(low) ? name : low), naive)
  return errorOfName(best) < (1 - worthwhile) * naiveError ? best : naive
}

const ratio = (part: number, whole: number): number | null =>
  whole > 0 && Number.isFinite(part / whole) ? part / whole : null

/** Errors by hour ahead. */
function residualsOf(y: Float64Array, origins: readonly number[], forecasts: Forecasts): number[][] {
  return Array.from({ length: horizonHours }, (_, h) =>
    origins
      .map((end, k) => (y[end + h] ?? Number.NaN) - (forecasts[k * horizonHours + h] ?? Number.NaN))
      .filter(Number.isFinite),
  )
}

/** Errors an interval rests on at least: neighbouring hours are taken in until there are so many. */
const enoughResiduals = 60

function bandsOf(
  values: Float64Array,
  residuals: readonly number[][],
  bounds: HourlySeries['bounds'],
): Pick<HourlyForecast, 'wide' | 'narrow'> {
  const pools = residuals.map((_, hour) => Float64Array.from(poolOf(residuals, hour)).sort())
  const limit = (share: number): Float64Array =>
    held(
      values.map((value, h) => value + ranked(pools[h] ?? new Float64Array(), share)),
      bounds,
    )
  return { wide: { low: limit(0.05), high: limit(0.95) }, narrow: { low: limit(0.25), high: limit(0.75) } }
}

/**
 * The error that a share of all errors lies below, seen from a sorted sample of n: rank share * (n + 1), the finite-sample
 * correction of split conformal prediction; linear between ranks.
 */
function ranked(sorted: Float64Array, share: number): number {
  const last = sorted.length - 1
  const rank = Math.min(last, Math.max(0, share * (sorted.length + 1) - 1))
  const low = sorted[Math.floor(rank)] ?? Number.NaN
  return low + (rank - Math.floor(rank)) * ((sorted[Math.min(last, Math.floor(rank) + 1)] ?? low) - low)
}

function poolOf(residuals: readonly number[][], hour: number): number[] {
  for (let reach = 0; reach < residuals.length; reach++) {
    const pool = residuals.slice(Math.max(0, hour - reach), hour + reach + 1).flat()
    if (pool.length >= enoughResiduals || reach === residuals.length - 1) return pool
  }
  return []
}

function held(values: Float64Array, bounds: HourlySeries['bounds']): Float64Array {
  if (!bounds) return values
  const [low, high] = bounds
  return values.map((value) => Math.min(high, Math.max(low, value)))
}
