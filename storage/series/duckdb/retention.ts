import type { SettledEnvelope } from '@civitals/contracts/settlement'
import { dayMs, dayOf, type Layout, type Part, type PartKind } from './layout.ts'

/** For how many days each kind of file stays after its day; the file goes whole, nothing is deleted inside one. */
export type KeptDays = Readonly<Record<PartKind, number>>

/** Readings and minutes: a year and a month beside it, so that a month can be laid beside last year's. Hours: ten years. */
export const defaultKeptDays: KeptDays = { raw: 400, minute: 400, hour: 3_660 }

/**
 * The day retention counts back from: today, but no later than the day after the newest reading (of these days). A clock that was set years ahead
 * removes nothing.
 */
export const retentionDay = (days: readonly number[], now: number): number =>
  days.reduce((newest, day) => Math.max(newest, Math.min(day + 1, dayOf(now))), Number.NEGATIVE_INFINITY)

/**
 * The time from which readings are taken by a store whose newest is `newest`: what is older would be dropped when its table is closed. `newest` is
 * asked only where the clock alone does not tell.
 */
export function takenFrom(
  batch: readonly SettledEnvelope[],
  newest: () => number,
  kept: KeptDays,
  now: number,
): number {
  const oldest = dayOf(now) - kept.raw
  const times = (): number[] => batch.flatMap(({ readings }) => readings.map(({ at }) => at))
  const late = batch.some(({ readings }) => readings.some(({ at }) => dayOf(at) < oldest))
  if (!late) return Number.NEGATIVE_INFINITY
  const days = [newest(), ...times()].filter(Number.isFinite).map(dayOf)
  return (retentionDay(days, now) - kept.raw) * dayMs
}

/** Whether files of that kind and day are not to be kept any more on `today`. Hours go by the month, since they stand together by the month. */
export const expired = (kind: PartKind, day: number, kept: KeptDays, today: number): boolean =>
  (kind === 'hour' ? lastOfMonth(day) : day) < today - kept[kind]

export const monthOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 7)

function lastOfMonth(day: number): number {
  const date = new Date(day * dayMs)
  return dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0))
}

export const expiredParts = (layout: Layout, kept: KeptDays, today: number): readonly Part[] =>
  layout.parts.filter(({ kind, day }) => expired(kind, day, kept, today))
