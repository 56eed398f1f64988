import type { CivitalsError } from '@civitals/contracts/errors'
import { type SeriesId, seriesId } from '@civitals/contracts/ids'
import { qualities } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { SettlementBatch } from '@civitals/contracts/settlement'
import { bucketRows, defaultLimit, type EnergyMean } from './bucket.ts'
import { Gathering } from './gathering.ts'
import { closedError } from './outage.ts'
import type {
  RangeQuery,
  ReadingsQuery,
  SeriesDigest,
  SeriesRow,
  SeriesStore,
  StoredReadings,
  WriteOutcome,
} from './port.ts'
import { splitRefused, tooOld } from './refusal.ts'

/** What a memory store holds: readings by series and instant. Hand it to the next store to play a restart. */
export type MemoryContents = Map<SeriesId, Map<number, Reading>>

export interface MemorySeriesOptions {
  readonly energyMean?: EnergyMean
  readonly contents?: MemoryContents
  /** Readings before this time are too old to be kept. */
  readonly keptFrom?: () => number
}

/** The twin of the engines for tests: same behaviour, nothing kept. Set `failure` to play an engine out of reach. */
export class MemorySeries implements SeriesStore {
  /** While set, every write rejects with it and stores nothing. */
  failure: CivitalsError | undefined
  readonly #energyMean: EnergyMean
  readonly #contents: MemoryContents
  readonly #keptFrom: () => number
  #closed = false

  constructor(options: MemorySeriesOptions = {}) {
    this.#energyMean = options.energyMean ?? (() => false)
    this.#contents = options.contents ?? new Map()
    this.#keptFrom = options.keptFrom ?? (() => Number.NEGATIVE_INFINITY)
  }

  async write(batch: SettlementBatch): Promise<WriteOutcome> {
    this.#refuseClosed()
    if (this.failure) throw this.failure
    const keptFrom = this.#keptFrom()
    const { envelopes, refused } = splitRefused(batch, ({ at }) => (at < keptFrom ? tooOld : undefined))
    for (const envelope of envelopes) for (const reading of envelope.readings) this.#put(reading)
    return { refused }
  }

  async latest(): Promise<readonly Reading[]> {
    this.#refuseClosed()
    const latest: Reading[] = []
    for (const byTime of this.#contents.values()) {
      const newest = byTime.get(Math.max(...byTime.keys()))
      if (newest) latest.push(newest)
    }
    return latest
  }

  async range(query: RangeQuery): Promise<readonly SeriesRow[]> {
    this.#refuseClosed()
    const { terminal, point, from, to, everyMs, limit = defaultLimit } = query
    const rows = [...(this.#contents.get(seriesId(terminal, point))?.values() ?? [])]
      .filter(({ at }) => at >= from && at < to)
      .sort((a, b) => a.at - b.at)
      .map(({ at, value, quality }): SeriesRow => ({ at, value, quality }))
    const wanted = everyMs === undefined ? rows : bucketRows(rows, everyMs, this.#energyMean(terminal, point))
    return wanted.slice(0, limit)
  }

  async readings({ series, to }: ReadingsQuery): Promise<StoredReadings> {
    this.#refuseClosed()
    const found = new Gathering(series.length)
    for (const [place, { terminal, point, from }] of series.entries()) {
      for (const { at, value, quality } of this.#contents.get(seriesId(terminal, point))?.values() ?? [])
        if (at >= from && at < to) found.add(place, at, value ?? Number.NaN, qualities[quality].code)
    }
    return found.readings()
  }

  async digest({ from, to }: { readonly from: number; readonly to: number }): Promise<readonly SeriesDigest[]> {
    this.#refuseClosed()
    return [...this.#contents.values()].flatMap((byTime) => {
      const readings = [...byTime.values()].filter(({ at }) => at >= from && at < to)
      const [first] = readings
      if (!first) return []
      const values = readings.flatMap(({ value }) => value ?? [])
      return [
        {
          terminal: first.terminal,
          point: first.point,
          values: values.length,
          marked: readings.filter(({ quality }) => quality !== 'good').length,
          sum: values.reduce((sum, value) => sum + value, 0),
        },
      ]
    })
  }

  async count(): Promise<number> {
    this.#refuseClosed()
    let count = 0
    for (const byTime of this.#contents.values()) count += byTime.size
    return count
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #put(reading: Reading): void {
    const id = seriesId(reading.terminal, reading.point)
    const byTime = this.#contents.get(id) ?? new Map<number, Reading>()
    this.#contents.set(id, byTime)
    byTime.set(reading.at, reading)
  }

  #refuseClosed(): void {
    if (this.#closed) throw closedError()
  }
}
