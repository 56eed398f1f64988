import { dayOf, type Layout, type Part, type PartKind } from './layout.ts'

/** For how many days each kind of file stays after its day; the file goes whole, nothing is deleted inside one. */
export type KeptDays = Readonly<Record<PartKind, number>>

/** Readings and minutes: a year and a month beside it, so that a month can be laid beside last year's. Hours: ten years. */
export const defaultKeptDays: KeptDays = { raw: 400, minute: 400, hour: 3_660 }

/** Whether files of that kind and day are not to be kept any more. */
export const expired = (kind: PartKind, day: number, kept: KeptDays, now: number): boolean =>
  day < dayOf(now) - kept[kind]

export const expiredParts = (layout: Layout, kept: KeptDays, now: number): readonly Part[] =>
  layout.parts.filter(({ kind, day }) => expired(kind, day, kept, now))
