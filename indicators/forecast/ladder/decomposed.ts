import { mstl, withoutGaps } from '../models/mstl.ts'
import { fitSmoother, holtForecast, type Line, type Smoother, smoothedLine } from '../models/smoothing.ts'
import type { Forecasts, Walk } from './ladder.ts'

/** Origins that share one decomposition: taking apart costs most of a forecast, and a profile of weeks hardly moves in two days. */
const sharedBy = 9

interface Profile {
  readonly seasons: readonly Float64Array[]
  /** The whole series less its seasons; what lies behind an origin is not looked at from there. */
  readonly rest: Float64Array
  readonly smoother: Smoother
}

/**
 * Seasons by MSTL over what lies before the origin, the rest by exponential smoothing, both carried on. The newest origin always
 * has a decomposition of its own.
 */
export function decomposed({ y, origins, horizon }: Walk, periods: readonly number[]): Forecasts {
  const out = new Float64Array(origins.length * horizon)
  let profile: Profile | undefined
  let line: Line | undefined
  for (const [k, end] of origins.entries()) {
    const fresh = !profile || k % sharedBy === 0 || k === origins.length - 1
    if (!profile || fresh) profile = profileOf(y, end, periods)
    const { seasons, rest, smoother } = profile
    line = smoothedLine(rest, smoother, fresh ? 0 : (origins[k - 1] ?? 0), end, fresh ? undefined : line)
    const level = holtForecast(line, horizon, smoother)
    for (let h = 0; h < horizon; h++) out[k * horizon + h] = (level[h] ?? Number.NaN) + seasonAt(seasons, end + h)
  }
  return out
}

function profileOf(y: Float64Array, end: number, periods: readonly number[]): Profile {
  const { seasons } = mstl(withoutGaps(y.subarray(0, end), periods.at(-1) ?? 1), periods)
  const profiles = seasons.map((season, k) => season.slice(0, periods[k]))
  const rest = deseasoned(y, profiles)
  return { seasons: profiles, rest, smoother: fitSmoother(rest.subarray(0, end)) }
}

/** Gaps stay gaps: smoothing steps over them. */
function deseasoned(y: Float64Array, seasons: readonly Float64Array[]): Float64Array {
  const rest = Float64Array.from(y)
  for (const season of seasons) {
    for (let k = 0, place = 0; k < rest.length; k++) {
      rest[k] = (rest[k] ?? Number.NaN) - (season[place] ?? 0)
      place = place + 1 === season.length ? 0 : place + 1
    }
  }
  return rest
}

function seasonAt(seasons: readonly Float64Array[], k: number): number {
  let sum = 0
  for (const season of seasons) sum += season[k % season.length] ?? 0
  return sum
}
