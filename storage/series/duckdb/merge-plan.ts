import { dayMs, type Layout, type Part } from './layout.ts'

/** A file of readings is cut in two by series when it would hold more than half as much again. */
export const rowsPerFile = 4_000_000

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
