/** A closed range of whole numbers. */
export type Interval = readonly [from: number, to: number]

/** Sorted, disjoint and not adjacent: the canonical form every function here takes and returns. */
export type Intervals = readonly Interval[]

/** The union of `set` and [from, to]. */
export function addInterval(set: Intervals, from: number, to: number): Intervals {
  const last = set.at(-1)
  // What comes in order, as nearly everything does.
  if (!last || from > last[1] + 1) return [...set, [from, to]]
  if (from >= last[0]) return set.with(-1, [last[0], Math.max(last[1], to)])
  const merged: Interval[] = []
  let [low, high] = [from, to]
  for (const [start, end] of set) {
    if (end < low - 1 || start > high + 1) merged.push([start, end])
    else [low, high] = [Math.min(low, start), Math.max(high, end)]
  }
  merged.push([low, high])
  return merged.sort((a, b) => a[0] - b[0])
}

/** `set` without [from, to]. */
export function removeInterval(set: Intervals, from: number, to: number): Intervals {
  const kept: Interval[] = []
  for (const [start, end] of set) {
    if (end < from || start > to) {
      kept.push([start, end])
      continue
    }
    if (start < from) kept.push([start, from - 1])
    if (end > to) kept.push([to + 1, end])
  }
  return kept
}

/** What lies in `set` and not in `taken`; one walk through both. */
export function difference(set: Intervals, taken: Intervals): Intervals {
  const left: Interval[] = []
  let next = 0
  for (const [start, end] of set) {
    let from = start
    while ((taken[next]?.[1] ?? Number.POSITIVE_INFINITY) < from) next++
    for (let k = next; from <= end; k++) {
      const [low, high] = taken[k] ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
      if (low > from) left.push([from, Math.min(end, low - 1)])
      from = high + 1
    }
  }
  return left
}

/** Whether `value` lies in `set`; binary search. */
export function inIntervals(set: Intervals, value: number): boolean {
  let low = 0
  let high = set.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const [start, end] = set[middle] as Interval
    if (value < start) high = middle - 1
    else if (value > end) low = middle + 1
    else return true
  }
  return false
}

/** How many whole numbers `set` holds. */
export const sizeOfIntervals = (set: Intervals): number => set.reduce((sum, [from, to]) => sum + to - from + 1, 0)

/** What lies both in `set` and in [from, to]. */
export const withinInterval = (set: Intervals, from: number, to: number): Intervals =>
  set.flatMap(([start, end]): Interval[] =>
    end < from || start > to ? [] : [[Math.max(start, from), Math.min(end, to)]],
  )

/** What lies in both sets. */
export const intersection = (one: Intervals, other: Intervals): Intervals =>
  other.flatMap(([from, to]) => withinInterval(one, from, to))
