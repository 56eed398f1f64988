import type { BodyResult } from '@civitals/contracts/body'
import type { Clock, EpochMs, Timer } from '@civitals/contracts/clock'
import type { Grade } from '@civitals/contracts/grade'
import type { Reading } from '@civitals/contracts/reading'
import type { RegistryView } from '@civitals/contracts/registry'
import type { SettlementStep } from '@civitals/contracts/settlement'
import type { SeriesStore } from '@civitals/storage/series'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { Bodies } from './body/bodies.ts'
import type { SystemDocument } from './definition.ts'
import { shippedDefinitions } from './io/shipped.ts'
import { byHour, type CountRow, readCounts, writeCounts } from './store/counts.ts'
import { type HistoryQuery, readHistory, type ScorePoint, trimBodies, writeBody } from './store/history.ts'
import { readMemory, writeMemory, writeSites } from './store/holds.ts'
import { type PastScore, pastEveryMs, readPast, writePast } from './store/past.ts'
import { Counts } from './windows/counts.ts'
import { localTimeOf } from './windows/local-time.ts'
import { planWindows } from './windows/plan.ts'
import { seedWindows } from './windows/seed.ts'
import { Windows } from './windows/windows.ts'

export interface IndicatorOptions {
  readonly state: StateStore
  readonly series: SeriesStore
  readonly registry: RegistryView
  readonly clock: Clock
  /** How often the engine evaluates by itself; absent: only when `evaluate` or `tick` is called. */
  readonly evaluateEveryMs?: number
  /** Default: the catalogue that ships with Civitals. */
  readonly definitions?: readonly SystemDocument[]
  /** Called when writing the minute's score failed; the next minute tries again. */
  readonly onError?: (error: unknown) => void
}

/** The score of a town for the locator map; null and N without enough terminals. */
export interface TownScore {
  readonly area: string
  readonly score: number | null
  readonly grade: Grade
}

/** The city's vital signs, kept current from settled readings. */
export interface IndicatorEngine extends AsyncDisposable {
  /** Feeds the windows once a settlement has held; writes nothing itself. */
  readonly step: SettlementStep<StateTx>
  /** Computes the body of the city now, remembers it as `current` and tells the listeners. A few milliseconds. */
  evaluate(): BodyResult
  /** `evaluate`, and once a minute also writes score, counts and what gaps are held at. */
  tick(): Promise<BodyResult>
  /** The newest evaluation, or undefined before the first. */
  current(): BodyResult | undefined
  /** The body of any area of the tree at the newest evaluation; undefined for one nobody registered. */
  area(id: string): BodyResult | undefined
  /** Scores of all towns at the newest evaluation. */
  towns(): TownScore[]
  /** Calls `listener` with every evaluation until disposed. */
  subscribe(listener: (body: BodyResult) => void): Disposable
  /** Readings stored before the engine was open, in any order: windows only. */
  seed(readings: Iterable<Reading>): void
  /** Counts something that is no series, at event time; durable with the next minute. */
  recordCount(name: 'complaints', at: EpochMs, count?: number): void
  /**
   * Sets hours of history within the caller's transaction; rows of one hour are summed, hours to come left out. A baseline needs
   * eight weeks and a day. Memory follows at once: import again if the transaction fails.
   */
  importCounts(tx: StateTx, rows: readonly CountRow[]): Promise<void>
  /** Score of the city over time, oldest first, of the last 30 days. */
  history(query: HistoryQuery): Promise<ScorePoint[]>
  /** Systems and indicators of the city as they stood at an earlier instant; empty where nothing is kept. */
  past(at: EpochMs): Promise<readonly PastScore[]>
  close(): Promise<void>
}

const minuteMs = 60_000
const countDays = 70

