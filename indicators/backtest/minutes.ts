import type { EpochMs } from '@civitals/contracts/clock'
import type { SeriesRow, SeriesStore } from '@civitals/storage/series'

/** One series of a stretch by the minute, oldest first; only minutes that hold readings that count. */
export interface MinuteColumns {
  /** Whole minutes since 1970. */
  readonly minute: Uint32Array
  readonly mean: Float32Array
  readonly min: Float32Array
  readonly max: Float32Array
  readonly count: Uint16Array
}

/** Which series, and which stretch of it: from <= at < to. */
export interface MinuteQuery {
  readonly terminal: string
  readonly point: string
  readonly from: EpochMs
  readonly to: EpochMs
  /** Bucket length; a minute by default. */
  readonly everyMs?: number
}

/** Where a replay reads. Minutes whose readings are all bad are left out. */
export type MinuteSource = (query: MinuteQuery) => Promise<MinuteColumns>

const minuteMs = 60_000
/** Rows one question may return: 69 days of minutes. */
const limit = 100_000

/** Minutes of a series store. */
export const minutesOf =
  (series: Pick<SeriesStore, 'range'>): MinuteSource =>
  async (query) =>
    columnsOf(await series.range({ everyMs: minuteMs, ...query, limit }))

function columnsOf(rows: readonly SeriesRow[]): MinuteColumns {
  const held = rows.filter(({ value, quality }) => value !== null && (quality === 'good' || quality === 'uncertain'))
  return {
    minute: Uint32Array.from(held, ({ at }) => at / minuteMs),
    mean: Float32Array.from(held, ({ value }) => value ?? Number.NaN),
    min: Float32Array.from(held, ({ min, value }) => min ?? value ?? Number.NaN),
    max: Float32Array.from(held, ({ max, value }) => max ?? value ?? Number.NaN),
    count: Uint16Array.from(held, ({ count }) => Math.min(65_535, count ?? 1)),
  }
}
