// The accounts of a spool as they change with its rows.
import type { EpochMs } from '@civitals/contracts/clock'
import { countReadings } from '@civitals/contracts/encode-envelope'
import type { Envelope } from '@civitals/contracts/envelope'
import { maxGapsPerEnvelope, mergeGaps, type PreviousSpool } from './gaps.ts'
import type { LostReadings, ReadingClass, SpoolCounters } from './spool.ts'
import { type Carried, type SpoolState, sizeOf, type TableRow } from './table.ts'

export function countersOf(state: SpoolState): SpoolCounters {
  const { newestSeq, waiting, waitingReadings, reopened = 0, producedReadings, declaredLost, bytes } = state
  const { inherited = 0, inheritedReadings = 0 } = state
  return {
    ...{ newestSeq, waiting, waitingReadings, reopened, producedReadings, declaredLost, bytes },
    ...{ inherited, inheritedReadings },
  }
}

export const emptyState = (spool: string, previous?: PreviousSpool): SpoolState => ({
  spool,
  newestSeq: 0,
  waiting: 0,
  waitingReadings: 0,
  producedReadings: 0,
  declaredLost: 0,
  bytes: 0,
  ...(previous && { previous }),
  gaps: [],
})

/** Readings without an envelope: produced and lost under a number that no row has. */
export function withLost(state: SpoolState, { readings, ...lost }: LostReadings): SpoolState {
  const seq = state.newestSeq + 1
  return {
    ...state,
    newestSeq: seq,
    producedReadings: state.producedReadings + readings,
    declaredLost: state.declaredLost + readings,
    gaps: mergeGaps(state.gaps, [{ fromSeq: seq, toSeq: seq, readings, ...lost }]),
  }
}

export const carriedNow = ({ gaps }: SpoolState): Carried =>
  gaps.length > 0 ? { gaps: gaps.slice(0, maxGapsPerEnvelope) } : {}

/** `age`: of the spool now. */
export function rowOf(
  envelope: Envelope,
  payload: Uint8Array,
  kept: ReadingClass,
  { now, age }: { readonly now: EpochMs; readonly age: number },
  carried: Carried,
): TableRow {
  const times = envelope.samples.map((sample) => sample.at)
  return {
    seq: envelope.seq,
    payload,
    committedAt: now,
    class: kept,
    readings: countReadings(envelope),
    age,
    from: times.length > 0 ? Math.min(...times) : now,
    to: times.length > 0 ? Math.max(...times) : now,
    ...(carried.gaps && { carried }),
  }
}

export function withRow(state: SpoolState, row: TableRow): SpoolState {
  return {
    ...state,
    newestSeq: row.seq,
    waiting: state.waiting + 1,
    waitingReadings: state.waitingReadings + row.readings,
    producedReadings: state.producedReadings + row.readings,
    bytes: state.bytes + sizeOf(row.payload.length),
    gaps: state.gaps.slice(maxGapsPerEnvelope),
  }
}

/** Of the budget: a spool that holds less may still be far from thinning, and a disk that takes nothing keeps none of it from a link. */
const saidFromShare = 0.25

/** The accounts with what they say of rows no link was given, those from `from` on. */
export function withUnsent(state: SpoolState, from: number, budgetBytes: number): SpoolState {
  const { unsent: _, ...rest } = state
  const says = from <= state.newestSeq && state.bytes >= saidFromShare * budgetBytes
  return says ? { ...rest, unsent: { from, upTo: state.newestSeq } } : rest
}

/** From where on rows were given to no link, as the accounts say; undefined: they do not. */
export const unsentIn = ({ unsent, newestSeq }: SpoolState): number | undefined =>
  unsent?.upTo === newestSeq ? unsent.from : undefined
