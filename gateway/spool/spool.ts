import type { Acknowledgement } from '@civitals/contracts/acknowledgement'
import type { EpochMs } from '@civitals/contracts/clock'
import type { Envelope, Sample } from '@civitals/contracts/envelope'
import type { Interval } from '@civitals/contracts/intervals'
import { type KeptClass, keptClasses } from '@civitals/firmware-bridge/profile'
import type { Identity } from './older.ts'

/** What readings are worth when the disk is full, lowest first. A point declares its own; what is urgent is of class alarm. */
export type ReadingClass = KeptClass | 'alarm'
export const readingClasses: readonly ReadingClass[] = [...keptClasses, 'alarm']

/** What the spool is asked to keep as one envelope; it adds the number, the link to an older spool and open gap records. */
export interface SpoolDraft {
  /** Hash of the configuration the samples were read with. */
  readonly config: string
  readonly samples: readonly Sample[]
  /** Highest of its samples: the lowest class goes first when the disk is full. */
  readonly class: ReadingClass
  readonly clockFix?: NonNullable<Envelope['clockFix']>
  /** Readings given up before these while nothing could be committed. */
  readonly lost?: LostReadings
}

/** Readings that never got an envelope. They get a number of their own, which a gap record declares. */
export interface LostReadings {
  readonly readings: number
  /** Event times they span. */
  readonly from: EpochMs
  readonly to: EpochMs
  readonly reason: string
}

/** One committed envelope. `payload` is what the wire carries and never changes again. */
export interface SpoolRow {
  /** Its number; of a row taken over from an older spool a place below 1, before all own ones. */
  readonly seq: number
  /** Who it is for the centre, when it was taken over from an older spool. */
  readonly of?: Identity
  readonly payload: Uint8Array
  /** Wall time of the commit, by the gateway's clock. */
  readonly committedAt: EpochMs
  readonly class: ReadingClass
}

/** The spool's part of an acknowledgement: settled up to `upTo`, and the ranges above. */
export type Settled = Acknowledgement['spools'][string]

/** Accounts of one spool. Readings: produced = acknowledged + waiting + declared lost. */
export interface SpoolCounters {
  /** Highest seq given; 0 = nothing committed yet. */
  readonly newestSeq: number
  /** Envelopes not yet acknowledged. */
  readonly waiting: number
  readonly waitingReadings: number
  /** Envelopes acknowledged before that the centre wants again; not among `waiting`. */
  readonly reopened: number
  /** Readings ever committed. */
  readonly producedReadings: number
  /** Readings given up unacknowledged; each is in a gap record. */
  readonly declaredLost: number
  /** Bytes the kept rows take: payload and a flat share per row. */
  readonly bytes: number
  /** Envelopes and readings taken over from older spools that wait; they stand in those spools' accounts. */
  readonly inherited: number
  readonly inheritedReadings: number
}

/** What a reopening found. `missing`: seqs the spool does not hold any more, or never did; sorted. */
export interface Reopening {
  readonly reopened: number
  readonly missing: readonly Interval[]
}

/** Ranges a reopening may say are missing; beyond, the last covers the rest. */
export const maxMissingRanges = 1024

/** `after` of a range that holds every row, those taken over from older spools too. */
export const beforeAll: number = Number.MIN_SAFE_INTEGER

/** Which waiting rows: `after` < seq < `before`, oldest first, at most `limit`. */
export interface WaitingRange {
  readonly after: number
  readonly before: number
  readonly limit: number
}

/**
 * The gateway's queue towards the centre. A reading is *produced* when `append` resolves: from then on it survives kill -9 and
 * power loss, until it is acknowledged or declared lost in a gap record. One writer; calls are served in order.
 */
export interface Spool {
  /**
   * Random, made when the spool was created. Changes when a damaged file or a failed write made a successor necessary: then numbers begin
   * anew, rows that could be read wait under their old identity, and the rest is declared lost.
   */
  readonly id: string
  /**
   * Commits all drafts in one transaction, one row each (a draft too large for the wire becomes several), and resolves with the
   * rows once they are durable. Rejects CIV_GATEWAY_SPOOL_WRITE (retryable) when nothing was kept, CIV_GATEWAY_SPOOL_CLOSED when only
   * a new start helps.
   */
  append(drafts: readonly SpoolDraft[]): Promise<readonly SpoolRow[]>
  /** Rows not acknowledged yet, and those opened again. */
  waiting(range: WaitingRange): Promise<readonly SpoolRow[]>
  /**
   * Marks rows of `spool` as settled in the centre; default: its own. Repeating it, acknowledging rows that are gone, or those of a spool it
   * knows nothing of has no effect.
   */
  acknowledge(settled: Settled, spool?: string): Promise<void>
  /**
   * Opens acknowledged rows of these ranges again: `waiting` gives them out until they are acknowledged anew. `reopened` counts all
   * rows that are held, whatever their state, so that asking twice says the same. A spool it knows nothing of holds nothing. Durable.
   */
  reopen(spool: string, ranges: readonly Interval[]): Promise<Reopening>
  /**
   * A link that takes envelopes stands from now on, or no more. What was committed while none stood was never sent, and may be thinned when the
   * disk is full, after a restart too; of anything else nobody knows what arrived. Every envelope given out or committed after the call may be
   * sent: of a spool that fills its budget `waiting` then notes that first, and rejects CIV_GATEWAY_SPOOL_WRITE (retryable) when it cannot.
   */
  linked(stands: boolean): void
  /** As of the last finished call. */
  counters(): SpoolCounters
  close(): Promise<void>
}

export interface SpoolLimits {
  /** Bytes all rows may take, at least 1 MiB in configuration. */
  readonly budgetBytes: number
  /** How long acknowledged rows stay for a resend, default 72 h. */
  readonly keepAcknowledgedMs: number
  /** Deflate payloads: for links paid by volume. */
  readonly compress: boolean
}

/** Acknowledged rows stay three days unless the budget needs their room (architecture, section 4.2). */
export const defaultKeepAcknowledgedMs: number = 72 * 3_600_000
