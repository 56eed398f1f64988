import { sesLevel } from './smoothing.ts'

/**
 * The Theta method by its two lines [Assimakopoulos & Nikolopoulos 2000]: the regression line over time (theta 0) and the series
 * with doubled curvature (theta 2) carried on by simple exponential smoothing; the forecast is their mean. `y` holds no gaps.
 */
export function theta(y: ArrayLike<number>, alpha: number, horizon: number): number[] {
  const n = y.length
  const { intercept, slope } = regression(y)
  const doubled = Float64Array.from({ length: n }, (_, k) => 2 * (y[k] ?? Number.NaN) - intercept - slope * (k + 1))
  const level = sesLevel(doubled, alpha)
  return Array.from({ length: horizon }, (_, h) => (intercept + slope * (n + h + 1) + level) / 2)
}

/** Least-squares line of the values at 1, 2, ..., n. */
export function regression(y: ArrayLike<number>): { readonly intercept: number; readonly slope: number } {
  const n = y.length
  const meanX = (n + 1) / 2
  let meanY = 0
  for (let k = 0; k < n; k++) meanY += (y[k] ?? Number.NaN) / n
  let product = 0
  for (let k = 0; k < n; k++) product += (k + 1 - meanX) * ((y[k] ?? Number.NaN) - meanY)
  const slope = n < 2 ? 0 : product / ((n * (n * n - 1)) / 12)
  return { intercept: meanY - slope * meanX, slope }
}
