interface Measured {
  readonly at: number
  readonly value: number | null
}

/** Slopes per ms that bound the forecast: 90 % and 50 % of the slopes between any two of the latest readings lie between. */
export interface Fan {
  readonly from: { readonly at: number; readonly value: number }
  readonly to: number
  readonly wide: readonly [number, number]
  readonly narrow: readonly [number, number]
}

const windowMs = 10 * 60_000

/**
 * How far the slope of the last ten minutes is uncertain: quantiles of the pairwise slopes, the same family the centre's
 * Theil-Sen forecast takes its median from. Undefined with fewer than four readings.
 */
export function fanOf(points: readonly Measured[], last: { at: number; value: number }, to: number): Fan | undefined {
  const recent = points.filter(
    (one): one is { at: number; value: number } => one.value !== null && one.at > last.at - windowMs,
  )
  if (recent.length < 4) return undefined
  const slopes = recent.flatMap((a, place) =>
    recent.slice(place + 1).flatMap((b) => (b.at > a.at ? [(b.value - a.value) / (b.at - a.at)] : [])),
  )
  slopes.sort((a, b) => a - b)
  return {
    from: last,
    to,
    wide: [quantile(slopes, 0.05), quantile(slopes, 0.95)],
    narrow: [quantile(slopes, 0.25), quantile(slopes, 0.75)],
  }
}

/** Linear interpolation between order statistics; `sorted` is not empty. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share
  const low = sorted[Math.floor(place)] ?? 0
  const high = sorted[Math.ceil(place)] ?? low
  return low + (high - low) * (place - Math.floor(place))
}
