import type { Clock, EpochMs } from '@civitals/contracts/clock'
import type { ForecastSkill, IndicatorForecast, SeriesForecast } from '@civitals/contracts/forecast'
import { seriesId } from '@civitals/contracts/ids'
import type { RegistryView, Terminal } from '@civitals/contracts/registry'
import type { SeriesStore } from '@civitals/storage/series'
import type { StateStore } from '@civitals/storage/state'
import type { SystemDocument } from '../../definition.ts'
import { Hourly } from '../../hourly.ts'
import { type ForecastOutcome, type HourlySeries, historyHours, horizonHours } from '../forecast.ts'
import { documentsAhead, type SeriesAhead, whyNotAhead } from './ahead.ts'
import type { Compute } from './compute.ts'
import { HourlyHistory, hourMs } from './hours.ts'
import { ComputeThreads } from './io/thread.ts'
import { readSkill, writeSkill } from './store.ts'
import { type Named, skillOf, viewOf } from './view.ts'

export interface ForecastOptions {
  readonly state: StateStore
  readonly series: Pick<SeriesStore, 'range'>
  readonly registry: RegistryView
  readonly clock: Clock
  /** The definitions in force now; asked anew for every run. */
  readonly definitions: () => readonly SystemDocument[]
  /** Default: two threads. */
  readonly compute?: Compute
  /** First run after opening; then at two minutes past every hour. Absent: only when `run` is called. */
  readonly firstAfterMs?: number
  /** Called when a run failed; the next hour tries again. */
  readonly onError?: (error: unknown) => void
}

/** Forecasts of the series behind the indicators, made anew every hour. */
export interface Forecasts extends AsyncDisposable {
  /** Undefined before the first run, and for a series no indicator reads. */
  of(terminal: string, point: string): SeriesForecast | undefined
  /** Undefined before the first run; of an indicator that hourly means do not determine it says why. */
  ofIndicator(id: string): IndicatorForecast | undefined
  /** Newest skill of every series, from the state store. */
  skill(): Promise<readonly ForecastSkill[]>
  /** Forecasts everything now. Never two at a time: a call during a run waits for that one. */
  run(): Promise<void>
}

const batchSize = 20
/** Batches under way at a time: one is read while others are worked out. */
const lanes = 2
const minutePastHour = 2 * 60_000

/** Opens the forecasts; the work is done in a thread, the store is read in small steps. */
export function openForecasts(options: ForecastOptions): Forecasts {
  const service = new Service(options)
  if (options.firstAfterMs !== undefined) service.after(options.firstAfterMs)
  return service
}

class Service implements Forecasts {
  readonly #options: ForecastOptions
  readonly #compute: Compute
  readonly #histories = new Map<string, HourlyHistory>()
  #series: ReadonlyMap<string, SeriesForecast> = new Map()
  #indicators: ReadonlyMap<string, IndicatorForecast> = new Map()
  readonly #hourly: Hourly

