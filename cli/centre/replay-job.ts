import type { Rule } from '@civitals/alarms/rule'
import type { BacktestResult } from '@civitals/contracts/backtest'
import type { City, RegistryView } from '@civitals/contracts/registry'
import type { PastInstant } from '@civitals/indicators/afterwards'
import type { Catalogue } from '@civitals/indicators/catalogue'
import type { IndicatorEngine } from '@civitals/indicators/indicators'
import type { QualityLimits } from '@civitals/indicators/limits'
import type { BucketColumns, ColumnsQuery, RangeQuery } from '@civitals/storage/series'

/** What history is computed from, whatever for. */
export interface ReplayGrounds {
  readonly city: City
  readonly from: number
  readonly to: number
  readonly everyMs: number
  readonly complaints: readonly { readonly hour: number; readonly count: number }[]
  readonly limits: QualityLimits
  readonly latency: readonly { readonly at: number; readonly value: number }[]
}

/** What a worker is given to compute: one or two sides with their alarms, or how the city stood. */
export type ReplayJob = ReplayGrounds &
  (
    | {
        readonly kind: 'back-test'
        readonly sides: readonly {
          readonly name: string
          readonly catalogue: Catalogue
          /** Rules beside those in force; one of the same id takes its place. */
          readonly rules: readonly Rule[]
        }[]
        /** Rules whose series are judged reading by reading, on the last side. */
        readonly exact: readonly Rule[]
      }
    | { readonly kind: 'instants'; readonly catalogue: Catalogue }
  )

/** Readings of a series that count, oldest first. */
export interface ReadingColumns {
  readonly at: Float64Array<ArrayBuffer>
  readonly value: Float64Array<ArrayBuffer>
}

/** What a worker asks: only the centre has the store open. */
export type Asked =
  | { readonly kind: 'minutes'; readonly ask: number; readonly query: ColumnsQuery }
  | { readonly kind: 'readings'; readonly ask: number; readonly query: RangeQuery }

/** What a worker found. */
export type Found =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'instant'; readonly instant: PastInstant }
  | { readonly kind: 'done'; readonly result?: BacktestResult }

/** What the centre answers: minutes come in pieces, each of which is gone from its memory when the next is read. */
export type ToWorker =
  | { readonly ask: number; readonly minutes: BucketColumns }
  | { readonly ask: number; readonly readings: ReadingColumns }
  /** All minutes that were asked for have been sent. */
  | { readonly ask: number; readonly end: true }
  | { readonly ask: number; readonly error: string }

const dayMs = 86_400_000
/** Complaints are compared with eight weeks, and a day. */
const complaintDays = 70

/** The city and what is kept of it beside its readings, for a stretch of history. */
export async function groundsOf(
  registry: RegistryView,
  indicators: Pick<IndicatorEngine, 'complaints' | 'definitions' | 'limits' | 'valuesOf'>,
  { from, to, everyMs }: Pick<ReplayGrounds, 'from' | 'to' | 'everyMs'>,
): Promise<ReplayGrounds> {
  return {
    city: {
      ...registry.city,
      areas: [...registry.areas()],
      sites: [...registry.sites()],
      gateways: [...registry.gateways()],
      terminals: [...registry.terminals()],
    },
    ...{ from, to, everyMs },
    complaints: await indicators.complaints(from - complaintDays * dayMs, to),
    limits: indicators.limits,
    latency: await indicators.valuesOf(latencyId(indicators.definitions.catalogue), from - dayMs, to),
  }
}

const latencyId = ({ indicators }: Catalogue): string =>
  indicators.find(({ formula }) => formula === 'latency-p95')?.id ?? ''
