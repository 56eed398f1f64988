/**
 * Value of the piecewise-linear function through the points (xs[k], ys[k]) at `x`, held at its ends outside. `xs` is strictly
 * monotone, rising or falling, and as long as `ys` (>= 2). NaN when `x` is NaN.
 */
export function interpolate(xs: readonly number[], ys: readonly number[], x: number): number {
  if (Number.isNaN(x)) return Number.NaN
  const last = Math.min(xs.length, ys.length) - 1
  const sign = (xs[last] ?? 0) >= (xs[0] ?? 0) ? 1 : -1
  if (sign * (x - (xs[0] ?? 0)) <= 0) return ys[0] ?? Number.NaN
  for (let k = 1; k <= last; k++) {
    const right = xs[k] ?? 0
    if (sign * (x - right) > 0) continue
    // An anchor gives its own value exactly; the line through two of them might miss it by a rounding error.
    if (x === right) return ys[k] ?? Number.NaN
    const left = xs[k - 1] ?? 0
    const low = ys[k - 1] ?? 0
    return low + (((ys[k] ?? 0) - low) * (x - left)) / (right - left)
  }
  return ys[last] ?? Number.NaN
}
