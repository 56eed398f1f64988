import { median } from '../../formulas/statistics.ts'
import { type LoessShape, loess, loessAt } from './loess.ts'

/** A series taken apart: the three sum to it. */
export interface Decomposition {
  readonly season: Float64Array
  readonly trend: Float64Array
  readonly remainder: Float64Array
}

export interface StlOptions {
  readonly period: number
  /** Rounds of robustness weights against outliers; default 0. */
  readonly robustRounds?: number
  /** Passes of season and trend in each round; default 2, as R's. */
  readonly passes?: number
}

const nextOdd = (value: number): number => {
  const whole = Math.ceil(value)
  return whole % 2 === 0 ? whole + 1 : whole
}

/**
 * Seasonal-trend decomposition by loess with a periodic season [Cleveland et al. 1990], with the windows R's stl(x, "periodic")
 * takes. `y` holds no gaps and at least two periods.
 */
export function stl(y: Float64Array, { period, robustRounds = 0, passes = 2 }: StlOptions): Decomposition {
  const n = y.length
  const seasonWindow = 10 * n + 1
  const trendWindow = nextOdd((1.5 * period) / (1 - 1.5 / seasonWindow))
  const lowWindow = nextOdd(period)
  const seasonShape: LoessShape = { window: seasonWindow, degree: 0, jump: Math.ceil(seasonWindow / 10) }
  const trendShape: LoessShape = { window: trendWindow, degree: 1, jump: Math.ceil(trendWindow / 10) }
  const lowShape: LoessShape = { window: lowWindow, degree: 1, jump: Math.ceil(lowWindow / 10) }
  let trend: Float64Array = new Float64Array(n)
  let season: Float64Array = new Float64Array(n)
  let robustness: Float64Array | undefined
  for (let round = 0; round <= robustRounds; round++) {
    for (let pass = 0; pass < passes; pass++) {
      const cycles = smoothCycles(minus(y, trend), period, seasonShape, robustness)
      const low = loess(lowPass(cycles, period), n, lowShape)
      season = minus(cycles.subarray(period, period + n), low)
      trend = loess(minus(y, season), n, trendShape, robustness)
    }
    if (round < robustRounds) robustness = robustnessOf(minus(minus(y, season), trend))
  }
  const profile = meansByPlace(season, period)
  for (let k = 0; k < n; k++) season[k] = profile[k % period] ?? 0
  return { season, trend, remainder: minus(minus(y, season), trend) }
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  const difference = new Float64Array(a.length)
  for (let k = 0; k < a.length; k++) difference[k] = (a[k] ?? 0) - (b[k] ?? 0)
  return difference
}

/** Every cycle-subseries smoothed, one period longer at each end. */
function smoothCycles(
  y: Float64Array,
  period: number,
  shape: LoessShape,
  robustness: Float64Array | undefined,
): Float64Array {
  const n = y.length
  const out = new Float64Array(n + 2 * period)
  for (let place = 0; place < period; place++) {
    const count = Math.floor((n - 1 - place) / period) + 1
    const cycle = new Float64Array(count)
    const weights = robustness && new Float64Array(count)
    for (let k = 0; k < count; k++) {
      cycle[k] = y[k * period + place] ?? 0
      if (weights) weights[k] = robustness?.[k * period + place] ?? 1
    }
    const smooth = loess(cycle, count, shape, weights)
    const before = loessAt(cycle, count, shape, 0, 1, Math.min(shape.window, count), weights)
    const after = loessAt(cycle, count, shape, count + 1, Math.max(1, count - shape.window + 1), count, weights)
    out[place] = before ?? smooth[0] ?? 0
    for (let k = 0; k < count; k++) out[(k + 1) * period + place] = smooth[k] ?? 0
    out[(count + 1) * period + place] = after ?? smooth[count - 1] ?? 0
  }
  return out
}

/** Moving means of length period, period and 3: what is left has no season. */
const lowPass = (y: Float64Array, period: number): Float64Array =>
  movingMeans(movingMeans(movingMeans(y, period), period), 3)

function movingMeans(y: Float64Array, length: number): Float64Array {
  const means = new Float64Array(y.length - length + 1)
  let sum = 0
  for (let k = 0; k < y.length; k++) {
    sum += y[k] ?? 0
    if (k >= length) sum -= y[k - length] ?? 0
    if (k >= length - 1) means[k - length + 1] = sum / length
  }
  return means
}

/** Bisquare weights of six median absolute remainders. */
function robustnessOf(remainder: Float64Array): Float64Array {
  const limit = 6 * median(Array.from(remainder, Math.abs))
  return remainder.map((one) => {
    const share = Math.abs(one) / limit
    if (share <= 0.001 || limit === 0) return 1
    return share > 0.999 ? 0 : (1 - share * share) ** 2
  })
}

/** Mean of every place of the period. */
export function meansByPlace(y: Float64Array, period: number): Float64Array {
  const sums = new Float64Array(period)
  const counts = new Float64Array(period)
  for (let k = 0; k < y.length; k++) {
    const place = k % period
    sums[place] = (sums[place] ?? 0) + (y[k] ?? 0)
    counts[place] = (counts[place] ?? 0) + 1
  }
  return sums.map((sum, place) => sum / Math.max(1, counts[place] ?? 1))
}
