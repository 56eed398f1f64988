import { minimise } from './minimise.ts'

type Series = ArrayLike<number>

/** Level and change per step after the newest value. */
export interface Line {
  readonly level: number
  readonly trend: number
}

const isKnown = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value)

/** First known value: where every level starts. NaN of nothing. */
export function firstKnown(y: Series): number {
  for (let k = 0; k < y.length; k++) if (isKnown(y[k])) return y[k] ?? Number.NaN
  return Number.NaN
}

/**
 * Level after simple exponential smoothing with l0 = y1 [Brown 1959]; the forecast of every horizon. A missing value moves
 * nothing.
 */
export function sesLevel(y: Series, alpha: number, start = firstKnown(y)): number {
  let level = start
  for (let k = 0; k < y.length; k++) {
    const value = y[k]
    if (isKnown(value)) level += alpha * (value - level)
  }
  return level
}

/** Smoothing of level and trend. `damping` 1 = none; the trend of step h is damping + ... + damping^h times the last. */
export interface HoltParameters {
  readonly alpha: number
  readonly beta: number
  readonly damping?: number
  /** How the trend joins the level: as a difference (default) or as a factor. */
  readonly kind?: 'additive' | 'multiplicative'
}

/**
 * Holt's linear smoothing. Start as documented with the published vector: l0 = y1 and b0 = y2 - y1 (or y2 / y1), and the first
 * update takes y1 itself. A missing value lets the line run on.
 */
export function holtLine(y: Series, parameters: HoltParameters, start: Line = holtStart(y, parameters.kind)): Line {
  const { alpha, beta, damping = 1, kind } = parameters
  const factor = kind === 'multiplicative'
  let { level, trend } = start
  for (let k = 0; k < y.length; k++) {
    const moved = factor ? trend ** damping : damping * trend
    const expected = factor ? level * moved : level + moved
    const value = y[k]
    const next = isKnown(value) ? expected + alpha * (value - expected) : expected
    const step = factor ? next / level : next - level
    trend = isKnown(value) ? moved + beta * (step - moved) : moved
    level = next
  }
  return { level, trend }
}

function holtStart(y: Series, kind: HoltParameters['kind']): Line {
  const [first, second] = [y[0] ?? Number.NaN, y[1] ?? Number.NaN]
  if (!isKnown(first) || !isKnown(second)) return { level: firstKnown(y), trend: kind === 'multiplicative' ? 1 : 0 }
  return { level: first, trend: kind === 'multiplicative' ? second / first : second - first }
}

/** Values of the next `horizon` steps. */
export function holtForecast({ level, trend }: Line, horizon: number, parameters: HoltParameters): number[] {
  const { damping = 1, kind } = parameters
  let sum = 0
  return Array.from({ length: horizon }, (_, h) => {
    sum += damping ** (h + 1)
    return kind === 'multiplicative' ? level * trend ** sum : level + sum * trend
  })
}

/** Smoothing that fits a series without a season best. */
export interface Smoother {
  readonly alpha: number
  /** 0 = simple exponential smoothing. */
  readonly beta: number
  readonly damping: number
}

const damped = 0.9
const kept = { evaluations: 40, tolerance: 1e-4 }
const clip = (value: number | undefined, low: number, high: number): number =>
  Math.min(high, Math.max(low, value ?? low))

/** Sum of squared one-step errors, and how many there were. */
function errorsOf(y: Series, { alpha, beta, damping }: Smoother): { readonly sum: number; readonly count: number } {
  let level = firstKnown(y)
  let trend = 0
  let sum = 0
  let count = 0
  for (let k = 0; k < y.length; k++) {
    const moved = damping * trend
    level += moved
    trend = moved
    const value = y[k]
    if (!isKnown(value)) continue
    const error = value - level
    sum += error * error
    count++
    level += alpha * error
    trend += alpha * beta * error
  }
  return { sum, count }
}

/**
 * Simple or damped smoothing by least squares of one-step errors, whichever has the smaller corrected Akaike criterion
 * [Hyndman et al. 2008: ETS(A,N,N) and ETS(A,Ad,N)].
 */
export function fitSmoother(y: Series): Smoother {
  const simpleOf = (x: readonly number[]): Smoother => ({ alpha: clip(x[0], 1e-4, 1), beta: 0, damping: 0 })
  const dampedOf = (x: readonly number[]): Smoother => ({
    alpha: clip(x[0], 1e-4, 1),
    beta: clip(x[1], 1e-4, 1),
    damping: damped,
  })
  const simple = simpleOf(minimise((x) => errorsOf(y, simpleOf(x)).sum, [0.3], [0.3], kept))
  const rising = dampedOf(minimise((x) => errorsOf(y, dampedOf(x)).sum, [simple.alpha, 0.1], [0.1, 0.1], kept))
  return criterion(y, rising, 5) < criterion(y, simple, 2) ? rising : simple
}

function criterion(y: Series, smoother: Smoother, parameters: number): number {
  const { sum, count } = errorsOf(y, smoother)
  const correction = (2 * parameters * (parameters + 1)) / Math.max(1, count - parameters - 1)
  return count * Math.log(sum / count + Number.MIN_VALUE) + 2 * parameters + correction
}

/** Level and trend after y[from..to) under a fitted smoother, going on from `line`; without one from rest at the first value. */
export function smoothedLine(
  y: Series,
  { alpha, beta, damping }: Smoother,
  from: number,
  to: number,
  line?: Line,
): Line {
  let { level, trend } = line ?? { level: firstKnown(y), trend: 0 }
  for (let k = from; k < to; k++) {
    trend *= damping
    level += trend
    const error = (y[k] ?? Number.NaN) - level
    if (error - error !== 0) continue
    level += alpha * error
    trend += alpha * beta * error
  }
  return { level, trend }
}
