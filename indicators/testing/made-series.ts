/** Repeatable noise and series with known make-up, for tests of forecasts. */

/** Uniform numbers in [0, 1) of a seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}

/** Normal numbers of mean 0 and standard deviation 1. */
export function normal(seed: number): () => number {
  const next = random(seed)
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
}

/** Hourly demand: two peaks on working days, flat weekends, autoregressive and white noise. */
export function demandLike(hours: number, seed: number): Float64Array {
  const noise = normal(seed)
  let drift = 0
  return Float64Array.from({ length: hours }, (_, k) => {
    drift = 0.8 * drift + 2 * noise()
    const workday = Math.floor(k / 24) % 7 < 5
    const hour = k % 24
    const peaks = Math.exp(-(((hour - 8) / 2) ** 2)) + Math.exp(-(((hour - 18) / 2.5) ** 2))
    return 100 + (workday ? 60 * peaks : 15 * Math.sin((hour / 24) * Math.PI)) + drift + 4 * noise()
  })
}