/** Opens the engine: reads definitions, rebuilds windows, counts and holds from the stores, then follows the settlements. */
export async function openIndicators(options: IndicatorOptions): Promise<IndicatorEngine> {
  const { state, series, registry, clock } = options
  const definitions = options.definitions ?? (await shippedDefinitions())
  const local = localTimeOf(registry.city.timeZone)
  const plan = planWindows(definitions.flatMap(({ inForce }) => inForce))
  const windows = new Windows(plan, registry, local)
  const counts = new Counts()
  const now = clock.now()
  await seedWindows(windows, plan, registry, series, now)
  await readCounts(state.db, 'complaints', now - countDays * 24 * 60 * minuteMs, counts)
  const bodies = new Bodies(registry, definitions, { windows, counts, local })
  bodies.rememberSites(await series.latest())
  await readMemory(state.db, registry.city.id, bodies.cityMemory)
  const engine = new Engine(options, windows, counts, bodies)
  engine.start()
  return engine
}

class Engine implements IndicatorEngine {
  readonly #options: IndicatorOptions
  readonly #windows: Windows
  readonly #counts: Counts
  readonly #bodies: Bodies
  readonly #listeners = new Set<(body: BodyResult) => void>()
  #writtenMinute: number
  #writing: Promise<void> = Promise.resolve()
  #timer: Timer | undefined
  #closed = false

  constructor(options: IndicatorOptions, windows: Windows, counts: Counts, bodies: Bodies) {
    this.#options = options
    this.#windows = windows
    this.#counts = counts
    this.#bodies = bodies
    this.#writtenMinute = Math.floor(options.clock.now() / minuteMs) - 1
  }

  readonly step: SettlementStep<StateTx> = (batch) => ({
    write: async () => {},
    committed: () => this.#windows.settle(batch),
  })

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
    const minute = Math.floor(body.at / minuteMs)
    if (minute > this.#writtenMinute) {
      this.#writtenMinute = minute
      this.#writing = this.#writing.then(() => this.#write(body, minute * minuteMs))
      await this.#writing
    }
    return body
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

  subscribe(listener: (body: BodyResult) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) }
  }

  seed(readings: Iterable<Reading>): void {
    for (const reading of readings) this.#windows.add(reading)
  }

  recordCount(_name: 'complaints', at: EpochMs, count = 1): void {
    this.#counts.record(at, count)
  }

  async importCounts(tx: StateTx, rows: readonly CountRow[]): Promise<void> {
    const hours = byHour(rows, this.#options.clock.now())
    await writeCounts(tx, hours)
    for (const { hour, count } of hours) this.#counts.set(hour, count)
  }

  history(query: HistoryQuery): Promise<ScorePoint[]> {
    return readHistory(this.#options.state.db, this.#options.registry.city.id, query)
  }

  past(at: EpochMs): Promise<readonly PastScore[]> {
    return readPast(this.#options.state.db, this.#options.registry.city.id, at)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#timer?.cancel()
    await this.#writing.catch(() => {})
    const body = this.#bodies.current
    if (body) await this.#write(body, Math.floor(body.at / minuteMs) * minuteMs)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Never rejects: a minute that could not be written is reported, and its counts stay due. */
  async #write(body: BodyResult, at: EpochMs): Promise<void> {
    const changed = this.#counts.takeChanged()
    const silent = this.#bodies.cityMemory.sites.takeFallenSilent()
    try {
      await this.#options.state.transaction(async (tx) => {
        await writeBody(tx, body, at)
        if (at % pastEveryMs === 0) await writePast(tx, body, at)
        await writeMemory(tx, body.area, this.#bodies.cityMemory)
        await writeSites(tx, silent)
        await writeCounts(
          tx,
          changed.map((row) => ({ name: 'complaints', ...row })),
        )
        if (at % (60 * minuteMs) === 0) await trimBodies(tx, at)
      })
    } catch (error) {
      this.#counts.giveBack(changed)
      this.#bodies.cityMemory.sites.giveBack(silent)
      this.#options.onError?.(error)
    }
  }
}
