import type { EpochMs } from '@civitals/contracts/clock'
import type { ClockKind } from '../matters/matter.ts'

const minute = 60_000
const day = 24 * 60 * minute
/** China Standard Time is UTC+8 all year. */
const offset = 8 * 60 * minute
/** Office hours, in ms after local midnight: 08:30-12:00 and 14:00-17:30. */
const sessions: readonly (readonly [number, number])[] = [
  [(8 * 60 + 30) * minute, 12 * 60 * minute],
  [14 * 60 * minute, (17 * 60 + 30) * minute],
]

/**
 * The instant at which `spanMs` of the clock have run since `from`. `working` time runs Monday to Friday in office hours of
 * Asia/Shanghai; public holidays and the working weekends that make up for them are not known yet and count as ordinary days.
 */
export function deadline(clock: ClockKind, from: EpochMs, spanMs: number): EpochMs {
  if (clock === 'emergency') return from + spanMs
  let left = spanMs
  let midnight = Math.floor((from + offset) / day) * day - offset
  for (;;) {
    if (isWorkday(midnight)) {
      for (const [opens, closes] of sessions) {
        const start = Math.max(from, midnight + opens)
        const open = midnight + closes - start
        if (open <= 0) continue
        if (left <= open) return start + left
        left -= open
      }
    }
    midnight += day
  }
}

/** Whether the day that begins at a local midnight is Monday to Friday. */
function isWorkday(midnight: EpochMs): boolean {
  const weekday = new Date(midnight + offset).getUTCDay()
  return weekday >= 1 && weekday <= 5
}

/** The local date of an instant as `20260612`, for running numbers. */
export const localDate = (at: EpochMs): string => new Date(at + offset).toISOString().slice(0, 10).replaceAll('-', '')
