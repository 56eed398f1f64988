import type { BodyResult } from '@civitals/contracts/body'
import type { Clock, EpochMs } from '@civitals/contracts/clock'
import type { Explanation } from '@civitals/contracts/explanation'
import type { Approach } from '@civitals/contracts/forecast'
import type { Grade } from '@civitals/contracts/grade'
import type { Reading } from '@civitals/contracts/reading'
import type { RegistryView } from '@civitals/contracts/registry'
import type { SeriesFlags } from '@civitals/contracts/series-flags'
import type { SettlementStep, SpoolEnvelopes } from '@civitals/contracts/settlement'
import type { SeriesStore } from '@civitals/storage/series'
import type { StateStore, StateTx } from '@civitals/storage/state'
import type { Period } from './baseline/exclusions.ts'
import { Bodies } from './body/bodies.ts'
import { type DefinitionDesk, openDesk } from './desk.ts'
import { Engine } from './engine.ts'
import { shippedLimits } from './io/shipped-limits.ts'
import type { KnownPoints } from './lint.ts'
import type { QualityLimits } from './quality/limits.ts'
import type { FlagsQuery } from './quality/series-flags.ts'
import type { PastInstant } from './store/afterwards.ts'
import { type CountRow, readCounts } from './store/counts.ts'
import type { HistoryQuery, ScorePoint } from './store/history.ts'
import { readMemory } from './store/holds.ts'
import type { PastScore } from './store/past.ts'
import { Counts } from './windows/counts.ts'
import { exclusionsBefore, windowsFor } from './windows/for-definitions.ts'
import { WindowKeeper } from './windows/keeper.ts'
import { localTimeOf } from './windows/local-time.ts'
import { Unsettled } from './windows/unsettled.ts'
import type { Windows } from './windows/windows.ts'

export interface IndicatorOptions {
  readonly state: StateStore
  readonly series: SeriesStore
  readonly registry: RegistryView
  readonly clock: Clock
  /** How often the engine evaluates by itself; absent: only when `evaluate` or `tick` is called. */
  readonly evaluateEveryMs?: number
  /** Points terminals have, by kind: definitions that read others are refused. Absent: not checked. */
  readonly points?: () => KnownPoints
  /** Limits of quality control. Default: those that ship with Civitals. */
  readonly limits?: QualityLimits
  /** When alarms on single series were active since an instant: baselines do not learn from it. Absent: of no alarm. */
  readonly alarmPeriods?: (from: EpochMs) => Promise<readonly Period[]>
  /** Envelopes the series store holds that were never settled and will come again. Absent: none, or the store cannot tell. */
  readonly unsettled?: readonly SpoolEnvelopes[]
  /** Called when writing the minute's score failed; the next minute tries again. */
  readonly onError?: (error: unknown) => void
}

/** Which indicator, of which area (the city by default), when (now by default). */
export interface Question {
  readonly id: string
  readonly area?: string
  readonly at?: EpochMs
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
  /** Where the hazards are heading: for rules that warn before a limit is reached. Costs nothing where no value has come. */
  approaches(): Approach[]
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
  /** Complaints by the hour, oldest first. */
  complaints(from: EpochMs, to: EpochMs): Promise<readonly { readonly hour: EpochMs; readonly count: number }[]>
  /** Score of the city or another area over time, oldest first, of the last 30 days. */
  history(query: HistoryQuery): Promise<ScorePoint[]>
  /** Instants of the city every ten minutes, from <= at < to, that nobody computed at the time; oldest first. */
  unseen(from: EpochMs, to: EpochMs): Promise<readonly EpochMs[]>
  /** Writes how the city stood at such instants, computed afterwards; shown as that. */
  fillIn(instants: readonly PastInstant[]): Promise<void>
  /** The definitions: every version, what applies on a day, and how they are changed without a restart. */
  readonly definitions: DefinitionDesk
  /**
   * Why an indicator stands where it stands: now, or at an earlier instant by the definitions of that day, read again from the
   * store. undefined: no such area, or nothing of the kind in it.
   */
  explain(question: Question): Promise<Explanation | undefined>
  /** Flags of the stored readings of one series, from <= at < to; undefined: no such series. A day at a reading a second takes some 100 ms. */
  flags(query: FlagsQuery): Promise<SeriesFlags | undefined>
  /** Systems and indicators of the city as they stood at an earlier instant; empty where nothing is kept. */
  past(at: EpochMs): Promise<readonly PastScore[]>
  /** Valid values of one indicator of the city as they stood, every ten minutes, oldest first; of the last 30 days. */
  valuesOf(id: string, from: EpochMs, to: EpochMs): Promise<readonly { readonly at: EpochMs; readonly value: number }[]>
  /** Limits of quality control. */
  readonly limits: QualityLimits
  close(): Promise<void>
}

const countDays = 70
const dayMs = 86_400_000

/** Opens the engine: reads definitions, rebuilds windows, counts and holds from the stores, then follows the settlements. */
export async function openIndicators(options: IndicatorOptions): Promise<IndicatorEngine> {
  const { state, series, registry, clock, points } = options
  const local = localTimeOf(registry.city.timeZone)
  const dayOf = (at: EpochMs): string => local(at).day
  const following: { engine?: Engine } = {}
  const onChange = async (): Promise<void> => following.engine?.follow()
  const desk = await openDesk({ state, now: () => clock.now(), dayOf, onChange, ...(points ? { points } : {}) })
  const now = clock.now()
  const documents = desk.on(dayOf(now))
  const limits = options.limits ?? (await shippedLimits())
  const counts = new Counts()
  const exclusions = await exclusionsBefore(options, now)
  const unsettled = new Unsettled(options.unsettled)
  const keeper = new WindowKeeper(state, registry)
  const restore = (windows: Windows) => keeper.restore(windows, now)
  const windows = await windowsFor(documents, registry, local, series, now, limits, exclusions, unsettled, restore)
  const hour = Math.floor(now / (dayMs / 24))
  windows.unteach(exclusions, hour - 24, hour)
  await readCounts(state.db, 'complaints', now - countDays * dayMs, counts)
  const bodies = new Bodies(registry, documents, { windows, counts, local })
  bodies.rememberSites(await series.latest())
  await readMemory(state.db, (area) => bodies.memoryOf(area), bodies.sites)
  const engine = new Engine({ ...options, limits }, desk, { windows, counts, local }, bodies, keeper, unsettled)
  following.engine = engine
  engine.start()
  return engine
}
