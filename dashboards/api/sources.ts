import type { Alarm } from '@civitals/contracts/alarm'
import type { Anomaly, AnomalyQuery, SeriesAnomaly } from '@civitals/contracts/anomaly'
import type { Backtest, BacktestRequest } from '@civitals/contracts/backtest'
import type { BodyResult } from '@civitals/contracts/body'
import type { Case, Delivery, Order } from '@civitals/contracts/case'
import type { CauseChain } from '@civitals/contracts/causes'
import type { EpochMs } from '@civitals/contracts/clock'
import type { Clone } from '@civitals/contracts/clone'
import type { DefinitionsOnDay, DefinitionText, KeptChange, Proposal } from '@civitals/contracts/definition-change'
import type { Explanation } from '@civitals/contracts/explanation'
import type { ForecastSkill, IndicatorForecast, SeriesForecast } from '@civitals/contracts/forecast'
import type { LedgerRow, Loss, Reconciliation, Reject, Resend, SetAside } from '@civitals/contracts/ledger'
import type { Reading } from '@civitals/contracts/reading'
import type { RegistryView, Terminal } from '@civitals/contracts/registry'
import type { SeriesFlags } from '@civitals/contracts/series-flags'
import type { GatewayStatus } from '@civitals/contracts/status'
import type { RangeQuery, SeriesRow } from '@civitals/storage/series'
import type { Endpoint, Grade, HistoryPoint, NewEndpoint, NewReport, SystemsAt } from './shapes.ts'

/** One page of a list: `next` is the cursor of the page after it, null on the last. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

export interface PageQuery {
  /** 1..1000. */
  readonly limit: number
  /** What an earlier page gave as `next`; opaque to callers. */
  readonly cursor?: string
}

/** What a gateway said last, and when the centre heard it. */
export type HeardStatus = GatewayStatus & { readonly receivedAt: EpochMs }

export interface HistoryQuery {
  /** Default: the city. */
  readonly area?: string
  readonly from: EpochMs
  readonly to: EpochMs
  readonly everyMs?: number
}

/** A store that takes nothing: values shown meanwhile are in memory only, and gateways keep theirs. */
export interface StoreOutage {
  readonly store: 'series' | 'state'
  readonly since: EpochMs
}

/** State of the centre for probes: `ready` decides /readyz; numbers among `facts` become metrics. */
export interface Health {
  readonly ready: boolean
  /** Absent while every store takes what it is given. */
  readonly storeDown?: StoreOutage
  readonly facts: Readonly<Record<string, number | string | boolean | null>>
}

/** Something changed. Readings come as often as the centre likes: the stream coalesces them to one message a second. */
export type LiveEvent =
  | { readonly kind: 'body'; readonly body: BodyResult }
  | { readonly kind: 'readings'; readonly readings: readonly Reading[] }
  | { readonly kind: 'alarm'; readonly alarm: Alarm }
  | { readonly kind: 'order'; readonly order: Order }
  | { readonly kind: 'case'; readonly case: Case }
  | { readonly kind: 'outage'; readonly outage: StoreOutage | null }
  | { readonly kind: 'status'; readonly gateway: string; readonly status: HeardStatus }

/** The definitions of the indicators and how they are changed. */
export interface DefinitionSources {
  /** The indicator system on a local day; today by default. */
  on(day?: string): DefinitionsOnDay
  propose(files: readonly DefinitionText[]): Proposal
  apply(
    files: readonly DefinitionText[],
    plan: string,
    note: { readonly by: string; readonly why: string },
  ): Promise<Proposal>
  export(): readonly DefinitionText[]
  /** Newest first; `before`: only older ones than the change of this number. */
  changes(limit: number, before?: number): Promise<readonly KeptChange[]>
}

/**
 * Everything the API reads and does, as plain functions: the API knows no store and no engine; `cli` connects them. A function
 * may throw CivitalsError: codes that say unknown become 404, retryable ones 503, others 409 (see problem.ts).
 */
