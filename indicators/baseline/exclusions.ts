import type { EpochMs } from '@civitals/contracts/clock'
import { seriesId } from '@civitals/contracts/ids'

const hourMs = 3_600_000

/** A stretch of one series a baseline must not learn from: from <= at < to. */
export interface Period {
  readonly terminal: string
  readonly point: string
  readonly from: EpochMs
  readonly to: EpochMs
}

/** Whether an hour, counted since 1970, is left out of the baseline of a series. */
export type Excluded = (hour: number) => boolean

/** Hours baselines are not taught by: those with an open alarm, of doubtful readings, or within a shift of level [reference 6.3]. */
export class Exclusions {
  readonly #periods: ReadonlyMap<string, readonly Period[]>

  constructor(periods: Iterable<Period>) {
    this.#periods = Map.groupBy(periods, ({ terminal, point }) => seriesId(terminal, point))
  }

  of(terminal: string, point: string): Excluded {
    const periods = this.#periods.get(seriesId(terminal, point))
    if (!periods) return () => false
    return (hour) => periods.some(({ from, to }) => from < (hour + 1) * hourMs && to > hour * hourMs)
  }
}
