import type { SeriesStore } from '@civitals/storage/series'

/** A series store whose writes wait until `ready`: readings may arrive, but none is settled before those who follow them can. */
export function heldUntil(ready: Promise<unknown>, series: SeriesStore): SeriesStore {
  const columns = series.columns?.bind(series)
  return {
    async write(batch, signal) {
      await ready
      return await series.write(batch, signal)
    },
    latest: () => series.latest(),
    range: (query) => series.range(query),
    readings: (query) => series.readings(query),
    ...(columns ? { columns } : {}),
    digest: (stretch) => series.digest(stretch),
    count: () => series.count(),
    close: () => series.close(),
    [Symbol.asyncDispose]: () => series.close(),
  }
}
