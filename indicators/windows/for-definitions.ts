import type { EpochMs } from '@civitals/contracts/clock'
import type { RegistryView } from '@civitals/contracts/registry'
import type { SeriesStore } from '@civitals/storage/series'
import type { Exclusions } from '../baseline/exclusions.ts'
import { historyWeeks } from '../baseline/hour-history.ts'
import type { SystemDocument } from '../definition.ts'
import type { IndicatorOptions } from '../indicators.ts'
import type { QualityLimits } from '../quality/limits.ts'
import { readExclusions } from '../store/untaught.ts'
import type { LocalTime } from './local-time.ts'
import { planWindows, type WindowPlan } from './plan.ts'
import { seedWindows } from './seed.ts'
import type { Unsettled } from './unsettled.ts'
import { Windows } from './windows.ts'

const dayMs = 24 * 3_600_000

/** What has to be kept for a set of definitions, those on trial among them. */
export const planFor = (documents: readonly SystemDocument[]): WindowPlan =>
  planWindows(documents.flatMap(({ inForce, trial }) => [...inForce, ...trial]))

/**
 * Windows for the definitions, rebuilt from the series store with what came before `now`. `restore` puts in what was kept before a
 * restart and tells of which terminals, up to which sample. `unsettled`: what the store holds and is still to be settled.
 */
export async function windowsFor(
  documents: readonly SystemDocument[],
  registry: RegistryView,
  local: LocalTime,
  series: SeriesStore,
  now: EpochMs,
  limits: QualityLimits,
  exclusions: Exclusions,
  unsettled: Unsettled,
  restore?: (windows: Windows) => Promise<ReadonlyMap<string, EpochMs>>,
): Promise<Windows> {
  const plan = planFor(documents)
  const windows = new Windows(plan, registry, local, limits, unsettled)
  const kept = await restore?.(windows)
  await seedWindows(windows, plan, registry, series, now, { exclusions, ...(kept ? { kept } : {}) })
  return windows
}

/** What the baselines of windows leave out, as far back as they look. */
export const exclusionsBefore = (
  { state, registry, alarmPeriods }: Pick<IndicatorOptions, 'state' | 'registry' | 'alarmPeriods'>,
  now: EpochMs,
): Promise<Exclusions> => readExclusions(state.db, registry, now - (historyWeeks + 1) * 7 * dayMs, alarmPeriods)
