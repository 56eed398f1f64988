import type { BodyResult } from '@civitals/contracts/body'
import type { EpochMs } from '@civitals/contracts/clock'
import type { MeasureContext, Once } from '../measures/evidence.ts'
import type { Draws } from '../robustness/draws.ts'
import { assess } from '../scoring/assess.ts'
import type { Memory } from '../scoring/memory.ts'
import type { Counts } from '../windows/counts.ts'
import type { LocalTime } from '../windows/local-time.ts'
import type { Windows } from '../windows/windows.ts'
import { bodyOf } from './body.ts'
import type { Scope } from './scope.ts'

/** What an evaluation rests on beside its scope. */
export interface Grounds {
  readonly windows: Windows
  readonly counts: Counts
  readonly local: LocalTime
  readonly once?: Once
  /** Absent: those the windows know. */
  readonly delays?: MeasureContext['delays'] | undefined
}

/** Computes the body of one area at `now`; `memory` is that area's own. */
export function evaluateScope(scope: Scope, now: EpochMs, grounds: Grounds, memory: Memory, draws?: Draws): BodyResult {
  const { windows, counts, local, once } = grounds
  const shared = {
    now,
    local,
    watches: scope.watches,
    delays: grounds.delays ?? windows.delays,
    counts,
    since: windows.since,
    ...(once ? { once } : {}),
  }
  const assessed = scope.systems.map(({ id, weight, indicators }) => ({
    id,
    weight,
    indicators: indicators.map((indicator) => assess(id, scope.area, { ...shared, ...indicator }, memory)),
  }))
  const body = bodyOf(scope.area, now, assessed, draws)
  if (scope.trial.length === 0) return body
  const trial = scope.trial.map(
    ({ system, ...one }) => assess(system, scope.area, { ...shared, ...one }, memory).result,
  )
  return { ...body, trial }
}
