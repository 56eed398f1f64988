import type { BucketColumns, ColumnsQuery, SeriesRow, SeriesStore } from '@civitals/storage/series'

/** Where a replay reads, piece by piece. Buckets whose readings are all bad are left out. */
export type MinuteSource = (query: ColumnsQuery) => AsyncIterable<BucketColumns>

/** Rows one question may return: 69 days of minutes. */
const limit = 100_000

/** Buckets of a series store: as columns where the engine keeps them so, else series by series. */
export const minutesOf = (store: Pick<SeriesStore, 'range' | 'columns'>): MinuteSource =>
  async function* (query) {
    if (store.columns) {
      yield* store.columns(query)
      return
    }
    const { series, from, to, everyMs } = query
    for (const name of series) yield columnsOf(name, await store.range({ ...name, from, to, everyMs, limit }), everyMs)
  }

function columnsOf(name: BucketColumns['series'][number], rows: readonly SeriesRow[], everyMs: number): BucketColumns {
  const held = rows.filter(({ value, quality }) => value !== null && (quality === 'good' || quality === 'uncertain'))
  return {
    series: [name],
    starts: [0, held.length],
    bucket: Uint32Array.from(held, ({ at }) => at / everyMs),
    mean: Float32Array.from(held, ({ value }) => value ?? Number.NaN),
    min: Float32Array.from(held, ({ min, value }) => min ?? value ?? Number.NaN),
    max: Float32Array.from(held, ({ max, value }) => max ?? value ?? Number.NaN),
    count: Uint16Array.from(held, ({ count }) => Math.min(65_535, count ?? 1)),
    uncertain: Uint8Array.from(held, ({ quality }) => (quality === 'good' ? 0 : 1)),
  }
}
