import type { EpochMs } from '@civitals/contracts/clock'

/** Minutes east of UTC of the clocks that Chinese standards mean. */
export const beijingMinutes = 480

/** A wall clock as a terminal gives it, e.g. 2026, 11, 25, 9, 30, 0. Months count from 1. */
export type WallTime = readonly [year: number, month: number, day: number, hour: number, minute: number, second: number]

/** The instant a wall clock shows; undefined when no calendar has it (month 13, 30 February, all zero). */
export function instantOf(wall: WallTime, zoneMinutes: number = beijingMinutes): EpochMs | undefined {
  const [year, month, day, hour, minute, second] = wall
  const utc = Date.UTC(year, month - 1, day, hour, minute, second)
  const back = new Date(utc)
  const same =
    back.getUTCMonth() === month - 1 && back.getUTCDate() === day && hour < 24 && minute < 60 && second < 60 && year > 0
  return same ? utc - zoneMinutes * 60_000 : undefined
}

/** What the wall clock of a zone shows at an instant. */
export function wallTimeOf(at: EpochMs, zoneMinutes: number = beijingMinutes): WallTime {
  const shown = new Date(at + zoneMinutes * 60_000)
  return [
    shown.getUTCFullYear(),
    shown.getUTCMonth() + 1,
    shown.getUTCDate(),
    shown.getUTCHours(),
    shown.getUTCMinutes(),
    shown.getUTCSeconds(),
  ]
}

/** ISO 8601 in Beijing time, e.g. 2026-11-25T09:30:00+08:00. */
export const beijingIso = (at: EpochMs): string =>
  `${new Date(at + beijingMinutes * 60_000).toISOString().slice(0, 19)}+08:00`