export interface ApiSources {
  readonly registry: RegistryView
  /** The newest body; undefined until the first evaluation. */
  city(): BodyResult | undefined
  /** The body of any area of the tree; undefined for one nobody registered. */
  area(id: string): BodyResult | undefined
  /** Why an indicator stands where it stands; undefined: no such indicator or area, or nothing of the kind there. */
  explain(question: {
    readonly id: string
    readonly area?: string
    readonly at?: EpochMs
  }): Promise<Explanation | undefined>
  /** Back-tests: started here, computed away from everything else, asked for by id. */
  readonly backtests: {
    start(request: BacktestRequest): Promise<Backtest>
    get(id: string): Backtest | undefined
  }
  /** The probable chain of events behind an indicator as it stands; undefined: no such indicator, or not evaluated yet. */
  causes?(id: string): Promise<CauseChain> | undefined
  readonly definitions: DefinitionSources
  /** Towns for the locator; N where nothing is measured. */
  towns(): readonly { readonly area: string; readonly score: number | null; readonly grade: Grade }[]
  scoreHistory(query: HistoryQuery): Promise<readonly HistoryPoint[]>
  /** Scores of the systems at an earlier instant, where they are kept. Absent or undefined: the page leaves the comparison out. */
  systemsAt?(at: EpochMs): Promise<Omit<SystemsAt, 'at'> | undefined>
  /** Newest reading of every series by event time. */
  latest(): Iterable<Reading>
  /** By gateway id. */
  statuses(): ReadonlyMap<string, HeardStatus>
  readings(query: RangeQuery): Promise<readonly SeriesRow[]>
  /** What quality control says of stored readings; undefined: no such series. */
  flags(query: {
    readonly terminal: string
    readonly point: string
    readonly from: EpochMs
    readonly to: EpochMs
  }): Promise<SeriesFlags | undefined>
  /** Shifts of level and drift of the last 90 days that touch from <= at < to, newest first. */
  anomalies?(query: AnomalyQuery): Promise<readonly Anomaly[]>
  /** What the hourly detector knows of a series. */
  seriesAnomaly?(terminal: string, point: string): Promise<SeriesAnomaly>
  /** Forecast of a series; undefined before the first hour's run, and where no indicator reads the series. */
  forecast?(terminal: string, point: string): SeriesForecast | undefined
  /** Forecast of an indicator; undefined as above, and where hourly means do not determine it. */
  indicatorForecast?(id: string): IndicatorForecast | undefined
  /** Which model each series is forecast by and how it did, newest. */
  forecastSkill?(): Promise<readonly ForecastSkill[]>

  alarms(query: PageQuery & { readonly state: 'live' | 'all' }): Promise<Page<Alarm>>
  acknowledge(id: string, by: string): Promise<Alarm>

  cases(query: PageQuery & { readonly open?: boolean }): Promise<Page<Case>>
  orders(query: PageQuery & { readonly open?: boolean }): Promise<Page<Order>>
  act(order: string, action: string, by: string, note: string | undefined): Promise<Order>
  fileReport(report: NewReport & { readonly source: 'person'; readonly at: EpochMs }): Promise<Case>

  endpoints(): Promise<readonly Endpoint[]>
  addEndpoint(endpoint: NewEndpoint): Promise<{ readonly id: string; readonly secret: string }>
  deliveries(query: PageQuery & { readonly state?: Delivery['state'] }): Promise<Page<Delivery>>
  replay(delivery: string): Promise<unknown>

  ledger(): Promise<readonly LedgerRow[]>
  /** Reopens settled ranges of a spool and asks its gateway for them; `ranges` absent: all that is settled. */
  resend(request: {
    readonly gateway: string
    readonly spool: string
    readonly ranges?: readonly (readonly [number, number])[]
    readonly by: string
    readonly why: string
  }): Promise<Resend>
  /** What gateways declared lost, newest first. */
  losses(): Promise<readonly Loss[]>
  /** What the hourly comparison of ledger and series store found. */
  reconciliation(): Promise<Reconciliation>
  /** The newest resends first. */
  resends(): Promise<readonly Resend[]>
  /** Gateway ids that several boxes use, or used; the newest case of each. */
  clones(): Promise<readonly Clone[]>
  /** Lets all boxes of a gateway speak again; `keep`: the run that counts as the first from now on. */
  releaseClone(request: { readonly gateway: string; readonly keep?: string; readonly by: string }): Promise<Clone>
  rejects(query: PageQuery): Promise<Page<Reject>>
  setAside(): Promise<readonly SetAside[]>
  registerTerminal(terminal: Terminal): Promise<unknown>

  health(): Health
  /** The listener must not block; disposing ends it. */
  subscribe(listener: (event: LiveEvent) => void): Disposable
}
