import type { Clock, EpochMs } from '@civitals/contracts/clock'
import { seriesId } from '@civitals/contracts/ids'
import type { RangeQuery, SeriesRow } from '@civitals/storage/series'
import type { StoredSeries } from '../windows/seed.ts'

const hourMs = 3_600_000
/** A baseline leaves the last day out: hours a little beyond it are all that is looked at. */
const leftOutMs = 23 * hourMs
/** Read beyond what is asked, so that the same hour a day earlier is answered as well. */
const beforeMs = 25 * hourMs
/** Late readings change what was read: it is read again after so long. */
const rememberMs = hourMs
/** Series whose weeks are remembered, 2 kB each a week; the oldest give way. */
const mostSeries = 400

interface Weeks {
  readonly from: EpochMs
  readonly to: EpochMs
  readonly readAt: EpochMs
  readonly at: Float64Array
  readonly value: Float64Array
  readonly count: Uint32Array
}

/**
 * Weeks by the hour for baselines of earlier instants, of a store that is asked for each series once an hour: an explanation looks at
 * them twice, and whoever reads one asks for it again. Questions that are not by the hour go to the store as they are; those that
 * are end where a baseline at `to` ends, a day before it.
 */
export class RememberedWeeks implements StoredSeries {
  readonly #store: StoredSeries
  readonly #clock: Clock
  readonly #weeks = new Map<string, Weeks>()

  constructor(store: StoredSeries, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  readings(query: Parameters<StoredSeries['readings']>[0]): ReturnType<StoredSeries['readings']> {
    return this.#store.readings(query)
  }

  async range(query: RangeQuery): Promise<readonly SeriesRow[]> {
    if (query.everyMs !== hourMs) return await this.#store.range(query)
    const from = Math.floor(query.from / hourMs) * hourMs
    const to = Math.floor((query.to - leftOutMs) / hourMs) * hourMs
    if (to <= from) return []
    const weeks = this.#remembered(query, from, to) ?? (await this.#read(query, from - beforeMs, to))
    return rowsOf(weeks, from, to)
  }

  #remembered({ terminal, point }: RangeQuery, from: EpochMs, to: EpochMs): Weeks | undefined {
    const weeks = this.#weeks.get(seriesId(terminal, point))
    const fresh = weeks && this.#clock.now() - weeks.readAt < rememberMs
    return fresh && weeks.from <= from && weeks.to >= to ? weeks : undefined
  }

  async #read(query: RangeQuery, from: EpochMs, to: EpochMs): Promise<Weeks> {
    const { terminal, point } = query
    const readAt = this.#clock.now()
    const rows = (await this.#store.range({ ...query, from, to })).filter(({ value }) => value !== null)
    const weeks = {
      ...{ from, to, readAt },
      at: Float64Array.from(rows, ({ at }) => at),
      value: Float64Array.from(rows, ({ value }) => value ?? Number.NaN),
      count: Uint32Array.from(rows, ({ count }) => count ?? 1),
    }
    const key = seriesId(terminal, point)
    this.#weeks.delete(key)
    this.#weeks.set(key, weeks)
    const oldest = this.#weeks.keys().next().value
    if (this.#weeks.size > mostSeries && oldest !== undefined) this.#weeks.delete(oldest)
    return weeks
  }
}

/** What a baseline takes of the hours from <= at < to. */
function rowsOf({ at, value, count }: Weeks, from: EpochMs, to: EpochMs): SeriesRow[] {
  const rows: SeriesRow[] = []
  for (const [k, hour] of at.entries()) {
    if (hour < from || hour >= to) continue
    rows.push({ at: hour, value: value[k] ?? Number.NaN, quality: 'good', count: count[k] ?? 1 })
  }
  return rows
}
