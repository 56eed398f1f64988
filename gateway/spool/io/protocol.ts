import type { EpochMs } from '@civitals/contracts/clock'
import type { Interval } from '@civitals/contracts/intervals'
import type { Reopening, Settled, SpoolCounters, SpoolDraft, SpoolLimits, SpoolRow, WaitingRange } from '../spool.ts'

/** What the worker is started with. */
export interface Opening {
  readonly folder: string
  readonly limits: SpoolLimits
}

export type Call =
  | { readonly call: 'append'; readonly drafts: readonly SpoolDraft[]; readonly now: EpochMs }
  | { readonly call: 'waiting'; readonly range: WaitingRange }
  | { readonly call: 'acknowledge'; readonly settled: Settled }
  | { readonly call: 'reopen'; readonly spool: string; readonly ranges: readonly Interval[] }
  | { readonly call: 'close' }
export type Request = Call & { readonly id: number }

/** Answer 0 says how opening went. */
export type Answer =
  | { readonly id: number; readonly rows: readonly SpoolRow[]; readonly counters: SpoolCounters }
  | { readonly id: number; readonly reopening: Reopening; readonly counters: SpoolCounters }
  | {
      readonly id: 0
      readonly opened: string
      readonly counters: SpoolCounters
      /** Where a damaged older file went. */
      readonly movedAside?: string
    }
  | { readonly id: number; readonly error: { readonly message: string; readonly code?: string } }
