import { fitHoltWinters, holtWinters, holtWintersForecast, holtWintersStart } from '../models/holt-winters.ts'
import { persistence, seasonalNaive } from '../models/naive.ts'
import { decomposed } from './decomposed.ts'
import { smoothed } from './smoothed.ts'

/** What a model is asked: forecasts of the next `horizon` hours from each origin, knowing only what lies before it. */
export interface Walk {
  /** Hourly values; NaN = missing. */
  readonly y: Float64Array
  /** Indices forecasts start at, ascending; the last may be `y.length`. */
  readonly origins: readonly number[]
  readonly horizon: number
}

/** Forecasts row by row: origin k, hour h at k * horizon + h. NaN where the model knows nothing. */
export type Forecasts = Float64Array

/** Models a series may be forecast with, simplest first [reference 6.4]. */
export const modelNames = [
  'persistence',
  'seasonal-naive-24',
  'seasonal-naive-168',
  'ets',
  'holt-winters-24',
  'mstl-24-ets',
  'mstl-168-ets',
  'median',
] as const
export type ModelName = (typeof modelNames)[number]

interface Rung {
  /** Hours that must lie before the first origin. */
  readonly needs: number
  readonly walk: (walk: Walk) => Forecasts
}

const day = 24
const week = 168

/** Everything but the median, which is made of the others. */
const rungs: Readonly<Record<Exclude<ModelName, 'median'>, Rung>> = {
  persistence: { needs: 1, walk: fromEach((y, end, horizon) => persistence(y, end, horizon)) },
  'seasonal-naive-24': { needs: day, walk: fromEach((y, end, horizon) => seasonalNaive(y, end, horizon, day)) },
  'seasonal-naive-168': { needs: week, walk: fromEach((y, end, horizon) => seasonalNaive(y, end, horizon, week)) },
  ets: { needs: 2 * day, walk: smoothed },
  'holt-winters-24': { needs: 3 * day, walk: seasonSmoothed },
  'mstl-24-ets': { needs: 3 * day, walk: (walk) => decomposed(walk, [day]) },
  'mstl-168-ets': { needs: 2 * week, walk: (walk) => decomposed(walk, [day, week]) },
}

/** Members of the median combination: models of different kinds, so that their errors differ. */
const members = ['seasonal-naive-24', 'seasonal-naive-168', 'holt-winters-24', 'mstl-24-ets', 'mstl-168-ets'] as const

/** Forecasts of every model that has enough history before the first origin. */
export function climb(walk: Walk): ReadonlyMap<ModelName, Forecasts> {
  const before = walk.origins[0] ?? 0
  const all = new Map<ModelName, Forecasts>()
  for (const [name, { needs, walk: run }] of Object.entries(rungs) as [Exclude<ModelName, 'median'>, Rung][]) {
    if (before >= needs) all.set(name, run(walk))
  }
  const combined = members.flatMap((name) => all.get(name) ?? [])
  if (combined.length > 2) all.set('median', mediansOf(combined))
  return all
}

/** Value by value; a member without a value is left out. Few members: sorting in place beats a general median. */
function mediansOf(forecasts: readonly Forecasts[]): Forecasts {
  const [first = new Float64Array()] = forecasts
  const medians = new Float64Array(first.length)
  const row = new Float64Array(forecasts.length)
  for (let k = 0; k < medians.length; k++) {
    let count = 0
    for (const one of forecasts) {
      const value = one[k] ?? Number.NaN
      if (value - value !== 0) continue
      let place = count++
      for (; place > 0 && (row[place - 1] ?? 0) > value; place--) row[place] = row[place - 1] ?? 0
      row[place] = value
    }
    medians[k] = ((row[(count - 1) >> 1] ?? Number.NaN) + (row[count >> 1] ?? Number.NaN)) / 2
    if (count === 0) medians[k] = Number.NaN
  }
  return medians
}

function fromEach(forecast: (y: Float64Array, end: number, horizon: number) => readonly number[]): Rung['walk'] {
  return ({ y, origins, horizon }) => {
    const out = new Float64Array(origins.length * horizon)
    for (const [k, end] of origins.entries()) out.set(forecast(y, end, horizon), k * horizon)
    return out
  }
}

/** Holt-Winters with parameters of what lies before the first origin, then one pass from origin to origin. */
function seasonSmoothed({ y, origins, horizon }: Walk): Forecasts {
  const out = new Float64Array(origins.length * horizon)
  const first = origins[0] ?? 0
  const start = holtWintersStart(y, day, 'additive')
  if (!Number.isFinite(start.level)) return out.fill(Number.NaN)
  const parameters = fitHoltWinters(y, start, 'additive', first)
  let state = start
  let from = day
  for (const [k, end] of origins.entries()) {
    state = holtWinters(y, parameters, state, 'additive', from, end)
    from = end
    out.set(holtWintersForecast(state, end, horizon, 'additive'), k * horizon)
  }
  return out
}
