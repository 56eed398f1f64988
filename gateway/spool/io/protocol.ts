import type { EpochMs } from '@civitals/contracts/clock'
import type { Interval } from '@civitals/contracts/intervals'
import type { Reopening, Settled, SpoolCounters, SpoolDraft, SpoolLimits, SpoolRow, WaitingRange } from '../spool.ts'
import type { Succession } from '../succession.ts'

/** What the worker is started with. */
export interface Opening {
  readonly folder: string
  readonly limits: SpoolLimits
  readonly now: EpochMs
}

export type Call =
  | { readonly call: 'append'; readonly drafts: readonly SpoolDraft[]; readonly now: EpochMs; readonly mono: number }
  | { readonly call: 'waiting'; readonly range: WaitingRange }
  | { readonly call: 'acknowledge'; readonly settled: Settled; readonly spool?: string }
  | { readonly call: 'reopen'; readonly spool: string; readonly ranges: readonly Interval[] }
  | { readonly call: 'linked'; readonly stands: boolean }
  | { readonly call: 'close' }
export type Request = Call & { readonly id: number }

/** How the spool stands after a call. */
export interface Standing {
  /** Id of the spool that served it. */
  readonly spool: string
  readonly counters: SpoolCounters
}

/** A successor took the place of a spool that could not go on; `movedAside`: where the old file went. */
export interface SpoolSuccession extends Succession {
  readonly movedAside: string
}

/** Answer 0 says how opening went; one without an id tells what happened on the way. */
export type Answer =
  | (Standing & { readonly id: number; readonly rows: readonly SpoolRow[] })
  | (Standing & { readonly id: number; readonly reopening: Reopening })
  | (Standing & { readonly id: 0 })
  | { readonly succession: SpoolSuccession }
  | { readonly id: number; readonly error: { readonly message: string; readonly code?: string } }
