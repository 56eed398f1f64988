import type { BucketColumns, ColumnsQuery, SeriesRow, SeriesStore } from '@civitals/storage/series'

/** Where a replay reads. Buckets whose readings are all bad are left out. */
export type MinuteSource = (query: ColumnsQuery) => Promise<readonly BucketColumns[]>

/** Rows one question may return: 69 days of minutes. */
const limit = 100_000

/** Buckets of a series store: as columns where the engine keeps them so, else series by series. */
export const minutesOf =
  (store: Pick<SeriesStore, 'range' | 'columns'>): MinuteSource =>
  async (query) => {
    if (store.columns) return await store.columns(query)
    const { series, from, to, everyMs } = query
    const found: BucketColumns[] = []
    for (const name of series)
      found.push(columnsOf(name, await store.range({ ...name, from, to, everyMs, limit }), everyMs))
    return found
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
