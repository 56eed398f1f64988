import type { EpochMs } from '@civitals/contracts/clock'
import type { StoredReadings } from '@civitals/storage/series'

/** Rows of series `begin` <= k < `end` of an answer in order of time, those of one time in the order of the series. */
export function eachByTime(
  { starts, at }: StoredReadings,
  begin: number,
  end: number,
  take: (series: number, row: number, time: EpochMs) => void,
): void {
  const next = Array.from({ length: end - begin }, (_, k) => starts[begin + k] ?? 0)
  const timeOf = (k: number): number =>
    (next[k] ?? 0) < (starts[begin + k + 1] ?? 0) ? (at[next[k] ?? 0] ?? 0) : Number.POSITIVE_INFINITY
  for (;;) {
    let time = Number.POSITIVE_INFINITY
    for (let k = 0; k < next.length; k++) time = Math.min(time, timeOf(k))
    if (time === Number.POSITIVE_INFINITY) return
    for (let k = 0; k < next.length; k++) {
      if (timeOf(k) !== time) continue
      const row = next[k] ?? 0
      next[k] = row + 1
      take(begin + k, row, time)
    }
  }
}

/** Stretches of a list that are of one terminal. */
export function* byTerminal(page: readonly { readonly terminal: string }[]): Iterable<readonly [number, number]> {
  for (let begin = 0, end = 0; begin < page.length; begin = end) {
    while (page[end]?.terminal === page[begin]?.terminal && end < page.length) end++
    yield [begin, end]
  }
}
