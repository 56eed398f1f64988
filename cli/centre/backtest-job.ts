import type { Rule } from '@civitals/alarms/rule'
import type { BacktestResult } from '@civitals/contracts/backtest'
import type { City } from '@civitals/contracts/registry'
import type { Catalogue } from '@civitals/indicators/catalogue'
import type { QualityLimits } from '@civitals/indicators/limits'
import type { BucketColumns, ColumnsQuery, RangeQuery } from '@civitals/storage/series'

/** What a worker is given to compute. */
export interface BacktestJob {
  readonly city: City
  readonly from: number
  readonly to: number
  readonly everyMs: number
  readonly sides: readonly { readonly name: string; readonly catalogue: Catalogue; readonly rules: readonly Rule[] }[]
  /** Rules whose series are judged reading by reading, on the last side. */
  readonly exact: readonly Rule[]
  readonly complaints: readonly { readonly hour: number; readonly count: number }[]
  readonly limits: QualityLimits
  readonly latency: readonly { readonly at: number; readonly value: number }[]
}

/** Readings of a series that count, oldest first. */
export interface ReadingColumns {
  readonly at: Float64Array<ArrayBuffer>
  readonly value: Float64Array<ArrayBuffer>
}

/** What a worker says. Only the centre has the store open, so the worker asks it. */
export type FromWorker =
  | { readonly kind: 'minutes'; readonly ask: number; readonly query: ColumnsQuery }
  | { readonly kind: 'readings'; readonly ask: number; readonly query: RangeQuery }
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'done'; readonly result: BacktestResult }

/** What the centre answers: minutes come in pieces, each of which is gone from its memory when the next is read. */
export type ToWorker =
  | { readonly ask: number; readonly minutes: BucketColumns }
  | { readonly ask: number; readonly readings: ReadingColumns }
  /** All minutes that were asked for have been sent. */
  | { readonly ask: number; readonly end: true }
  | { readonly ask: number; readonly error: string }
