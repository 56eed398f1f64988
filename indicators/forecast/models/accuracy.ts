/** Errors of a forecast against what came, where both are finite; NaN where there is nothing to compare. */
export interface Accuracy {
  readonly mae: number
  readonly rmse: number
  /** Per cent of the actual value; actual values of 0 are left out. */
  readonly mape: number
  /** Per cent, 200 |a - f| / (|a| + |f|): 0..200. */
  readonly smape: number
}

type Series = ArrayLike<number>

/** Measures a forecast [Hyndman & Koehler 2006]. */
export function accuracyOf(actual: Series, forecast: Series): Accuracy {
  const [absolute, squared, relative, symmetric] = [new Mean(), new Mean(), new Mean(), new Mean()]
  for (let k = 0; k < actual.length; k++) {
    const [a, f] = [actual[k] ?? Number.NaN, forecast[k] ?? Number.NaN]
    const error = Math.abs(a - f)
    if (!Number.isFinite(error)) continue
    absolute.add(error)
    squared.add(error * error)
    if (a !== 0) relative.add((100 * error) / Math.abs(a))
    symmetric.add(error === 0 ? 0 : (200 * error) / (Math.abs(a) + Math.abs(f)))
  }
  return { mae: absolute.value, rmse: Math.sqrt(squared.value), mape: relative.value, smape: symmetric.value }
}

/** Mean absolute error of the seasonal naive within the training series: the denominator of MASE. NaN without a pair. */
export function scaleOf(train: Series, season: number): number {
  const mean = new Mean()
  for (let k = season; k < train.length; k++) {
    const error = Math.abs((train[k] ?? Number.NaN) - (train[k - season] ?? Number.NaN))
    if (Number.isFinite(error)) mean.add(error)
  }
  return mean.value
}

/** Mean absolute scaled error: 1 = as far off as the seasonal naive was on the training series. */
export const maseOf = (actual: Series, forecast: Series, train: Series, season: number): number =>
  accuracyOf(actual, forecast).mae / scaleOf(train, season)

class Mean {
  #sum = 0
  #count = 0

  add(value: number): void {
    this.#sum += value
    this.#count++
  }

  get value(): number {
    return this.#count === 0 ? Number.NaN : this.#sum / this.#count
  }
}
