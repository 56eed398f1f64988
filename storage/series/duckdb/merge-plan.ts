import { dayMs, type Layout, type Part } from './layout.ts'
import { monthOf } from './retention.ts'

/** A file of readings is cut in two by series when it would hold more than half as much again. */
export const rowsPerFile = 4_000_000

/** Hours of a month: a question reads one file of them, and few rows of other series in it [decision 012]. */
export const hourRowsPerFile = 500_000

/** Days' hours join those of their month when they are so many, or when the month is over. */
const daysPerSpan = 4

/** So many sets of small files of a day that goes on become one. */
const fanIn = 8

/** A day is merged so long after its end: the hour its last readings came in has been closed then. */
const graceMs = 70 * 60_000

/** Late readings of a merged day wait for as many files, for so large a share of the day, or for so long. */
const late = { files: 8, share: 1 / 8, waitMs: dayMs }

export interface Merge {
  readonly day: number
  readonly parts: readonly Part[]
  /** All of a day that is over: rollups are made of it. */
  readonly whole: boolean
  readonly level: number
}

/** Merged days stand at this level, whatever went before. */
export const dayLevel = 100

/** The next files worth merging, if any: days that are over first, oldest first. Pure. */
export function nextMerge(layout: Layout, now: number): Merge | undefined {
  const days = layout.days
  for (const day of days) {
    if (now < (day + 1) * dayMs + graceMs) continue
    const parts = layout.ofDay('raw', day)
    if (parts.length > 0 && dueWhole(parts, now)) return { day, parts, whole: true, level: dayLevel }
  }
  for (const day of days) {
    const merge = tier(day, layout.ofDay('raw', day))
    if (merge) return merge
  }
  return undefined
}

/** Hours of days that stand alone, with those of their month that stand together, to be made into one set of files. */
export interface HourMerge {
  readonly days: readonly Part[]
  readonly spans: readonly Part[]
}

/** The next month whose hours are worth joining, if any. Pure. */
export function nextHourMerge(layout: Layout, now: number): HourMerge | undefined {
  const alone = layout.days.flatMap((day) => layout.ofDay('hour', day))
  for (const [month, days] of Map.groupBy(alone, ({ day }) => monthOf(day))) {
    const spans = layout.spans.filter(({ day }) => monthOf(day) === month)
    const count = new Set(days.map(({ day }) => day)).size
    const over = month < new Date(now - dayMs).toISOString().slice(0, 7)
    if (count >= daysPerSpan || (over && (count > 1 || spans.length > 0))) return { days, spans }
  }
  return undefined
}

function dueWhole(parts: readonly Part[], now: number): boolean {
  const news = parts.filter(({ level }) => level < dayLevel)
  if (news.length === 0) return false
  if (news.length === parts.length || news.length >= late.files) return true
  const rowsOf = (some: readonly Part[]): number => some.reduce((sum, { rows }) => sum + rows, 0)
  return (
    rowsOf(news) >= late.share * rowsOf(parts) ||
    news.some(({ writtenMs }) => now - writtenMs >= late.waitMs || writtenMs > now)
  )
}

/**
 * Eight sets of one level become one of the next, so that each reading is rewritten a few times and a day that goes on stays a few dozen files. Sets of
 * one level are neighbours in age: what was merged is older than what was not.
 */
function tier(day: number, parts: readonly Part[]): Merge | undefined {
  const levels = Map.groupBy(
    parts.filter(({ level }) => level < dayLevel),
    ({ level }) => level,
  )
  for (const [level, same] of levels) {
    if (new Set(same.map(({ generation }) => generation)).size < fanIn) continue
    return { day, parts: same, whole: false, level: level + 1 }
  }
  return undefined
}

export interface SeriesRows {
  readonly series: number
  readonly rows: number
}

/** Cuts series (in order of their numbers) into ranges of about `rowsPerFile` rows; both ends are in the range. */
export function cutBySeries(counts: Iterable<SeriesRows>, atMost: number = rowsPerFile): (readonly [number, number])[] {
  const all = [...counts]
  const total = all.reduce((sum, { rows }) => sum + rows, 0)
  const each = total / Math.max(1, Math.round(total / atMost))
  const ranges: [number, number][] = []
  let held = 0
  for (const { series, rows } of all) {
    const last = ranges.at(-1)
    if (!last || held >= each) {
      ranges.push([series, series])
      held = rows
    } else {
      last[1] = series
      held += rows
    }
  }
  return ranges
}
