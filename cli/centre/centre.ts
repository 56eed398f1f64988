import { join } from 'node:path'
import { type AlarmEngine, openAlarms } from '@civitals/alarms/alarms'
import { alarmMigrations } from '@civitals/alarms/migrations'
import type { Clock } from '@civitals/contracts/clock'
import type { City } from '@civitals/contracts/registry'
import type { SettlementBatch, SettlementStep } from '@civitals/contracts/settlement'
import { openApi } from '@civitals/dashboards/api'
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import { type Anomalies, openAnomalies } from '@civitals/indicators/anomalies'
import { complaintsKeptMs, openDiagnosis } from '@civitals/indicators/diagnosis'
import { type Forecasts, openForecasts } from '@civitals/indicators/forecasts'
import { type IndicatorEngine, openIndicators } from '@civitals/indicators/indicators'
import { indicatorMigrations } from '@civitals/indicators/migrations'
import { type BrokerLogin, clientIntake } from '@civitals/ingest/client-intake'
import { type Ingest, openIngest } from '@civitals/ingest/ingest'
import { ingestMigrations } from '@civitals/ingest/migrations'
import { openRegistry, type Registry } from '@civitals/ingest/registry'
import { unsettledOf } from '@civitals/ingest/unsettled'
import type { SeriesStore } from '@civitals/storage/series'
import { openSqliteState } from '@civitals/storage/sqlite'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { workorderMigrations } from '@civitals/workorders/migrations'
import { openWorkorders, type Workorders } from '@civitals/workorders/workorders'
import type { Logger } from 'pino'
import { followFindings } from './alarm-follower.ts'
import { watchBody } from './body-watch.ts'
import { watchClones } from './clone-alarms.ts'
import { heldEnvelopes } from './held-envelopes.ts'
import { heldUntil } from './held-series.ts'
import { Backtests } from './io/backtests.ts'
import { InstantsReplay } from './io/replay-thread.ts'
import { openSeries } from './io/series.ts'
import type { StoreChoice } from './io/store-choice.ts'
import { pointsOf } from './known-points.ts'
import { localDay } from './local-day.ts'
import { ScoreFiller } from './score-filler.ts'
import { sourcesOf } from './sources.ts'

export interface CentreOptions {
  readonly data: string
  readonly host: string
  readonly port: number
  /** Address and port the gateways dial; every one needs its password. */
  readonly brokerHost: string
  readonly brokerPort: number
  /** A broker of others in place of ours: then the gateways dial that one, and nothing listens here. */
  readonly broker?: BrokerLogin
  readonly store: StoreChoice
  /** Registered at start when given; what is registered already stays. */
  readonly city?: City
  /** Passwords of the gateways of `city`. */
  readonly secrets: Readonly<Record<string, string>>
  readonly pagesFolder: string
  /** Hosts that webhooks may be sent to. */
  readonly webhookHosts: readonly string[]
  readonly evaluateEveryMs: number
  readonly clock: Clock
  readonly logger: Logger
  /** Ends opening while a series store does not answer yet. */
  readonly signal?: AbortSignal
  /** Called with open stores before anything is read from them: where a demonstration brings its history. */
  readonly beforeStart?: (stores: { state: StateStore; series: SeriesStore; registry: Registry }) => Promise<void>
}

/** Everything of the centre, open: the parts are public so that the demonstration and tests can reach them. */
export interface Centre extends AsyncDisposable {
  readonly url: string
  readonly state: StateStore
  readonly registry: Registry
  readonly ingest: Ingest
  readonly indicators: IndicatorEngine
  readonly forecasts: Forecasts
  readonly anomalies: Anomalies
  readonly alarms: AlarmEngine
  readonly workorders: Workorders
}

const migrations = [...ingestMigrations, ...indicatorMigrations, ...alarmMigrations, ...workorderMigrations]

/** Live values come first: the first forecasts wait until gateways have connected and pages have loaded. */
const firstForecastAfterMs = 5_000
/** And the detectors until the first forecasts are likely done. */
const firstAnomaliesAfterMs = 20_000

/** And scores of the past until all that. */
const firstFillingAfterMs = 30_000

