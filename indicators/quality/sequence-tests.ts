import { type Flag, worseFlag } from './flags.ts'

/** A value of a series, null where it is missing. */
export type Value = number | null

/** Gross range: beyond the sensor fails, beyond the user's band is suspect; ends belong to the range [QARTOD, test 4]. */
export function rangeFlag(value: number, sensor: readonly [number, number], user?: readonly [number, number]): Flag {
  if (!(value >= sensor[0] && value <= sensor[1])) return 4
  return user && !(value >= user[0] && value <= user[1]) ? 3 : 1
}

/** Whether a change is faster than `most` per `perMs`; what comes sooner may still change by `most` [QARTOD, test 7]. */
export const tooFast = (change: number, elapsedMs: number, most: number, perMs: number): boolean =>
  Math.abs(change) > most * Math.max(1, elapsedMs / perMs)

/** How a spike is measured against the values beside it. */
export const spikeStatistics = {
  /** Distance from the mean of both neighbours: the neighbours of a spike stand out as well. */
  average: (before: number, value: number, after: number): number => Math.abs(value - (before + after) / 2),
  /** Height over the nearer neighbour, 0 unless it stands out to one side of both: the peak alone. */
  peak: (before: number, value: number, after: number): number => {
    const rise = value - before
    const fall = value - after
    return rise * fall > 0 ? Math.min(Math.abs(rise), Math.abs(fall)) : 0
  },
} as const

/** Flag of a value by how far it stands out [QARTOD, test 6]. */
export const spikeFlag = (height: number, suspect: number, fail: number): Flag =>
  height > fail ? 4 : height > suspect ? 3 : 1

/** Spike test of a whole series; ends, and values beside a missing one, are not evaluated. */
export function spikeFlags(
  values: readonly Value[],
  limits: { readonly suspect: number; readonly fail: number },
  statistic: keyof typeof spikeStatistics = 'average',
): Flag[] {
  return values.map((value, k) => {
    const before = values[k - 1]
    const after = values[k + 1]
    if (value === null) return 9
    if (before === undefined || before === null || after === undefined || after === null) return 2
    return spikeFlag(spikeStatistics[statistic](before, value, after), limits.suspect, limits.fail)
  })
}

/** Rate of change of a whole series; the first value and one after a missing one pass. */
export function rateFlags(
  values: readonly Value[],
  times: readonly number[],
  limits: { readonly most: number; readonly perMs: number },
): Flag[] {
  return values.map((value, k) => {
    const before = values[k - 1]
    if (value === null) return 9
    if (before === undefined || before === null) return 1
    const elapsed = (times[k] ?? 0) - (times[k - 1] ?? 0)
    return tooFast(value - before, elapsed, limits.most, limits.perMs) ? 3 : 1
  })
}

/** One flag a value from several tests of the same series. */
export function aggregated(tests: readonly (readonly Flag[])[]): Flag[] {
  const [first = []] = tests
  return first.map((_, k) => tests.reduce<Flag>((worst, flags) => worseFlag(worst, flags[k] ?? 9), 9))
}
