// What a new spool takes over from one that cannot go on, and what it declares lost.
import type { EpochMs } from '@civitals/contracts/clock'
import type { Gap } from '@civitals/contracts/envelope'
import { emptyState } from './accounts.ts'
import { linkTo, mergeGaps, namingSpool, type PreviousSpool } from './gaps.ts'
import { type Hole, Holes, lossOf } from './holes.ts'
import { identityAt, lowestPlace, type OlderSpool, withPredecessor } from './older.ts'
import { type RowStanding, type SpoolState, type SpoolTable, sizeOf, type TableRow } from './table.ts'

/** Why a spool cannot go on, as its successor tells the centre. */
export type EndReason = 'damaged file' | 'disk error'

/** A row that could be read and whose bytes are as they were written. */
export interface SoundRow extends TableRow {
  readonly standing: RowStanding
}

/** What is known and readable of a spool that cannot go on. */
export interface Remains {
  readonly spool: string
  readonly reason: EndReason
  /** Its accounts as they last held; undefined: they cannot be read. */
  readonly state: SpoolState | undefined
  /** Highest number that may have been given, when more is known of it than the accounts say. */
  readonly newest: number
  /** By place, ascending, those of still older spools first. */
  readonly rows: Iterable<SoundRow>
}

/** What came of it. */
export interface Succession {
  readonly from: string
  readonly to: string
  readonly reason: EndReason
  /** Envelopes taken over that wait. */
  readonly waiting: number
  /** Readings declared lost; `atLeast`: there may have been more. */
  readonly lost: number
  readonly atLeast: boolean
}

/**
 * Fills an empty table with what remains, as spool `newId`. Rows keep their identity and stand at places below 1; rows above the highest
 * number the accounts know were never reported as produced and are left out: their readings come again. `everything` false: without rows
 * that are settled, when the disk has no room for them.
 */
export function inherit(
  table: SpoolTable,
  newId: string,
  remains: Remains,
  now: EpochMs,
  everything = true,
): Succession {
  const { state, spool, reason } = remains
  const newest = Math.max(remains.newest, state?.newestSeq ?? 0)
  const known = state?.older ?? []
  const older = withPredecessor(known, spool, newest)
  const taken = new Taken(spool, known, newest)
  for (const some of inBatches(remains.rows)) {
    table.transaction(false, () => {
      for (const row of some) {
        const standing = taken.take(row, everything)
        if (standing) table.insert(atPlace(row, spool, newest, known), standing)
      }
    })
  }
  const gaps = lossesOf(remains, taken, newest, now)
  const previous = linkOf(remains, newest)
  const { waiting, readings, reopened, bytes } = taken
  const age = Math.max(state?.age ?? 0, taken.age)
  const inherited = { older, age, reopened, bytes, inherited: waiting, inheritedReadings: readings }
  const open = mergeGaps(namingSpool(state?.gaps ?? [], spool), gaps)
  table.transaction(true, () => table.save({ ...emptyState(newId, previous), ...inherited, gaps: open }))
  const lost = gaps.reduce((sum, gap) => sum + gap.readings, 0)
  const atLeast = state === undefined || gaps.some((gap) => gap.atLeast)
  return { from: spool, to: newId, reason, waiting, lost, atLeast }
}

const rowsPerTransaction = 256

/** The successor counts for nothing until it is whole, so its rows need not come in one transaction. */
function* inBatches(rows: Iterable<SoundRow>): Iterable<readonly SoundRow[]> {
  let some: SoundRow[] = []
  for (const row of rows) {
    some.push(row)
    if (some.length < rowsPerTransaction) continue
    yield some
    some = []
  }
  yield some
}

/** A spool that never gave a number is unknown to the centre: its successor names the one before. */
function linkOf({ spool, reason, state }: Remains, newest: number): PreviousSpool | undefined {
  if (state && newest === 0) return state.previous
  const exact = state !== undefined && newest > 0
  return linkTo({ spool, lastSeq: exact ? newest : 'unknown', reason }, state?.previous)
}

