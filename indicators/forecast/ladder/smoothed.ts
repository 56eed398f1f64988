import { fitSmoother, holtForecast, type Line, smoothedLine } from '../models/smoothing.ts'
import type { Forecasts, Walk } from './ladder.ts'

/** Exponential smoothing without a season, fitted to what lies before the first origin. */
export function smoothed({ y, origins, horizon }: Walk): Forecasts {
  const out = new Float64Array(origins.length * horizon)
  const smoother = fitSmoother(y.subarray(0, origins[0]))
  let line: Line | undefined
  for (const [k, end] of origins.entries()) {
    line = smoothedLine(y, smoother, line ? (origins[k - 1] ?? 0) : 0, end, line)
    out.set(holtForecast(line, horizon, smoother), k * horizon)
  }
  return out
}
