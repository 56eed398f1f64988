import type { EpochMs } from '@civitals/contracts/clock'
import type { Gap } from '@civitals/contracts/envelope'
import type { PreviousSpool } from './gaps.ts'
import type { OlderSpool } from './older.ts'
import { type ReadingClass, readingClasses, type Settled, type SpoolRow, type WaitingRange } from './spool.ts'

/** Gap records an envelope carries beside samples; dropped with its row, they must travel in a later one. */
export interface Carried {
  readonly gaps?: readonly Gap[]
}

export interface TableRow extends Omit<SpoolRow, 'of'> {
  readonly readings: number
  /** Age of the spool when the row was committed, ms it has run: no clock that is set makes it older. */
  readonly age: number
  /** Event times the row spans. */
  readonly from: EpochMs
  readonly to: EpochMs
  readonly carried?: Carried
}

/** What whoever sends it gets to see of a row. */
export const asGiven = ({ seq, payload, committedAt, class: kept }: TableRow): SpoolRow => ({
  ...{ seq, payload, committedAt },
  class: kept,
})

/** A row as the budget sees it: everything but its bytes. */
export type RowSummary = Omit<TableRow, 'payload' | 'committedAt'> & { readonly size: number }

/** The accounts kept beside the rows, in the same transaction. */
export interface SpoolState {
  readonly spool: string
  readonly newestSeq: number
  readonly waiting: number
  readonly waitingReadings: number
  /** Absent in files of before there was a resend. */
  readonly reopened?: number
  readonly producedReadings: number
  readonly declaredLost: number
  readonly bytes: number
  /** Milliseconds the spool has run, as of its last commit; absent in files of before it was kept. */
  readonly age?: number
  /** Link to an older spool; gone when an envelope that carried it is settled. */
  readonly previous?: PreviousSpool
  /** Gap records that no kept or acknowledged envelope has carried yet. */
  readonly gaps: readonly Gap[]
  /** Closed in good order; anything else is checked at the next opening. */
  readonly closed?: boolean
  /** The newest word of the centre on this spool; absent: none came, or the file is of before it was kept. */
  readonly settled?: Settled
  /** Older spools whose rows were taken over, the newest first, and what of them waits. */
  readonly older?: readonly OlderSpool[]
  readonly inherited?: number
  readonly inheritedReadings?: number
  /**
   * Rows from this number on were given to no link. Said once thinning may come, and taken back on the disk before a link is given any.
   * `upTo`: the newest when it was said; with another beside it it is of no use, a release that does not know of it wrote here.
   */
  readonly unsent?: { readonly from: number; readonly upTo: number }
  /** Up to where waiting rows of a class were looked at for thinning. */
  readonly thinned?: { readonly debug?: number; readonly telemetry?: number }
}

/** Order in which rows make room: settled ones cost nothing, then those that wait by their class, alarms last. */
export type DropClass = 'acknowledged' | 'reopened' | ReadingClass
export const dropOrder: readonly DropClass[] = ['acknowledged', 'reopened', ...readingClasses]

export type RowStanding = 'waiting' | 'acknowledged' | 'reopened'

/** What an acknowledgement found: waiting rows, and rows that had been opened again. */
export interface Marked {
  readonly envelopes: number
  readonly readings: number
  readonly reopened: number
}

/** Where rows are kept, by seq or place; synchronous, called by the book alone. Twins: SQLite and memory. */
export interface SpoolTable {
  load(): SpoolState | undefined
  save(state: SpoolState): void
  /** `standing`: default `waiting`. */
  insert(row: TableRow, standing?: RowStanding): void
  waiting(range: WaitingRange): SpoolRow[]
  /** Marks waiting and reopened rows in [from, to] as settled. */
  acknowledge(from: number, to: number): Marked
  /** Opens acknowledged rows in [from, to] again; says how many. */
  reopen(from: number, to: number): number
  /** Seqs of all rows in [from, to], ascending, whatever their state. */
  held(from: number, to: number): Iterable<number>
  /** Oldest rows of a class below `before`, at most `limit`; `from`: none below. */
  oldest(kind: DropClass, before: number, limit: number, from?: number): RowSummary[]
  /** These rows whole. */
  read(seqs: readonly number[]): TableRow[]
  /** Puts a row in the place of the one that has its number. */
  replace(row: TableRow): void
  /** Oldest acknowledged rows committed before the spool was of this age, at most `limit`. */
  expired(age: number, limit: number): RowSummary[]
  remove(seqs: readonly number[]): void
  /** All or nothing. `durable`: on the disk when it returns; otherwise with the next durable one. */
  transaction<T>(durable: boolean, work: () => T): T
  close(): void
}

/** What a row costs beside its payload: keys, indexes, page slack; a round figure on the safe side. */
export const rowOverheadBytes = 128
export const sizeOf = (payloadBytes: number): number => payloadBytes + rowOverheadBytes