  constructor(options: ForecastOptions) {
    this.#options = options
    const { clock, onError } = options
    this.#hourly = new Hourly({
      clock,
      work: () => this.#run(),
      pastHourMs: minutePastHour,
      ...(onError && { onError }),
    })
    this.#compute = options.compute ?? new ComputeThreads(lanes)
  }

  of(terminal: string, point: string): SeriesForecast | undefined {
    return this.#series.get(seriesId(terminal, point))
  }

  ofIndicator(id: string): IndicatorForecast | undefined {
    const found = this.#indicators.get(id)
    if (found) return found
    const definition = this.#options
      .definitions()
      .flatMap(({ inForce }) => inForce)
      .find((one) => one.id === id)
    const why = definition && whyNotAhead(definition.formula)
    return why && { indicator: id, reason: 'not-forecast', why, hours: [] }
  }

  skill(): Promise<readonly ForecastSkill[]> {
    return readSkill(this.#options.state.db)
  }

  run(): Promise<void> {
    return this.#hourly.run()
  }

  after(delayMs: number): void {
    this.#hourly.after(delayMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hourly.stop(() => this.#compute[Symbol.asyncDispose]())
  }

  async #run(): Promise<void> {
    const { clock, registry, state } = this.#options
    const now = clock.now()
    const end = Math.floor(now / hourMs)
    const wanted = seriesOf(this.#options.definitions(), registry.terminals())
    const outcomes = new Map<string, ForecastOutcome>()
    let next = 0
    const lane = async (): Promise<void> => {
      while (next < wanted.length && !this.#hourly.closed) {
        const batch = wanted.slice(next, next + batchSize)
        next += batchSize
        for (const one of batch) await this.#readHours(one, end)
        const done = await this.#compute.series(batch.map((one) => this.#seriesOf(one, end)))
        for (const [k, { terminal, point }] of batch.entries()) {
          const outcome = done[k]
          if (outcome) outcomes.set(seriesId(terminal, point), outcome)
        }
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    if (this.#hourly.closed) return
    const named = wanted.map((one): Named => ({ ...nameOf(one), generatedAt: now }))
    const outcomeOf = ({ terminal, point }: Named) => outcomes.get(seriesId(terminal, point))
    this.#series = new Map(
      named.map((name) => [seriesId(name.terminal, name.point), viewOf(name, end * hourMs, outcomeOf(name))]),
    )
    this.#indicators = await this.#ahead(outcomes, end, now)
    const skill = named.flatMap((name) => skillOf(name, outcomeOf(name)))
    await state.transaction((tx) => writeSkill(tx, skill, now))
  }

  #seriesOf(one: Wanted, end: number): HourlySeries {
    return { values: this.#history(one).before(end), ...(one.range ? { bounds: one.range } : {}) }
  }

  #history({ terminal, point }: Wanted): HourlyHistory {
    const id = seriesId(terminal, point)
    const known = this.#histories.get(id) ?? new HourlyHistory()
    this.#histories.set(id, known)
    return known
  }

  async #readHours(one: Wanted, end: number): Promise<void> {
    const history = this.#history(one)
    const { terminal, point } = one
    const range = { from: history.readFrom(end) * hourMs, to: end * hourMs, everyMs: hourMs, limit: historyHours + 1 }
    for (const { at, value } of await this.#options.series.range({ terminal, point, ...range })) history.put(at, value)
  }

  async #ahead(
    outcomes: ReadonlyMap<string, ForecastOutcome>,
    end: number,
    now: EpochMs,
  ): Promise<ReadonlyMap<string, IndicatorForecast>> {
    const documents = documentsAhead(this.#options.definitions())
    const { city } = this.#options.registry
    const read = new Set(documents.flatMap(({ inForce }) => inForce.flatMap(({ inputs }) => inputs ?? [])).map(kindOf))
    const terminals = this.#options.registry.terminals().filter(({ kind }) => read.has(kind))
    const wanted = seriesOf(documents, terminals)
    const series = wanted.map((one) => aheadOf(one, this.#history(one).before(end), outcomes))
    const hours = await this.#compute.indicators({ city, documents, terminals, series, from: end * hourMs })
    return new Map(
      hours.map(({ indicator, hours }) => {
        const none = hours.length === 0 ? { reason: 'too-few-series' as const } : {}
        return [indicator, { indicator, generatedAt: now, ...none, hours: [...hours] }]
      }),
    )
  }
}

const kindOf = ({ kind }: { readonly kind: string }): string => kind

interface Wanted {
  readonly terminal: string
  readonly point: string
  readonly unit: string
  readonly range: readonly [number, number] | undefined
}

const nameOf = ({ terminal, point, unit }: Wanted) => ({ terminal, point, unit })

/** Switches have no course to forecast. */
const switches: ReadonlySet<string> = new Set(['onoff'])

/** The series the definitions read, each once. */
function seriesOf(documents: readonly SystemDocument[], terminals: readonly Terminal[]): Wanted[] {
  const read = new Set<string>()
  for (const { inForce } of documents)
    for (const { inputs } of inForce)
      for (const { kind, points } of inputs ?? []) for (const point of points) read.add(`${kind}/${point}`)
  return terminals.flatMap(({ id, kind, points }) =>
    points
      .filter((point) => read.has(`${kind}/${point.id}`) && !switches.has(point.unit))
      .map((point) => ({ terminal: id, point: point.id, unit: point.unit, range: point.range })),
  )
}

function aheadOf(
  { terminal, point }: Wanted,
  hours: Float64Array,
  outcomes: ReadonlyMap<string, ForecastOutcome>,
): SeriesAhead {
  const outcome = outcomes.get(seriesId(terminal, point))
  const none = new Float64Array(horizonHours).fill(Number.NaN)
  const { values = none, wide = { low: none, high: none } } = outcome?.ok ? outcome.forecast : {}
  return { terminal, point, past: hours.slice(-24), value: values, low: wide.low, high: wide.high }
}