/** The whole centre on one screen: stores -> registry -> work orders -> alarms -> indicators -> ingest -> pages. */
export async function openCentre(options: CentreOptions): Promise<Centre> {
  const { clock, logger, data } = options
  await using opened = new AsyncDisposableStack()
  const state = opened.use(await openSqliteState({ file: join(data, 'state.sqlite'), migrations }))
  const registry = await openRegistry(state)
  if (options.city) await registry.apply(options.city, options.secrets)
  const series = opened.use(await openSeries(options.store, data, registry, clock, logger, options.signal))
  await options.beforeStart?.({ state, series, registry })

  const webhooks = { allow: options.webhookHosts }
  const workorders = await openWorkorders({ state, registry, clock, webhooks, logger })
  opened.defer(() => workorders.close())
  const alarms = await openAlarms({ state, registry, clock, onTransition: workorders.onTransition })
  opened.defer(() => alarms.close())
  // Windows are rebuilt from a day of readings, the longest part of a start: gateways may connect meanwhile, their readings wait.
  const profiles = [...(await shippedProfiles()).values()]
  const points = () => pointsOf([...profiles, ...registry.terminals()])
  const alarmPeriods = (from: number) => alarms.seriesPeriods(from)
  const unsettled = await unsettledOf(state, await heldEnvelopes(series))
  const opening = openIndicators({ state, series, registry, clock, points, alarmPeriods, unsettled })
  // When it fails, `await opening` below says so; closing and waiting writes need not say it again.
  opened.defer(() => opening.then((engine) => engine.close()).catch(() => undefined))
  const watching = openAnomalies({
    ...{ state, series, registry, clock, firstAfterMs: firstAnomaliesAfterMs, alarmPeriods },
    onError: (error) => logger.error({ err: error }, 'the series of this hour could not be judged'),
  })
  opened.defer(() => watching.then((anomalies) => anomalies[Symbol.asyncDispose]()).catch(() => undefined))
  const following: { steps: readonly SettlementStep<StateTx>[] } = { steps: [] }
  const ready = Promise.all([opening, watching]).then((followers) => {
    following.steps = followers.map(({ step }) => step)
  })
  ready.catch(() => undefined)
  const listen = { host: options.brokerHost, port: options.brokerPort }
  const follow = (place: number) => (batch: SettlementBatch) => following.steps[place]?.(batch)
  const steps = [alarms.step, follow(0), follow(1)]
  const held = heldUntil(ready, series)
  const openIntake = options.broker && { openIntake: clientIntake(options.broker) }
  const ingest = await openIngest({ state, series: held, registry, clock, steps, listen, logger, ...openIntake })
  opened.defer(() => ingest.close())
  opened.use(watchClones({ ingest, alarms, state, clock, logger }))
  const indicators = await opening
  opened.use(watchBody({ indicators, alarms, state, clock, logger, everyMs: options.evaluateEveryMs }))
  const onError = (error: unknown): void => logger.error({ err: error }, 'the forecasts of this hour failed')
  const definitions = () => indicators.definitions.on(localDay(registry.city.timeZone, clock.now()))
  const diagnosis = openDiagnosis({ series, registry })
  for (const at of await workorders.reportTimes(clock.now() - complaintsKeptMs)) diagnosis.recordComplaint(at)
  const forecasting = { definitions, firstAfterMs: firstForecastAfterMs, onError }
  const forecasts = opened.use(openForecasts({ state, series, registry, clock, ...forecasting }))
  const anomalies = await watching
  opened.use(
    followFindings({
      subscribe: (listener) => anomalies.subscribe(listener),
      evaluate: () => alarms.evaluateAnomalies(anomalies.facts()),
      failed: 'series that are off could not be judged; tried again',
      ...{ state, clock, logger },
    }),
  )

  opened.use(
    new ScoreFiller({
      ...{ registry, indicators, clock, firstAfterMs: firstFillingAfterMs },
      replay: new InstantsReplay(series),
      onError: (error) => logger.error({ err: error }, 'scores nobody computed at the time could not be filled in'),
    }),
  )

  const backtests = new Backtests({ registry, indicators, series, clock })
  opened.defer(() => backtests.close())
  const sources = sourcesOf({
    backtests,
    registry,
    ingest,
    indicators,
    forecasts,
    anomalies,
    diagnosis,
    alarms,
    workorders,
    series,
    clock,
  })
  const { host, port, pagesFolder } = options
  const api = await openApi({ sources, host, port, logger, pagesFolder })
  opened.defer(() => api.close())
  const everything = opened.move()
  return {
    url: api.url,
    state,
    registry,
    ingest,
    indicators,
    forecasts,
    anomalies,
    alarms,
    workorders,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  }
}
