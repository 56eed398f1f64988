import type { Anomaly, AnomalyFact, AnomalyQuery, SeriesAnomaly } from '@civitals/contracts/anomaly'
import type { Clock, EpochMs } from '@civitals/contracts/clock'
import { seriesId } from '@civitals/contracts/ids'
import type { RegistryView } from '@civitals/contracts/registry'
import type { SettlementStep } from '@civitals/contracts/settlement'
import type { SeriesStore } from '@civitals/storage/series'
import type { StateStore, StateTx } from '@civitals/storage/state'
import type { Exclusions, Period } from '../../baseline/exclusions.ts'
import { Hourly } from '../../hourly.ts'
import { shippedLimits } from '../../io/shipped-limits.ts'
import type { QualityLimits } from '../../quality/limits.ts'
import { readExclusions } from '../../store/untaught.ts'
import { type LocalTime, localTimeOf } from '../../windows/local-time.ts'
import { ReadingDesk } from '../readings/desk.ts'
import { type Company, companiesOf, type Habitual } from './company.ts'
import { judgeByPlan, judgeByWeeks, readHours } from './habits.ts'
import { judgeCompany, type Member, Watched } from './judge.ts'
import { type LevelShift, readAnomalies, readSeries, type UsualHours, writeRun } from './store.ts'

export interface AnomalyOptions {
  readonly state: StateStore
  readonly series: Pick<SeriesStore, 'range' | 'readings'>
  readonly registry: RegistryView
  readonly clock: Clock
  /** When alarms on single series were active since an instant, asked once a run at most: baselines do not learn from it. */
  readonly alarmPeriods?: (from: EpochMs) => Promise<readonly Period[]>
  /** Default: those that ship with Civitals. */
  readonly limits?: QualityLimits
  /**
   * First run after opening; then every hour, once its late readings have come, and what readings show every minute. Absent: only when
   * `run` is called.
   */
  readonly firstAfterMs?: number
  /** Called when a run failed; the next hour tries again. */
  readonly onError?: (error: unknown) => void
}

/** What is odd about series with habits: shifts of level and drift once an hour, spikes, stuck values, noise and gaps as readings settle. */
export interface Anomalies extends AsyncDisposable {
  /** Feeds the detectors of readings once a settlement has held. */
  readonly step: SettlementStep<StateTx>
  /** What is known of a series now. */
  of(terminal: string, point: string): Promise<SeriesAnomaly>
  /** Findings of the last 90 days, newest first. */
  list(query?: AnomalyQuery): Promise<readonly Anomaly[]>
  /** Shifts that go on or ended within a day, as of the newest run: for rules. What single readings show is for the desk alone. */
  facts(): readonly AnomalyFact[]
  /** Calls `listener` after every run, once what it found is durable, until disposed. */
  subscribe(listener: () => void): Disposable
  /** Judges every whole hour not yet judged whose late readings have come. Never two at a time: a call during a run waits for that one. */
  run(): Promise<void>
}

const hourMs = 3_600_000
/** An hour is judged when this has passed since its end: late readings within it are in its mean. As alarms have it. */
const latenessMs = 15 * 60_000
const pastHourMs = latenessMs + 60_000
/** Hours looked back on where nothing was judged before: a detector learns for five days, then speaks of the rest. */
const learnHours = 28 * 24
const rememberMs = 24 * hourMs

/** Opens the detectors with what they remember. */
export async function openAnomalies(options: AnomalyOptions): Promise<Anomalies> {
  const limits = options.limits ?? (await shippedLimits())
  const readings = await ReadingDesk.open({ ...options, limits })
  const service = new Service(options, limits, readings)
  await service.recall()
  if (options.firstAfterMs !== undefined) service.after(options.firstAfterMs)
  return service
}

interface Kept {
  readonly watched: Watched
  usual: UsualHours | undefined
}

class Service implements Anomalies {
  readonly #options: AnomalyOptions
  readonly #limits: QualityLimits
  readonly #local: LocalTime
  readonly #kept = new Map<string, Kept>()
  readonly #recalled = new Map<string, Awaited<ReturnType<typeof readSeries>>[number]>()
  /** Open shifts, and those that ended within a day. */
  readonly #newest = new Map<string, LevelShift>()
  /** Found and not yet durable, by series and onset. */
  readonly #due = new Map<string, LevelShift>()
  readonly #listeners = new Set<() => void>()
  #judgedTo: EpochMs = 0
  readonly #hourly: Hourly

  readonly #readings: ReadingDesk
  readonly step: SettlementStep<StateTx>

  constructor(options: AnomalyOptions, limits: QualityLimits, readings: ReadingDesk) {
    this.#readings = readings
    this.step = readings.step
    this.#options = options
    const { clock, onError } = options
    this.#hourly = new Hourly({ clock, work: () => this.#run(), pastHourMs, ...(onError && { onError }) })
    this.#limits = limits
    this.#local = localTimeOf(options.registry.city.timeZone)
  }

