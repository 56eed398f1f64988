import { bitOf } from '../quality/flags.ts'
import type { CrossRule } from '../quality/limits.ts'
import type { SeriesWindow } from './series-window.ts'

/** Makes the series of a terminal compare themselves with each other as the rules say. */
export function relate(rules: readonly CrossRule[], series: ReadonlyMap<string, SeriesWindow>): void {
  for (const { point, atMost, slack } of rules) {
    const less = series.get(point)
    const more = series.get(atMost)
    if (!less || !more) continue
    const compare = (): void => crossCheck(less, more, slack)
    less.comparisons.push(compare)
    more.comparisons.push(compare)
  }
}

/**
 * Cross-variable test: where both values are of one instant and contradict each other, both series are suspect until they agree
 * again; nobody knows which of the two lies. It is made before the second of them is judged, so the first is marked one sample later.
 */
function crossCheck(less: SeriesWindow, more: SeriesWindow, slack: number): void {
  if (less.rawAt !== more.rawAt) return
  const wrong = less.rawValue > more.rawValue + slack
  for (const { check } of [less, more])
    check.outside = wrong ? check.outside | bitOf.cross : check.outside & ~bitOf.cross
}
