import { type Decomposition, stl } from './stl.ts'

/** Several seasons taken out of one series: `seasons[k]` belongs to `periods[k]`. */
export interface MultipleDecomposition {
  readonly seasons: readonly Float64Array[]
  readonly trend: Float64Array
  readonly remainder: Float64Array
}

/**
 * Decomposition by several seasons, shortest first: each is sought by STL in what the others leave, two rounds
 * [Bandara, Hyndman & Bergmeir 2021, MSTL]. `y` holds no gaps and two of the longest period.
 */
export function mstl(y: Float64Array, periods: readonly number[], robustRounds = 0): MultipleDecomposition {
  const seasons = periods.map(() => new Float64Array(y.length))
  const rest = Float64Array.from(y)
  let last: Decomposition | undefined
  // Two rounds over several seasons are passes enough: a second within each changes the profile by less than the noise.
  const passes = periods.length > 1 ? 1 : 2
  for (let round = 0; round < (periods.length > 1 ? 2 : 1); round++) {
    for (const [k, period] of periods.entries()) {
      const season = seasons[k]
      if (!season) continue
      for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] ?? 0) + (season[i] ?? 0)
      last = stl(rest, { period, robustRounds, passes })
      for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] ?? 0) - (last.season[i] ?? 0)
      season.set(last.season)
    }
  }
  const trend = last?.trend ?? Float64Array.from(y)
  return { seasons, trend, remainder: rest.map((value, k) => value - (trend[k] ?? 0)) }
}

/**
 * The series with its holes filled for decomposing: mean of the same place one period before and after, else a straight line
 * between neighbours, else the nearest value. Never used to judge a forecast by.
 */
export function withoutGaps(y: Float64Array, period: number): Float64Array {
  const filled = Float64Array.from(y)
  for (let k = 0; k < y.length; k++) {
    if (isKnown(y[k])) continue
    const around = [filled[k - period], y[k + period]].filter(isKnown)
    if (around.length > 0) filled[k] = around.reduce((sum, value) => sum + value, 0) / around.length
  }
  let before = -1
  for (let k = 0; k < filled.length; k++) {
    if (!isKnown(filled[k])) continue
    for (let j = before + 1; j < k; j++) {
      const left = before < 0 ? (filled[k] ?? 0) : (filled[before] ?? 0)
      filled[j] = left + (((filled[k] ?? 0) - left) * (j - before)) / (k - before)
    }
    before = k
  }
  for (let j = before + 1; j < filled.length; j++) filled[j] = filled[before] ?? Number.NaN
  return filled
}

const isKnown = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value)