  async recall(): Promise<void> {
    const { db } = this.#options.state
    const since = this.#options.clock.now() - rememberMs
    for (const row of await readSeries(db)) {
      this.#recalled.set(seriesId(row.terminal, row.point), row)
      this.#judgedTo = Math.max(this.#judgedTo, row.memory.next * hourMs)
    }
    // Newest first: of two shifts of one kind the newer one counts.
    for (const anomaly of [...(await readAnomalies(db, { from: since })), ...(await readAnomalies(db, { open: true }))])
      if (!this.#newest.has(keyOf(anomaly))) this.#newest.set(keyOf(anomaly), anomaly)
  }

  async of(terminal: string, point: string): Promise<SeriesAnomaly> {
    const { registry } = this.#options
    const kept = this.#kept.get(seriesId(terminal, point))
    const unit = registry.point(terminal, point)?.unit ?? 'none'
    const anomalies = [...(await this.list({ terminal, point }))]
    if (!kept) return { terminal, point, unit, state: 'not-judged', anomalies }
    const { newest, learns, next } = kept.watched
    const open = kept.watched.open !== undefined || anomalies.some((one) => one.open)
    return {
      ...{ terminal, point, unit, anomalies, judgedTo: next * hourMs },
      state: open ? 'odd' : learns ? 'learning' : 'ordinary',
      ...(newest && { value: newest.value, neighboursOff: newest.neighboursOff }),
      ...(newest?.usual && { usual: newest.usual }),
    }
  }

  async list(query: AnomalyQuery = {}): Promise<readonly Anomaly[]> {
    const shifts: readonly Anomaly[] = await readAnomalies(this.#options.state.db, query)
    const found = await this.#readings.list(query)
    return [...shifts, ...found].sort((a, b) => b.from - a.from)
  }

  facts(): readonly AnomalyFact[] {
    return [...this.#newest.values()].map(({ terminal, point, kind, open, from, to }) => ({
      ...{ terminal, point, anomaly: kind, at: this.#judgedTo },
      hours: open ? (to - from) / hourMs : 0,
    }))
  }

  subscribe(listener: () => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) }
  }

  async run(): Promise<void> {
    await this.#readings.write()
    await this.#hourly.run()
  }

  after(delayMs: number): void {
    this.#hourly.after(delayMs)
    this.#readings.start()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hourly.stop()
    await this.#readings[Symbol.asyncDispose]()
  }

  async #run(): Promise<void> {
    const { clock, registry, state } = this.#options
    const end = Math.floor((clock.now() - latenessMs) / hourMs)
    const exclusions = this.#exclusions(end)
    for (const company of companiesOf(this.#limits, registry)) {
      const members = await this.#read(company, end, exclusions)
      if (this.#hourly.closed) return
      judgeCompany(members, end, (anomaly) => this.#due.set(`${keyOf(anomaly)}/${anomaly.from}`, anomaly))
      const rows = members.map(({ watched }) => this.#rowOf(watched))
      await state.transaction((tx) => writeRun(tx, rows, [...this.#due.values()], clock.now()))
      for (const anomaly of this.#due.values()) this.#newest.set(keyOf(anomaly), anomaly)
      this.#due.clear()
    }
    this.#judgedTo = end * hourMs
    for (const [key, { open, to }] of this.#newest)
      if (!open && to < this.#judgedTo - rememberMs) this.#newest.delete(key)
    for (const listener of this.#listeners) listener()
  }

  async #read(company: Company, end: number, exclusions: () => Promise<Exclusions>): Promise<Member[]> {
    const members: Member[] = []
    for (const one of company) {
      if (this.#hourly.closed) break
      const kept = this.#keptOf(one, end)
      const from = Math.max(kept.watched.next, end - learnHours)
      if (from >= end) continue
      members.push({ watched: kept.watched, judged: await this.#judged(one, kept, from, end, exclusions) })
    }
    return members
  }

  async #judged(
    one: Habitual,
    kept: Kept,
    from: number,
    end: number,
    exclusions: () => Promise<Exclusions>,
  ): Promise<Member['judged']> {
    const hours = async (first: number) => {
      const stretch = { from: first * hourMs, to: end * hourMs, everyMs: hourMs, limit: end - first + 1 }
      return await this.#options.series.range({ terminal: one.terminal, point: one.point, ...stretch })
    }
    if (kept.usual && judgeByPlan(kept.usual, [], from, end)) {
      const planned = judgeByPlan(kept.usual, await hours(from), from, end)
      if (planned) return planned
    }
    const excluded = (await exclusions()).of(one.terminal, one.point)
    const { judged, usual } = judgeByWeeks(await hours(from - readHours), from, end, this.#local, excluded)
    kept.usual = usual
    return judged
  }

  #keptOf(series: Habitual, end: number): Kept {
    const known = this.#kept.get(series.id)
    if (known) return known
    const row = this.#recalled.get(series.id)
    this.#recalled.delete(series.id)
    const open = [...this.#newest.values()].find(
      (one) => one.open && one.terminal === series.terminal && one.point === series.point,
    )
    const kept = { watched: new Watched(series, end - learnHours, row?.memory, open), usual: row?.usual }
    this.#kept.set(series.id, kept)
    return kept
  }

  /** Read once a run, and only when a baseline is made anew. */
  #exclusions(end: number): () => Promise<Exclusions> {
    const from = (end - learnHours - readHours) * hourMs
    const { state, registry, alarmPeriods } = this.#options
    const read = () => readExclusions(state.db, registry, from, alarmPeriods)
    let once: Promise<Exclusions> | undefined
    return () => {
      once ??= read()
      return once
    }
  }

  #rowOf(watched: Watched) {
    const { terminal, point, id } = watched.series
    const usual = this.#kept.get(id)?.usual ?? { from: watched.next, medians: [], sigmas: [] }
    return { terminal, point, memory: watched.memory, usual }
  }
}

const keyOf = ({ terminal, point, kind }: LevelShift): string => `${terminal}/${point}/${kind}`
