type Series = ArrayLike<number>

const isKnown = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value)

/** The newest known value before `end`, for every horizon; NaN of nothing. */
export function persistence(y: Series, end: number, horizon: number): number[] {
  let k = end - 1
  while (k >= 0 && !isKnown(y[k])) k--
  return Array.from({ length: horizon }, () => y[k] ?? Number.NaN)
}

/** The value one season before, or two, three ... seasons before where that one is missing; NaN where there is none. */
export function seasonalNaive(y: Series, end: number, horizon: number, season: number): number[] {
  return Array.from({ length: horizon }, (_, h) => {
    let k = end + h - season * (Math.floor(h / season) + 1)
    while (k >= 0 && !isKnown(y[k])) k -= season
    return y[k] ?? Number.NaN
  })
}