/** The row at its new place; what it carries names its spool, since it may have to travel on in an envelope of the new one. */
function atPlace(row: SoundRow, spool: string, shift: number, older: readonly OlderSpool[]): TableRow {
  const { standing: _, carried, ...rest } = row
  const gaps = carried?.gaps && namingSpool(carried.gaps, identityAt(older, row.seq)?.spool ?? spool)
  return { ...rest, seq: row.seq - shift, ...(gaps && { carried: { gaps } }) }
}

/** Goes along with the rows and keeps count of what is there and what is not. */
class Taken {
  waiting = 0
  readings = 0
  reopened = 0
  bytes = 0
  /** Of the newest row. */
  age = 0
  /** Of the spool itself; the others count for still older ones. */
  ownWaiting = 0
  ownReadings = 0
  /** Gap records of rows that wait: what they name is declared already. */
  readonly declared: Gap[] = []
  readonly holes: Holes
  readonly #spool: string
  readonly #older: readonly OlderSpool[]
  readonly #newest: number

  constructor(spool: string, older: readonly OlderSpool[], newest: number) {
    this.#spool = spool
    this.#older = older
    this.#newest = newest
    this.holes = new Holes(lowestPlace(older), newest)
  }

  /** How the row stands in the successor; undefined: it is left out. */
  take(row: SoundRow, everything: boolean): RowStanding | undefined {
    if (row.seq > this.#newest) return undefined
    this.holes.present(row)
    this.age = Math.max(this.age, row.age)
    const { standing } = row
    if (standing === 'acknowledged' && !everything) return undefined
    this.bytes += sizeOf(row.payload.length)
    if (standing === 'reopened') this.reopened++
    if (standing === 'waiting') this.#count(row)
    return standing
  }

  #count({ seq, readings, carried }: SoundRow): void {
    this.waiting++
    this.readings += readings
    if (seq >= 1) {
      this.ownWaiting++
      this.ownReadings += readings
    }
    const owner = identityAt(this.#older, seq)?.spool ?? this.#spool
    this.declared.push(...namingSpool(carried?.gaps ?? [], owner))
  }
}

/** Declares what waited and cannot be read; what the centre has settled, or was told of, is none of it. */
function lossesOf({ spool, state, reason }: Remains, taken: Taken, newest: number, now: EpochMs): Gap[] {
  const told = [...taken.declared, ...namingSpool(state?.gaps ?? [], spool)]
  const holes = taken.holes.found(now)
  const recordsGone = !state || state.waiting + (state.inherited ?? 0) > taken.waiting
  const own = lossOf({
    ...{ spool, reason, recordsGone, holes: holes.filter(({ from }) => from >= 1) },
    settled: state?.settled,
    declared: told.filter((gap) => gap.spool === spool),
    missing: state && {
      envelopes: state.waiting - taken.ownWaiting,
      readings: state.waitingReadings - taken.ownReadings,
      // Numbers beyond the accounts: a part of the log was cut off, and how much stood there nobody knows.
      exact: newest === state.newestSeq,
    },
  })
  const olderSpools = state?.older ?? []
  const withHoles = olderSpools.filter((older) => holesOf(holes, older).length > 0)
  const readings = (state?.inheritedReadings ?? 0) - (taken.readings - taken.ownReadings)
  const inherited = olderSpools.flatMap((older) =>
    lossOf({
      ...{ spool: older.spool, reason, recordsGone, settled: undefined },
      missing: {
        envelopes: (state?.inherited ?? 0) - (taken.waiting - taken.ownWaiting),
        readings: withHoles.length === 1 ? readings : undefined,
        exact: true,
      },
      holes: holesOf(holes, older),
      declared: told.filter((gap) => gap.spool === older.spool),
    }),
  )
  return [...own, ...inherited]
}

/** Holes at the places of an older spool, in its numbers. */
const holesOf = (holes: readonly Hole[], { shift, newest }: OlderSpool): Hole[] =>
  holes
    .map((hole) => ({ ...hole, from: Math.max(1, hole.from + shift), to: Math.min(newest, hole.to + shift) }))
    .filter(({ from, to }) => from <= to)
