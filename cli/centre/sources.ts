import type { AlarmEngine } from '@civitals/alarms/alarms'
import type { Clock } from '@civitals/contracts/clock'
import type { ApiSources, LiveEvent } from '@civitals/dashboards/sources'
import type { Anomalies } from '@civitals/indicators/anomalies'
import type { SystemDocument } from '@civitals/indicators/definition'
import type { Diagnosis } from '@civitals/indicators/diagnosis'
import type { Forecasts } from '@civitals/indicators/forecasts'
import type { IndicatorEngine } from '@civitals/indicators/indicators'
import type { Ingest } from '@civitals/ingest/ingest'
import type { Registry } from '@civitals/ingest/registry'
import type { SeriesStore } from '@civitals/storage/series'
import type { Workorders } from '@civitals/workorders/workorders'
import type { Backtests } from './io/backtests.ts'
import { localDay } from './local-day.ts'
import { systemsThen } from './systems-then.ts'

export interface SourceParts {
  readonly registry: Registry
  readonly ingest: Ingest
  readonly indicators: IndicatorEngine
  readonly forecasts: Forecasts
  readonly anomalies: Anomalies
  readonly diagnosis: Diagnosis
  readonly alarms: AlarmEngine
  readonly workorders: Workorders
  readonly series: SeriesStore
  readonly clock: Clock
  readonly backtests: Backtests
}

/** The parts of the centre as the API reads them. */
export function sourcesOf(parts: SourceParts): ApiSources {
  const { registry, ingest, indicators, forecasts, alarms, workorders, series, clock } = parts
  return {
    registry,
    city: () => indicators.current(),
    area: (id) => indicators.area(id),
    systemsAt: async (at) => systemsThen(await indicators.past(at)),
    explain: (question) => indicators.explain(question),
    backtests: parts.backtests,
    definitions: definitionsOf(parts),
    towns: () => indicators.towns(),
    scoreHistory: (query) => indicators.history(query),
    latest: () => ingest.latest.all(),
    statuses: () => ingest.statuses(),
    readings: (query) => series.range(query),
    flags: (query) => indicators.flags(query),
    forecast: (terminal, point) => forecasts.of(terminal, point),
    indicatorForecast: (id) => forecasts.ofIndicator(id),
    anomalies: (query) => parts.anomalies.list(query),
    seriesAnomaly: (terminal, point) => parts.anomalies.of(terminal, point),
    forecastSkill: () => forecasts.skill(),
    causes: (id) => causesOf(parts, id),
    alarms: (query) => alarms.list(query),
    acknowledge: (id, by) => alarms.acknowledge(id, by),
    cases: (query) => workorders.cases(query),
    orders: (query) => workorders.orders(query),
    act: (order, action, by, note) => workorders.act(order, action, by, note),
    async fileReport(report) {
      const filed = await workorders.fileReport(report)
      indicators.recordCount('complaints', clock.now())
      parts.diagnosis.recordComplaint(clock.now())
      return filed
    },
    endpoints: async () => workorders.endpoints().map((endpoint) => ({ ...endpoint, types: [...endpoint.types] })),
    addEndpoint: (endpoint) => workorders.addEndpoint(endpoint),
    deliveries: (query) => workorders.deliveries(query),
    replay: (delivery) => workorders.replay(delivery),
    ledger: () => ingest.ledger(),
    resend: (request) => ingest.resend(request),
    losses: () => ingest.losses(),
    reconciliation: () => ingest.reconciliation(),
    resends: () => ingest.resends(),
    clones: async () => ingest.clones(),
    releaseClone: (request) => ingest.releaseClone(request),
    rejects: (query) => ingest.rejects(query),
    setAside: () => ingest.setAside(),
    registerTerminal: (terminal) => ingest.registerTerminal(terminal),
    health: () => ingest.health(),
    subscribe: (listener) => subscribeAll(parts, listener),
  }
}

const systemOf = ({ inForce, trial, outOfScope, ...system }: SystemDocument) => ({
  ...system,
  inForce: [...inForce],
  trial: [...trial],
  outOfScope: [...outOfScope],
})

function definitionsOf({ indicators, registry, clock }: SourceParts): ApiSources['definitions'] {
  const { definitions } = indicators
  const today = (): string => localDay(registry.city.timeZone, clock.now())
  return {
    on: (day = today()) => ({ day, systems: definitions.on(day).map(systemOf) }),
    propose: (files) => definitions.propose(files),
    apply: (files, plan, note) => definitions.apply(files, plan, note),
    export: () => definitions.export(),
    changes: (limit, before) => definitions.changes(limit, before),
  }
}

function causesOf({ indicators, diagnosis, clock }: SourceParts, id: string) {
  const results = indicators.current()?.systems.flatMap((system) => system.indicators) ?? []
  const result = results.find((one) => one.id === id)
  return result && diagnosis.behind(result, clock.now())
}

/** Everything that changes in the centre, to one listener. */
function subscribeAll(parts: SourceParts, listener: (event: LiveEvent) => void): Disposable {
  const subscriptions = new DisposableStack()
  subscriptions.use(parts.indicators.subscribe((body) => listener({ kind: 'body', body })))
  subscriptions.use(parts.ingest.latest.subscribe((readings) => listener({ kind: 'readings', readings })))
  subscriptions.use(parts.alarms.subscribe((transition) => listener({ kind: 'alarm', alarm: transition.alarm })))
  subscriptions.use(
    parts.ingest.subscribeOutages((down) =>
      listener({ kind: 'outage', outage: down ? { store: down.store, since: down.since } : null }),
    ),
  )
  subscriptions.use(parts.workorders.subscribe((event) => listener(event)))
  return subscriptions
}
