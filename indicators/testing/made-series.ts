/** Repeatable noise and series with known make-up, for tests of forecasts. */
import { normal, randomOf } from '../robustness/random.ts'

/** Normal numbers of mean 0 and standard deviation 1. */
export function normals(seed: number): () => number {
  const random = randomOf(seed)
  return () => normal(random)
}

/** Hourly demand: two peaks on working days, flat weekends, autoregressive and white noise. */
export function demandLike(hours: number, seed: number): Float64Array {
  const noise = normals(seed)
  let drift = 0
  return Float64Array.from({ length: hours }, (_, k) => {
    drift = 0.8 * drift + 2 * noise()
    const workday = Math.floor(k / 24) % 7 < 5
    const hour = k % 24
    const peaks = Math.exp(-(((hour - 8) / 2) ** 2)) + Math.exp(-(((hour - 18) / 2.5) ** 2))
    return 100 + (workday ? 60 * peaks : 15 * Math.sin((hour / 24) * Math.PI)) + drift + 4 * noise()
  })
}
