import type { EpochMs } from '@civitals/contracts/clock'
import type { Quality } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { SettlementBatch, SpoolEnvelopes } from '@civitals/contracts/settlement'

/** A reading the engine will never take, whatever is tried: the caller sets it aside, or declares it lost where it is too old. */
export interface RefusedReading {
  readonly gateway: string
  readonly spool: string
  readonly seq: number
  readonly reading: Reading
  readonly reason: string
  /** Older than the engine keeps readings: waiting is of no use. */
  readonly tooOld?: true
}

export interface WriteOutcome {
  /** Empty when everything was taken. */
  readonly refused: readonly RefusedReading[]
}

/** Which stretch of one series is wanted: from <= at < to. */
export interface RangeQuery {
  readonly terminal: string
  readonly point: string
  readonly from: EpochMs
  readonly to: EpochMs
  /** Bucket length in ms; buckets start at whole multiples since 1970. Absent: every reading as it was stored. */
  readonly everyMs?: number
  /** Rows at most, oldest first. Default 10,000. */
  readonly limit?: number
}

/** One stored reading, or one bucket: then value is the mean of the readings that count, and count, min and max stand beside it. */
export interface SeriesRow {
  readonly at: EpochMs
  readonly value: number | null
  readonly quality: Quality
  readonly count?: number
  readonly min?: number
  readonly max?: number
}

/** Which buckets of which series are wanted, side by side: from <= at < to, both at whole buckets. */
export interface ColumnsQuery {
  readonly series: readonly { readonly terminal: string; readonly point: string }[]
  readonly from: EpochMs
  readonly to: EpochMs
  readonly everyMs: number
}

/** Buckets that hold readings that count, side by side: rows starts[k] <= row < starts[k + 1] are those of series[k], oldest first. */
export interface BucketColumns {
  readonly series: readonly { readonly terminal: string; readonly point: string }[]
  readonly starts: readonly number[]
  /** Number of the bucket since 1970. */
  readonly bucket: Uint32Array<ArrayBuffer>
  readonly mean: Float32Array<ArrayBuffer>
  readonly min: Float32Array<ArrayBuffer>
  readonly max: Float32Array<ArrayBuffer>
  /** Readings that count, 65,535 at most. */
  readonly count: Uint16Array<ArrayBuffer>
  /** 1: some of them are not good. */
  readonly uncertain: Uint8Array<ArrayBuffer>
}

/** Readings of many series, as they were stored: of each, once in the list, from <= at < to. */
export interface ReadingsQuery {
  readonly series: readonly { readonly terminal: string; readonly point: string; readonly from: EpochMs }[]
  readonly to: EpochMs
}

/** Stored readings side by side: rows starts[k] <= row < starts[k + 1] are those of the k-th series asked for, oldest first. */
export interface StoredReadings {
  readonly starts: Uint32Array
  readonly at: Float64Array
  /** NaN: without a value. */
  readonly value: Float64Array
  /** Code of the quality: see `qualities`. */
  readonly quality: Uint8Array
}

/** What a store holds of one series in a stretch of time, for comparing with what was settled. */
export interface SeriesDigest {
  readonly terminal: string
  readonly point: string
  /** Readings with a value. */
  readonly values: number
  /** Readings whose quality is not good, with a value or not. */
  readonly marked: number
  /** Sum of all values as they were written, in any order. */
  readonly sum: number
}

/** What an engine needs to know of a terminal to file its readings: the measurement they belong to. */
export type GroupOf = (terminal: string) => string

/**
 * Where readings live. One conformance suite runs against every engine.
 * Of one series at one time a single reading stays, the later written, at once or when its hours are closed.
 * `write` resolves when the batch is durable and is idempotent by itself: the same (gateway, spool, seq) again replaces or
 * repeats what is there, it never adds, nor does an envelope that `replaces` where another name brought its readings. It rejects with a
 * retryable CivitalsError when the engine is out of reach or out of space, with `retryAfterMs` in its context when the engine says how long; nothing of the batch may then be counted as stored.
 * `signal` ends an attempt that waits for the engine; an engine in this process may finish it instead.
 */
export interface SeriesStore extends AsyncDisposable {
  write(batch: SettlementBatch, signal?: AbortSignal): Promise<WriteOutcome>
  /** The newest reading of every series by event time; from the store, so call it at start. */
  latest(): Promise<readonly Reading[]>
  range(query: RangeQuery): Promise<readonly SeriesRow[]>
  /**
   * Raw readings of many series at once, of those at one time the later written: for rebuilding what is computed from them. The
   * answer is held in memory, 17 bytes a reading, so ask for a page of series at a time.
   */
  readings(query: ReadingsQuery): Promise<StoredReadings>
  /**
   * Buckets of many series as columns, for computing over weeks, piece by piece: a series may stand in several of them, the older
   * first. Only of an engine that keeps buckets side by side; of another ask `range`.
   */
  columns?(query: ColumnsQuery): AsyncIterable<BucketColumns>
  /** Counts and sums of every series that has a reading in from <= at < to, in no particular order. */
  digest(stretch: { readonly from: EpochMs; readonly to: EpochMs }): Promise<readonly SeriesDigest[]>
  /**
   * Numbers of all envelopes it holds readings of: with the ledger they tell which ones a crash left here unsettled. Only of an engine
   * that keeps them.
   */
  envelopes?(): Promise<readonly SpoolEnvelopes[]>
  /** Readings stored in all, for accounts and health. */
  count(): Promise<number>
  close(): Promise<void>
}
