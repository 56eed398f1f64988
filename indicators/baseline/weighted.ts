import type { RobustScale } from '../formulas/statistics.ts'

/** A value and how much it counts. */
export interface Weighted {
  readonly value: number
  readonly weight: number
}

/** Value up to which half of the weight lies; the mean of two where it lies exactly between them. NaN of nothing. */
export function weightedMedian(values: readonly Weighted[]): number {
  const sorted = values.toSorted((a, b) => a.value - b.value)
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2
  let below = 0
  for (const [k, { value, weight }] of sorted.entries()) {
    below += weight
    if (below > half * (1 + 1e-12)) return value
    if (below >= half * (1 - 1e-12)) return (value + (sorted[k + 1]?.value ?? value)) / 2
  }
  return Number.NaN
}

/** Weighted median and scaled MAD; a MAD of 0 falls back on 1.2533 x mean absolute deviation, as in `robustScale`. */
export function weightedScale(values: readonly Weighted[]): RobustScale {
  const centre = weightedMedian(values)
  const apart = values.map(({ value, weight }) => ({ value: Math.abs(value - centre), weight }))
  const mad = weightedMedian(apart)
  if (mad > 0) return { median: centre, sigma: mad / 0.6745 }
  const whole = apart.reduce((sum, { weight }) => sum + weight, 0)
  const mean = apart.reduce((sum, { value, weight }) => sum + value * weight, 0) / whole
  return { median: centre, sigma: 1.2533 * mean }
}
