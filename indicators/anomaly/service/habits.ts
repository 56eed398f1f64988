import type { EpochMs } from '@civitals/contracts/clock'
import type { Excluded } from '../../baseline/exclusions.ts'
import { HourHistory, historyWeeks } from '../../baseline/hour-history.ts'
import type { LocalTime } from '../../windows/local-time.ts'
import type { UsualHours } from './store.ts'

const hourMs = 3_600_000
const weekHours = 168
/** A baseline leaves the last day out: what is usual tomorrow at this hour is already settled. */
export const aheadHours = 24
/** Weeks of an hour without which nothing is usual. */
const leastWeeks = 4
/** Hours before the first one judged that are read. */
export const readHours = (historyWeeks + 1) * weekHours

/** Mean of one whole hour as the store gives it. */
export interface HourMean {
  readonly at: EpochMs
  readonly value: number | null
}

/** Values and what was usual, hour by hour; NaN where there is nothing. */
export interface Judged {
  /** Hour of the first, counted since 1970. */
  readonly from: number
  readonly values: Float64Array
  readonly medians: Float64Array
  readonly sigmas: Float64Array
}

const holes = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN)

/** Hours from <= hour < to against a plan made before; undefined when the plan does not reach so far. */
export function judgeByPlan(
  usual: UsualHours | undefined,
  hours: readonly HourMean[],
  from: number,
  to: number,
): Judged | undefined {
  if (!usual || from < usual.from || to > usual.from + aheadHours) return undefined
  const judged = { from, values: holes(to - from), medians: holes(to - from), sigmas: holes(to - from) }
  for (const { at, value } of hours) {
    const place = Math.floor(at / hourMs) - from
    if (value !== null && place >= 0 && place < judged.values.length) judged.values[place] = value
  }
  for (let hour = from; hour < to; hour++) {
    judged.medians[hour - from] = usual.medians[hour - usual.from] ?? Number.NaN
    judged.sigmas[hour - from] = usual.sigmas[hour - usual.from] ?? Number.NaN
  }
  return judged
}

/**
 * Hours from <= hour < to against the weeks before each of them, and what will be usual in the day that follows. `hours`: means from
 * `readHours` before `from` on, oldest first. Excluded hours are judged like others and teach nothing. A millisecond.
 */
export function judgeByWeeks(
  hours: readonly HourMean[],
  from: number,
  to: number,
  local: LocalTime,
  excluded: Excluded,
): { readonly judged: Judged; readonly usual: UsualHours } {
  const history = new HourHistory(local)
  const judged = { from, values: holes(to - from), medians: holes(to - from), sigmas: holes(to - from) }
  for (const { at, value } of hours) {
    const hour = Math.floor(at / hourMs)
    if (value === null || hour >= to) continue
    if (hour >= from) {
      const scale = history.usualHour(hour * hourMs, leastWeeks)
      judged.values[hour - from] = value
      judged.medians[hour - from] = scale?.median ?? Number.NaN
      judged.sigmas[hour - from] = scale?.sigma ?? Number.NaN
    }
    if (!excluded(hour)) history.add(hour * hourMs, value)
  }
  const ahead = Array.from({ length: aheadHours }, (_, k) => history.usualHour((to + k) * hourMs, leastWeeks))
  const usual = {
    from: to,
    medians: ahead.map((scale) => scale?.median ?? null),
    sigmas: ahead.map((scale) => scale?.sigma ?? null),
  }
  return { judged, usual }
}
