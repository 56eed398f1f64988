/** Middle value; mean of the two middle ones when there is an even number. NaN of nothing. Does not change its input. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Arithmetic mean; NaN of nothing. Never of decibels: those have `leq`. */
export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Arithmetic mean; null of nothing, as a score that is not known is. */
export const meanOrNull = (values: readonly number[]): number | null => (values.length === 0 ? null : mean(values))

/** Value below which the share `q` (0..1) lies, linear between ranks. NaN of nothing. */
export function quantile(values: readonly number[] | Float64Array, q: number): number {
  const sorted = Float64Array.from(values).sort()
  const rank = (sorted.length - 1) * q
  const low = sorted[Math.floor(rank)] ?? Number.NaN
  const high = sorted[Math.ceil(rank)] ?? Number.NaN
  return low + (high - low) * (rank - Math.floor(rank))
}

/** Centre and spread of a sample that outliers do not move. */
export interface RobustScale {
  readonly median: number
  /** Standard deviation of a normal sample with this median absolute deviation. */
  readonly sigma: number
}

/** Median and scaled MAD; a MAD of 0 falls back on 1.2533 x mean absolute deviation [Iglewicz & Hoaglin 1993]. */
export function robustScale(values: readonly number[]): RobustScale {
  const centre = median(values)
  const deviations = values.map((value) => Math.abs(value - centre))
  const mad = median(deviations)
  if (mad > 0) return { median: centre, sigma: mad / 0.6745 }
  const mean = deviations.reduce((sum, value) => sum + value, 0) / deviations.length
  return { median: centre, sigma: 1.2533 * mean }
}

/** Modified z of `value`; 0 when it lies on the median of a sample without spread, null when there is no spread to measure by. */
export function modifiedZ(value: number, scale: RobustScale): number | null {
  if (scale.sigma > 0) return (value - scale.median) / scale.sigma
  return value === scale.median ? 0 : null
}

/** Slope of a line through points with its evidence. */
export interface RobustSlope {
  /** Median of the slopes of all pairs, in y per x [Sen 1968]. */
  readonly slope: number
  /** Line through the median x and the median y, read at `x`. */
  readonly at: (x: number) => number
  /** Mann-Kendall statistic, standard normal when there is no trend [Kendall 1975]. */
  readonly z: number
}

/** Theil-Sen line of up to a few hundred points; undefined below three or without spread in x. */
export function theilSen(xs: readonly number[], ys: readonly number[]): RobustSlope | undefined {
  if (xs.length < 3) return undefined
  const slopes: number[] = []
  let concordance = 0
  for (let i = 0; i < xs.length; i++) {
    for (let j = i + 1; j < xs.length; j++) {
      const run = (xs[j] ?? 0) - (xs[i] ?? 0)
      if (run === 0) continue
      const slope = ((ys[j] ?? 0) - (ys[i] ?? 0)) / run
      slopes.push(slope)
      concordance += Math.sign(slope)
    }
  }
  if (slopes.length === 0) return undefined
  const slope = median(slopes)
  const intercept = median(ys.map((y, k) => y - slope * (xs[k] ?? 0)))
  const n = xs.length
  const spread = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)
  return { slope, at: (x) => intercept + slope * x, z: (concordance - Math.sign(concordance)) / spread }
}
