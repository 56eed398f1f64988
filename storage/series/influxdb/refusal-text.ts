/** What InfluxDB says of lines it will not take: one sentence for all of them, that of the first it met. */
export interface LinesRefused {
  readonly reason: string
  /** How many points it says it left out; absent when it does not say. Never more than it did. */
  readonly dropped: number
  /** The field it names: lines without it are not blamed. */
  readonly field?: { readonly measurement: string; readonly point: string }
  /** It blames the age of points, so that the culprits are the oldest. */
  readonly tooOld: boolean
}

/** A reason is shown in lists: a line quoted in it may be tens of kilobytes long. */
const longestReason = 240

const fieldNamed = /input field "([^"\\]*)" on measurement "([^"\\]*)"/

/** Reads the sentence [InfluxDB 1.6 source, tsdb/shard.go, PartialWriteError: `partial write: REASON dropped=N`]. */
export function refusedBy(said: string): LinesRefused {
  const [, point, measurement] = fieldNamed.exec(said) ?? []
  return {
    reason: said.length > longestReason ? `${said.slice(0, longestReason)}...` : said,
    dropped: Number(/ dropped=(\d+)$/.exec(said)?.[1] ?? 0),
    ...(point !== undefined && measurement !== undefined && { field: { measurement, point } }),
    tooOld: said.includes('points beyond retention policy'),
  }
}
