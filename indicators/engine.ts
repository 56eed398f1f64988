import { isDeepStrictEqual } from 'node:util'
import type { BodyResult } from '@civitals/contracts/body'
import type { EpochMs, Timer } from '@civitals/contracts/clock'
import type { Explanation } from '@civitals/contracts/explanation'
import type { Approach } from '@civitals/contracts/forecast'
import type { Reading } from '@civitals/contracts/reading'
import type { SeriesFlags } from '@civitals/contracts/series-flags'
import type { SettlementStep } from '@civitals/contracts/settlement'
import type { StateTx } from '@civitals/storage/state'
import type { Bodies } from './body/bodies.ts'
import type { Grounds } from './body/evaluate.ts'
import { terminalsIn } from './body/scope.ts'
import type { Catalogue } from './catalogue.ts'
import type { SystemDocument } from './definition.ts'
import type { DefinitionDesk } from './desk.ts'
import { explain } from './explain/explain.ts'
import { only, recompute } from './explain/recompute.ts'
import { RememberedWeeks } from './explain/remembered-weeks.ts'
import type { IndicatorEngine, IndicatorOptions, Question, TownScore } from './indicators.ts'
import type { QualityLimits } from './quality/limits.ts'
import { type FlagsQuery, seriesFlags } from './quality/series-flags.ts'
import { type PastInstant, unseenInstants, writeAfterwards } from './store/afterwards.ts'
import { byHour, type CountRow, hoursOf, writeCounts } from './store/counts.ts'
import { type HistoryQuery, readHistory, type ScorePoint } from './store/history.ts'
import { MinuteWriter } from './store/minute.ts'
import { type PastScore, readPast, valuesOf } from './store/past.ts'
import { readExclusions } from './store/untaught.ts'
import type { Counts } from './windows/counts.ts'
import { WindowFeed } from './windows/feed.ts'
import { exclusionsBefore, planFor, windowsFor } from './windows/for-definitions.ts'
import type { WindowKeeper } from './windows/keeper.ts'
import type { LocalTime } from './windows/local-time.ts'
import type { Unsettled } from './windows/unsettled.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** A restart without warning reads back what came since. At 10,000 series, 10 MB a time. */
const keptEveryMs = 10 * minuteMs

/** The engine, open: see `IndicatorEngine`. */
export class Engine implements IndicatorEngine {
  readonly #options: IndicatorOptions & { readonly limits: QualityLimits }
  readonly definitions: DefinitionDesk
  readonly #feed: WindowFeed
  readonly #local: LocalTime
  readonly #counts: Counts
  readonly #bodies: Bodies
  readonly #archived: RememberedWeeks
  #documents: readonly SystemDocument[]
  #followed: { readonly day: string; readonly catalogue: Catalogue }
  #following: Promise<void> = Promise.resolve()
  readonly #listeners = new Set<(body: BodyResult) => void>()
  #writtenMinute: number
  readonly #minutes: MinuteWriter
  #writing: Promise<void> = Promise.resolve()
  readonly #keeper: WindowKeeper
  readonly #unsettled: Unsettled
  #keptAt: EpochMs
  #timer: Timer | undefined
  #closed = false

  constructor(
    options: IndicatorOptions & { readonly limits: QualityLimits },
    definitions: DefinitionDesk,
    grounds: Grounds,
    bodies: Bodies,
    keeper: WindowKeeper,
    unsettled: Unsettled,
  ) {
    this.#options = options
    this.definitions = definitions
    this.#feed = new WindowFeed(grounds.windows)
    this.#local = grounds.local
    this.#counts = grounds.counts
    this.#followed = { day: grounds.local(options.clock.now()).day, catalogue: definitions.catalogue }
    this.#documents = definitions.on(this.#followed.day)
    this.#bodies = bodies
    this.#minutes = new MinuteWriter(options, bodies, grounds.counts)
    this.#archived = new RememberedWeeks(options.series, options.clock)
    this.#keeper = keeper
    this.#unsettled = unsettled
    this.#keptAt = options.clock.now()
    this.#writtenMinute = Math.floor(options.clock.now() / minuteMs) - 1
  }

  readonly step: SettlementStep<StateTx> = (batch) => {
    const kept = this.#keeper.settling(batch, this.#feed.windows)
    return {
      write: kept.write,
      committed: () => {
        this.#feed.settle(batch)
        kept.committed()
      },
    }
  }

  start(): void {
    const { clock, evaluateEveryMs } = this.#options
    if (evaluateEveryMs === undefined || this.#closed) return
    this.#timer = clock.after(evaluateEveryMs, () => {
      this.tick().catch((error: unknown) => this.#options.onError?.(error))
      this.start()
    })
  }

