import type { Gap } from '@civitals/contracts/envelope'
import { mergeGaps } from './gaps.ts'
import { identityAt } from './older.ts'
import { type DropClass, dropOrder, type RowSummary, type SpoolState, type SpoolTable } from './table.ts'
import { type ThinningBounds, thinOldest } from './thinning.ts'

const rowsPerStep = 64

interface Room extends ThinningBounds {
  readonly budgetBytes: number
}

/** Why readings were given up, as the gap record says it. */
export const diskFull = 'disk budget'

/**
 * Drops rows older than `before` until the budget is met: acknowledged ones first, then those opened again, then waiting
 * ones class by class, the lowest first, each oldest first; what can be thinned is thinned first. What was waiting becomes a gap record. Never touches the rows being appended.
 */
export function makeRoom(state: SpoolState, table: SpoolTable, room: Room): SpoolState {
  const { budgetBytes, before } = room
  let next = state
  for (const kind of dropOrder) {
    if (kind === 'reopened' && !next.reopened) continue
    next = thinned(next, table, kind, room)
    while (next.bytes > budgetBytes) {
      const rows = enough(table.oldest(kind, before, rowsPerStep), next.bytes - budgetBytes)
      if (rows.length === 0) break
      table.remove(rows.map((row) => row.seq))
      next = without(next, rows, kind)
    }
  }
  return next
}

function thinned(state: SpoolState, table: SpoolTable, kind: DropClass, room: Room): SpoolState {
  let next: SpoolState | undefined = state
  let last = state
  while (next && last.bytes > room.budgetBytes) {
    next = thinOldest(last, table, kind, room)
    last = next ?? last
  }
  return last
}

/** Drops acknowledged rows that were kept for their time: those of before the spool was `age` ms old. */
export function removeExpired(state: SpoolState, table: SpoolTable, age: number): SpoolState {
  const rows = table.expired(age, rowsPerStep)
  if (rows.length === 0) return state
  table.remove(rows.map((row) => row.seq))
  return withoutBytes(state, rows)
}

/** A row opened again was settled before: dropped, it can only not be sent once more. */
function without(state: SpoolState, rows: readonly RowSummary[], kind: DropClass): SpoolState {
  const left = withoutBytes(state, rows)
  if (kind === 'acknowledged') return left
  return kind === 'reopened' ? { ...left, reopened: (state.reopened ?? 0) - rows.length } : withGaps(left, rows)
}

function enough(rows: readonly RowSummary[], bytes: number): RowSummary[] {
  const taken: RowSummary[] = []
  let freed = 0
  for (const row of rows) {
    if (freed >= bytes) break
    taken.push(row)
    freed += row.size
  }
  return taken
}

const withoutBytes = (state: SpoolState, rows: readonly RowSummary[]): SpoolState => ({
  ...state,
  bytes: rows.reduce((bytes, row) => bytes - row.size, state.bytes),
})

function withGaps(state: SpoolState, rows: readonly RowSummary[]): SpoolState {
  const carriedGaps = rows.flatMap((row) => row.carried?.gaps ?? [])
  return {
    ...withoutWaiting(state, rows),
    gaps: mergeGaps(state.gaps, [...carriedGaps, ...rows.map((row) => gapOf(state, row))]),
  }
}

/** Rows taken over from older spools stand in the accounts of those: what is declared of them is no loss of this one. */
function withoutWaiting(state: SpoolState, rows: readonly RowSummary[]): SpoolState {
  const own = rows.filter(({ seq }) => seq >= 1)
  const [all, ofOwn] = [rows, own].map((some) => some.reduce((sum, row) => sum + row.readings, 0)) as [number, number]
  const { inherited = 0, inheritedReadings = 0 } = state
  return {
    ...state,
    waiting: state.waiting - own.length,
    waitingReadings: state.waitingReadings - ofOwn,
    declaredLost: state.declaredLost + ofOwn,
    ...(own.length < rows.length && {
      inherited: inherited - (rows.length - own.length),
      inheritedReadings: inheritedReadings - (all - ofOwn),
    }),
  }
}

function gapOf(state: SpoolState, row: RowSummary): Gap {
  const { spool, seq } = identityAt(state.older ?? [], row.seq) ?? { spool: undefined, seq: row.seq }
  return {
    ...{ fromSeq: seq, toSeq: seq, readings: row.readings },
    ...{ from: row.from, to: row.to, reason: diskFull },
    ...(spool !== undefined && { spool }),
  }
}
