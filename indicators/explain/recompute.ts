import type { SystemResult } from '@civitals/contracts/body'
import type { EpochMs } from '@civitals/contracts/clock'
import type { RegistryView, Terminal } from '@civitals/contracts/registry'
import type { Exclusions } from '../baseline/exclusions.ts'
import { bodyOf } from '../body/body.ts'
import { type Scope, scopeOf } from '../body/scope.ts'
import type { Definition, SystemDocument } from '../definition.ts'
import { measures } from '../measures/measures.ts'
import { attendanceOf } from '../measures/network.ts'
import type { QualityLimits } from '../quality/limits.ts'
import { assess } from '../scoring/assess.ts'
import { Memory } from '../scoring/memory.ts'
import type { Counts } from '../windows/counts.ts'
import type { LocalTime } from '../windows/local-time.ts'
import { planWindows } from '../windows/plan.ts'
import { confidenceMs, type StoredSeries, seedWindows } from '../windows/seed.ts'
import { Windows } from '../windows/windows.ts'
import type { Computed } from './explain.ts'

/** What a computation from the store needs beside the definitions. */
export interface Archive {
  readonly series: StoredSeries
  readonly registry: RegistryView
  readonly local: LocalTime
  readonly counts: Counts
  readonly limits: QualityLimits
  /** What baselines leave out, as far back as they look from an instant. */
  readonly exclusions?: (at: EpochMs) => Promise<Exclusions>
}

/** An indicator at an earlier instant with its system. */
export type Recomputed = Computed & { readonly system: SystemResult; readonly at: EpochMs }

/**
 * Computes one system again from stored readings as they stood at `at`: no memory of what was held then, and of terminals as they
 * are registered today. Reads only what its definitions read. undefined: nothing of the kind in that area.
 */
export async function recompute(
  archive: Archive,
  document: SystemDocument,
  id: string,
  where: { readonly area: string; readonly terminals: readonly Terminal[]; readonly whole: boolean },
  at: EpochMs,
): Promise<Recomputed | undefined> {
  const { series, registry, local, counts, limits } = archive
  const plan = planWindows(document.inForce)
  const windows = new Windows(plan, registry, local, limits)
  const attended = document.inForce.map(({ formula }) => attendanceOf[formula]).filter((ms) => ms !== undefined)
  const terminals = attended.length > 0 ? where.terminals : where.terminals.filter(({ kind }) => plan.has(kind))
  const attendanceMs = Math.max(confidenceMs, ...attended)
  const exclusions = await archive.exclusions?.(at)
  const left = { attendanceMs, ...(exclusions ? { exclusions } : {}) }
  await seedWindows(windows, plan, { terminals: () => terminals }, series, at, left)
  const scope = scopeOf(where.area, where.terminals, [document], windows, where.whole)
  return judge(scope, document.weight, id, { windows, counts, local }, at)
}

function judge(
  scope: Scope,
  weight: number,
  id: string,
  grounds: { readonly windows: Windows; readonly counts: Counts; readonly local: LocalTime },
  now: EpochMs,
): Recomputed | undefined {
  const { windows, counts, local } = grounds
  const system = scope.systems[0]
  const scoped = system?.indicators.find(({ definition }) => definition.id === id)
  if (!system || !scoped) return undefined
  const shared = { now, local, watches: scope.watches, delays: windows.delays, counts, since: windows.since }
  const memory = new Memory()
  const assessed = system.indicators.map((one) => assess(system.id, scope.area, { ...shared, ...one }, memory))
  const [result] = bodyOf(scope.area, now, [{ id: system.id, weight, indicators: assessed }]).systems
  const found = result?.indicators.find((one) => one.id === id)
  if (!result || !found) return undefined
  const evidence = measures[scoped.definition.formula]?.({ ...shared, ...scoped })
  const { definition, sites } = scoped
  return { definition, result: found, system: result, sites, values: evidence?.sites ?? [], at: now }
}

/** A document narrowed to one indicator: enough for what stood a day earlier. */
export const only = (document: SystemDocument, id: string): SystemDocument => ({
  ...document,
  inForce: document.inForce.filter((one: Definition) => one.id === id),
  trial: [],
})
