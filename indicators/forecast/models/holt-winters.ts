import { minimise } from './minimise.ts'

type Series = ArrayLike<number>

/** Smoothing of level, trend and season, each 0..1. */
export interface HoltWintersParameters {
  readonly alpha: number
  readonly beta: number
  readonly gamma: number
}

export type SeasonKind = 'additive' | 'multiplicative'

/** State of the model: `season[k]` belongs to the values whose index is k modulo the period. */
export interface HoltWintersState {
  readonly level: number
  readonly trend: number
  readonly season: Float64Array
}

/** What a pass over a series leaves. */
export interface HoltWintersFit extends HoltWintersState {
  /** Sum of squared one-step errors and their number. */
  readonly sum: number
  readonly count: number
}

/**
 * One pass of Holt-Winters over y[from..to) [Winters 1960; equations as in R's HoltWinters: the season is smoothed with the new
 * level]. A missing value lets level and season run on.
 */
export function holtWinters(
  y: Series,
  { alpha, beta, gamma }: HoltWintersParameters,
  start: HoltWintersState,
  kind: SeasonKind,
  from: number,
  to = y.length,
): HoltWintersFit {
  const season = Float64Array.from(start.season)
  const period = season.length
  const additive = kind === 'additive'
  let { level, trend } = start
  let sum = 0
  let count = 0
  let place = from % period
  for (let k = from; k < to; k++) {
    const value = y[k] ?? Number.NaN
    const s = season[place] ?? 0
    const line = level + trend
    if (value - value === 0) {
      const error = value - (additive ? line + s : line * s)
      sum += error * error
      count++
      const next = alpha * (additive ? value - s : value / s) + (1 - alpha) * line
      trend += beta * (next - level - trend)
      level = next
      season[place] = gamma * (additive ? value - level : value / level) + (1 - gamma) * s
    } else level = line
    place = place + 1 === period ? 0 : place + 1
  }
  return { level, trend, season, sum, count }
}

/** Values of the next `horizon` steps after index `end` (exclusive). */
export function holtWintersForecast(state: HoltWintersState, end: number, horizon: number, kind: SeasonKind): number[] {
  const { level, trend, season } = state
  return Array.from({ length: horizon }, (_, h) => {
    const s = season[(end + h) % season.length] ?? 0
    const line = level + (h + 1) * trend
    return kind === 'additive' ? line + s : line * s
  })
}

/**
 * Start from a classical decomposition of the first two seasons: the season's figure, and level and trend of the line through the
 * centred moving average, counted from its first value. The pass then begins at index `period` [as R's HoltWinters does].
 */
export function holtWintersStart(y: Series, period: number, kind: SeasonKind): HoltWintersState {
  const trend = centredMeans(y, period, 2 * period)
  const figure = new Float64Array(period)
  for (let k = 0; k < period; k++) {
    let sum = 0
    let count = 0
    for (let i = k; i < 2 * period; i += period) {
      const away = kind === 'additive' ? (y[i] ?? 0) - (trend[i] ?? 0) : (y[i] ?? 0) / (trend[i] ?? 1)
      if (!Number.isFinite(away)) continue
      sum += away
      count++
    }
    figure[k] = count === 0 ? (kind === 'additive' ? 0 : 1) : sum / count
  }
  const mean = figure.reduce((sum, one) => sum + one, 0) / period
  for (let k = 0; k < period; k++) figure[k] = kind === 'additive' ? (figure[k] ?? 0) - mean : (figure[k] ?? 1) / mean
  const known = Array.from(trend.subarray(0, 2 * period)).filter(Number.isFinite)
  return { ...lineThrough(known), season: figure }
}

/** Centred means over one season; NaN where the season does not fit. */
function centredMeans(y: Series, period: number, length: number): Float64Array {
  const means = new Float64Array(length).fill(Number.NaN)
  const half = period >> 1
  for (let k = half; k + half < length + (period % 2); k++) {
    let sum = 0
    for (let i = k - half; i <= k + half; i++) {
      const edge = period % 2 === 0 && (i === k - half || i === k + half)
      sum += (y[i] ?? Number.NaN) * (edge ? 0.5 : 1)
    }
    means[k] = sum / period
  }
  return means
}

/** Line through values at 1, 2, ..., read at 0. */
function lineThrough(values: readonly number[]): { level: number; trend: number } {
  const n = values.length
  const meanX = (n + 1) / 2
  const meanY = values.reduce((sum, value) => sum + value, 0) / n
  const slope =
    values.reduce((sum, value, k) => sum + (k + 1 - meanX) * (value - meanY), 0) /
    values.reduce((sum, _, k) => sum + (k + 1 - meanX) ** 2, 0)
  return n < 2 ? { level: meanY, trend: 0 } : { level: meanY - slope * meanX, trend: slope }
}

const clip = (value: number | undefined): number => Math.min(0.9999, Math.max(1e-4, value ?? 0.1))
const parametersOf = (x: readonly number[]): HoltWintersParameters => ({
  alpha: clip(x[0]),
  beta: clip(x[1]),
  gamma: clip(x[2]),
})

/** Parameters with the least squared one-step errors over y[0..to). */
export function fitHoltWinters(
  y: Series,
  start: HoltWintersState,
  kind: SeasonKind,
  to = y.length,
): HoltWintersParameters {
  const period = start.season.length
  const cost = (x: readonly number[]): number => holtWinters(y, parametersOf(x), start, kind, period, to).sum
  return parametersOf(minimise(cost, [0.2, 0.02, 0.1], [0.2, 0.05, 0.2], { evaluations: 60, tolerance: 1e-4 }))
}
