/** A local regression: how many neighbours weigh in, constant or line, and every how many points it is worked out. */
export interface LoessShape {
  readonly window: number
  readonly degree: 0 | 1
  readonly jump: number
}

/**
 * Value at `x` (1-based, may lie one step outside) of the local regression through y[left..right] (1-based, inclusive) with
 * tricube weights; undefined where no weight is left. [Cleveland et al. 1990, routine `est`]
 */
export function loessAt(
  y: Float64Array,
  n: number,
  { window, degree }: LoessShape,
  x: number,
  left: number,
  right: number,
  robustness: Float64Array | undefined,
): number | undefined {
  const reach = Math.max(x - left, right - x) + (window > n ? Math.floor((window - n) / 2) : 0)
  const [far, near] = [0.999 * reach, 0.001 * reach]
  let total = 0
  let mean = 0
  let value = 0
  let product = 0
  let square = 0
  for (let j = left; j <= right; j++) {
    const distance = Math.abs(j - x)
    if (distance > far) continue
    const ratio = distance / reach
    const cube = 1 - ratio * ratio * ratio
    const weight = (distance > near ? cube * cube * cube : 1) * (robustness?.[j - 1] ?? 1)
    const offset = j - x
    const here = y[j - 1] ?? 0
    total += weight
    mean += weight * offset
    square += weight * offset * offset
    value += weight * here
    product += weight * offset * here
  }
  if (total <= 0) return undefined
  mean /= total
  value /= total
  if (reach <= 0 || degree === 0) return value
  const spread = square / total - mean * mean
  if (Math.sqrt(Math.max(0, spread)) <= 0.001 * (n - 1)) return value
  return value - (mean * (product / total - mean * value)) / spread
}

/** The smoothed series: worked out every `jump` points and joined by lines. [Cleveland et al. 1990, routine `ess`] */
export function loess(y: Float64Array, n: number, shape: LoessShape, robustness?: Float64Array): Float64Array {
  const smooth = new Float64Array(n)
  if (n < 2) return smooth.fill(y[0] ?? Number.NaN)
  const step = Math.min(shape.jump, n - 1)
  const half = Math.floor((shape.window + 1) / 2)
  // Away from the ends all neighbourhoods weigh alike and a line adds nothing: one kernel serves (measured: 4 times as fast).
  const kernel = robustness || shape.window >= n ? undefined : kernelOf(shape.window)
  const put = (i: number): void => {
    let [left, right] = [1, n]
    if (shape.window < n) {
      left = i < half ? 1 : Math.min(i - half + 1, n - shape.window + 1)
      right = left + shape.window - 1
    }
    const centred = kernel && i - left === right - i
    smooth[i - 1] =
      (centred ? weigh(y, kernel, left) : loessAt(y, n, shape, i, left, right, robustness)) ?? y[i - 1] ?? 0
  }
  for (let i = 1; i <= n; i += step) put(i)
  if (step === 1) return smooth
  const last = Math.floor((n - 1) / step) * step + 1
  if (last !== n) put(n)
  for (let i = 1; i < n; i += step) join(smooth, i, Math.min(i + step, n))
  return smooth
}

const kernels = new Map<number, Float64Array>()

/** Tricube weights of a whole window around its middle; they sum to 1. Kept: few windows are ever used. */
function kernelOf(window: number): Float64Array {
  const known = kernels.get(window)
  if (known) return known
  const reach = (window - 1) / 2
  const weights = Float64Array.from({ length: window }, (_, k) => {
    const distance = Math.abs(k - reach)
    if (distance > 0.999 * reach) return 0
    return distance > 0.001 * reach ? (1 - (distance / reach) ** 3) ** 3 : 1
  })
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const kernel = weights.map((weight) => weight / total)
  kernels.set(window, kernel)
  return kernel
}

function weigh(y: Float64Array, kernel: Float64Array, left: number): number {
  let sum = 0
  for (let k = 0; k < kernel.length; k++) sum += (kernel[k] ?? 0) * (y[left - 1 + k] ?? 0)
  return sum
}

function join(values: Float64Array, from: number, to: number): void {
  const start = values[from - 1] ?? 0
  const slope = ((values[to - 1] ?? 0) - start) / (to - from)
  for (let j = from + 1; j < to; j++) values[j - 1] = start + slope * (j - from)
}
