/** What is asked of two series on the same steps. */
export interface LeadLagQuestion {
  readonly cause: Float64Array
  readonly effect: Float64Array
  /** Latest answer that is believed, in steps. */
  readonly mostSteps: number
  /** How the effect answers: up with the cause, or down. */
  readonly sign: 1 | -1
  /** The effect counts events: square roots of counts are taken, and its own memory is filtered out instead of the cause's. */
  readonly counts?: boolean
}

/** How the effect follows the cause. */
export interface LeadLag {
  /** Steps by which the effect trails. */
  readonly lag: number
  /** Correlation of the two at that lag. */
  readonly correlation: number
  /** Evidence after prewhitening, in standard deviations; `needed` bounds chance at 5 % over all lags looked at. */
  readonly z: number
  readonly needed: number
}

/** Steps whose mean is one value of the test: noise of sensors goes, lags of minutes stay. */
const binSteps = 5
const highestOrder = 3

/**
 * Whether the effect follows the cause, and how much later. Significance comes from the cross-correlation of the two filtered by
 * an autoregression of one of them (prewhitening [Box & Jenkins 1976, 11.2]): two series that merely drift are not related by it.
 * The lag is where the series themselves, smoothed over five steps, fit best: delay and inertia of the answer together. Undefined
 * when nothing is certain, the effect leads, the sign is wrong or one of the two does not move.
 */
export function leadLag({ cause, effect, mostSteps, sign, counts }: LeadLagQuestion): LeadLag | undefined {
  const [x, y] = [binned(cause), counts ? binned(effect).map(Math.sqrt) : binned(effect)]
  if (!moves(x) || !moves(y)) return undefined
  const filter = autoregression(counts ? y : x)
  const [a, b] = [filtered(x, filter), filtered(y, filter)]
  const lags = Math.floor(mostSteps / binSteps)
  const zAt = (lag: number): number => sign * correlationAt(a, b, lag) * Math.sqrt(a.length - Math.abs(lag))
  const needed = normalQuantile(1 - 0.025 / (lags + 1))
  const z = best(0, lags, zAt).value
  if (z < needed || best(-lags, -1, zAt).value > z) return undefined
  const [p, q] = [smooth(cause), smooth(effect)]
  const { at, value } = best(0, mostSteps, (lag) => sign * correlationAt(p, q, lag))
  return { lag: at, correlation: sign * value, z, needed }
}

function best(from: number, to: number, f: (lag: number) => number): { readonly at: number; readonly value: number } {
  let found = { at: from, value: Number.NEGATIVE_INFINITY }
  for (let lag = from; lag <= to; lag++) {
    const value = f(lag)
    if (value > found.value) found = { at: lag, value }
  }
  return found
}

const moves = (x: Float64Array): boolean => x.length > 4 * highestOrder && x.some((value) => value !== x[0])
const meanOf = (x: Float64Array): number => x.reduce((sum, value) => sum + value, 0) / x.length

function binned(x: Float64Array): Float64Array {
  return Float64Array.from({ length: Math.floor(x.length / binSteps) }, (_, k) =>
    meanOf(x.subarray(k * binSteps, (k + 1) * binSteps)),
  )
}

function smooth(x: Float64Array): Float64Array {
  const half = binSteps >> 1
  return x.map((_, k) => meanOf(x.subarray(Math.max(0, k - half), k + half + 1)))
}

/** Correlation of x with y `lag` steps later. */
function correlationAt(x: Float64Array, y: Float64Array, lag: number): number {
  const [meanX, meanY] = [meanOf(x), meanOf(y)]
  let [product, squareX, squareY] = [0, 0, 0]
  for (let k = 0; k < x.length; k++) {
    const [dx, dy] = [(x[k] ?? 0) - meanX, (y[k] ?? 0) - meanY]
    squareX += dx * dx
    squareY += dy * dy
    const later = y[k + lag]
    if (later !== undefined) product += dx * (later - meanY)
  }
  return squareX > 0 && squareY > 0 ? product / Math.sqrt(squareX * squareY) : 0
}

/** Coefficients by Levinson's recursion, the order by Akaike's criterion. */
function autoregression(x: Float64Array): readonly number[] {
  const n = x.length
  const mean = meanOf(x)
  const covariance = Array.from({ length: highestOrder + 1 }, (_, lag) => {
    let sum = 0
    for (let k = lag; k < n; k++) sum += ((x[k] ?? 0) - mean) * ((x[k - lag] ?? 0) - mean)
    return sum / n
  })
  let coefficients: number[] = []
  let variance = covariance[0] ?? 0
  let chosen = { criterion: n * Math.log(variance), coefficients }
  for (let order = 1; order <= highestOrder && variance > 0; order++) {
    const known = coefficients.reduce((sum, c, j) => sum + c * (covariance[order - 1 - j] ?? 0), 0)
    const partial = ((covariance[order] ?? 0) - known) / variance
    coefficients = [...coefficients.map((c, j) => c - partial * (coefficients[order - 2 - j] ?? 0)), partial]
    variance *= 1 - partial * partial
    const criterion = n * Math.log(variance) + 2 * order
    if (criterion < chosen.criterion) chosen = { criterion, coefficients }
  }
  return chosen.coefficients
}

const filtered = (x: Float64Array, coefficients: readonly number[]): Float64Array =>
  x.map((value, k) => coefficients.reduce((rest, c, j) => rest - c * (x[k - 1 - j] ?? x[0] ?? 0), value))

/** Upper quantile of the standard normal [Abramowitz & Stegun 26.2.23], error below 4.5e-4. */
function normalQuantile(probability: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - probability))
  return t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3)
}