  evaluate(): BodyResult {
    const body = this.#bodies.evaluate(this.#options.clock.now())
    for (const listener of this.#listeners) listener(body)
    return body
  }

  async tick(): Promise<BodyResult> {
    const body = this.evaluate()
    this.#bodies.evaluateSome(body.at)
    this.follow().catch((error: unknown) => this.#options.onError?.(error))
    const minute = Math.floor(body.at / minuteMs)
    if (minute > this.#writtenMinute) {
      this.#feed.windows.checkNeighbours(body.at)
      this.#writtenMinute = minute
      this.#writing = this.#writing.then(() => this.#write(body, minute * minuteMs)).then(() => this.#keep(body.at))
      await this.#writing
    }
    return body
  }

  /** Judges by the definitions of today, if they are others than before; one change at a time. */
  follow(): Promise<void> {
    const next = this.#following.catch(() => {}).then(() => this.#followNow())
    this.#following = next
    return next
  }

  async #followNow(): Promise<void> {
    const { clock, registry, series, limits } = this.#options
    const now = clock.now()
    const day = this.#local(now).day
    const { catalogue } = this.definitions
    if (this.#closed || (day === this.#followed.day && catalogue === this.#followed.catalogue)) return
    const documents = this.definitions.on(day)
    const same = isDeepStrictEqual(planFor(documents), planFor(this.#documents))
    const windows = same
      ? this.#feed.windows
      : await this.#feed.replace(now, async () =>
          windowsFor(
            documents,
            registry,
            this.#local,
            series,
            now - 1,
            limits,
            await exclusionsBefore(this.#options, now),
            this.#unsettled,
          ),
        )
    if (!same) await this.#keeper.forget()
    this.#followed = { day, catalogue }
    this.#documents = documents
    this.#bodies.redefine(documents, { windows, counts: this.#counts, local: this.#local })
  }

  current(): BodyResult | undefined {
    return this.#bodies.current
  }

  area(id: string): BodyResult | undefined {
    return this.#bodies.area(id)
  }

  towns(): TownScore[] {
    return this.#bodies.towns()
  }

  approaches(): Approach[] {
    return this.#bodies.approaches(this.#options.clock.now())
  }

  subscribe(listener: (body: BodyResult) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) }
  }

  seed(readings: Iterable<Reading>): void {
    for (const reading of readings) this.#feed.windows.add(reading)
  }

  recordCount(_name: 'complaints', at: EpochMs, count = 1): void {
    this.#counts.record(at, count)
  }

  async importCounts(tx: StateTx, rows: readonly CountRow[]): Promise<void> {
    const hours = byHour(rows, this.#options.clock.now())
    await writeCounts(tx, hours)
    for (const { hour, count } of hours) this.#counts.set(hour, count)
  }

  complaints(from: EpochMs, to: EpochMs): Promise<readonly { readonly hour: EpochMs; readonly count: number }[]> {
    return hoursOf(this.#options.state.db, 'complaints', from, to)
  }

  history(query: HistoryQuery): Promise<ScorePoint[]> {
    const { area = this.#options.registry.city.id } = query
    return readHistory(this.#options.state.db, area, query)
  }

  unseen(from: EpochMs, to: EpochMs): Promise<readonly EpochMs[]> {
    return unseenInstants(this.#options.state.db, this.#options.registry.city.id, from, to)
  }

  fillIn(instants: readonly PastInstant[]): Promise<void> {
    const { registry, state } = this.#options
    return state.transaction((tx) => writeAfterwards(tx, registry.city.id, instants))
  }

  async explain({ id, area = this.#options.registry.city.id, at }: Question): Promise<Explanation | undefined> {
    const { registry, limits } = this.#options
    const exclusions = (at: EpochMs) => exclusionsBefore(this.#options, at)
    const archive = { registry, series: this.#archived, local: this.#local, counts: this.#counts, limits, exclusions }
    const whole = area === registry.city.id
    const terminals = whole ? registry.terminals() : terminalsIn(registry, area)
    const again = (instant: EpochMs, narrow: boolean) => {
      const document = this.definitions
        .on(this.#local(instant).day)
        .find(({ inForce }) => inForce.some((one) => one.id === id))
      if (!document) return undefined
      return recompute(archive, narrow ? only(document, id) : document, id, { area, terminals, whole }, instant)
    }
    const now = at === undefined ? this.#bodies.computed(area, id) : await again(at, false)
    return now && explain({ ...now, recomputed: at !== undefined }, await again(now.at - dayMs, true))
  }

  flags(query: FlagsQuery): Promise<SeriesFlags | undefined> {
    const { series, registry, limits } = this.#options
    return seriesFlags(query, series, registry, limits)
  }

  past(at: EpochMs): Promise<readonly PastScore[]> {
    return readPast(this.#options.state.db, this.#options.registry.city.id, at)
  }

  get limits(): QualityLimits {
    return this.#options.limits
  }

  valuesOf(
    id: string,
    from: EpochMs,
    to: EpochMs,
  ): Promise<readonly { readonly at: EpochMs; readonly value: number }[]> {
    return valuesOf(this.#options.state.db, this.#options.registry.city.id, id, from, to)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#timer?.cancel()
    await this.#following.catch(() => {})
    await this.#writing.catch(() => {})
    const body = this.#bodies.current
    if (body) await this.#write(body, Math.floor(body.at / minuteMs) * minuteMs, true)
    await this.#keep(Number.POSITIVE_INFINITY)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The last day does not count in a baseline yet: what turned out to be unfit to learn from is taken out in time. */
  async #unteach(at: EpochMs): Promise<void> {
    const hour = Math.floor(at / (60 * minuteMs))
    const { state, registry, alarmPeriods } = this.#options
    const exclusions = await readExclusions(state.db, registry, at - dayMs, alarmPeriods)
    this.#feed.windows.unteach(exclusions, hour - 24, hour)
  }

  /** Never rejects: a restart only takes longer. */
  async #keep(at: EpochMs): Promise<void> {
    if (at - this.#keptAt < keptEveryMs) return
    this.#keptAt = at
    await this.#keeper.keep(() => this.#feed.windows).catch((error: unknown) => this.#options.onError?.(error))
  }

  async #write(body: BodyResult, at: EpochMs, last = false): Promise<void> {
    await this.#minutes.write(body, this.#feed.windows.doubts, at, last)
    if (at % (60 * minuteMs) === 0) await this.#unteach(at).catch((error: unknown) => this.#options.onError?.(error))
  }
}
