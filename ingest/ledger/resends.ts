import { type Intervals, intersection, sizeOfIntervals } from '@civitals/contracts/intervals'
import type { Resend } from '@civitals/contracts/ledger'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { upsert } from '../rows/upsert.ts'
import type { Accounts } from './accounts.ts'
import type { LedgerTables } from './tables.ts'

/** A resend as it is written; what remains of it follows from the accounts. */
export type ResendRecord = Omit<Resend, 'remaining' | 'id'> & { readonly n: number }

/** Newest resends that are listed; all are kept. */
const listed = 200

/** Resends that are not done, oldest first. */
export async function readOpenResends(state: StateStore): Promise<readonly ResendRecord[]> {
  const query = state.db.withTables<LedgerTables>().selectFrom('ledger_resend').selectAll()
  return (await query.where('done_at', 'is', null).orderBy('n').execute()).map(recordOf)
}

/** Number of the next resend. */
export async function readNextResend(state: StateStore): Promise<number> {
  const query = state.db.withTables<LedgerTables>().selectFrom('ledger_resend').select('n').orderBy('n', 'desc')
  return ((await query.limit(1).executeTakeFirst())?.n ?? 0) + 1
}

/** The newest resends first, as pages list them. */
export async function listResends(state: StateStore, accounts: Accounts): Promise<Resend[]> {
  const query = state.db.withTables<LedgerTables>().selectFrom('ledger_resend').selectAll()
  const rows = await query.orderBy('n', 'desc').limit(listed).execute()
  return rows.map((row) => resendOf(recordOf(row), accounts))
}

export const writeResends = (tx: StateTx, records: readonly ResendRecord[]): Promise<void> =>
  upsert<LedgerTables, 'ledger_resend'>(tx, 'ledger_resend', ['n'], records.map(rowOf))

/** What of a resend is still open. */
export const openRanges = (record: ResendRecord, accounts: Accounts): Intervals =>
  intersection(accounts.get(record.gateway, record.spool)?.reopened ?? [], record.ranges)

export function resendOf(record: ResendRecord, accounts: Accounts): Resend {
  const { n, ...rest } = record
  const remaining = record.doneAt === null ? sizeOfIntervals(openRanges(record, accounts)) : 0
  return { ...rest, id: idOf(n), remaining }
}

/** The name a command carries for resend `n`, and back. */
export const idOf = (n: number): string => `resend-${n}`
export const numberOf = (id: string): number => Number(/^resend-(\d+)$/.exec(id)?.[1] ?? Number.NaN)

const recordOf = (row: LedgerTables['ledger_resend']): ResendRecord => ({
  n: row.n,
  gateway: row.gateway,
  spool: row.spool,
  ranges: JSON.parse(row.ranges),
  by: row.by,
  why: row.why,
  at: row.at,
  missing: JSON.parse(row.missing),
  answeredAt: row.answered_at,
  doneAt: row.done_at,
  refused: row.refused,
})

const rowOf = (record: ResendRecord): LedgerTables['ledger_resend'] => ({
  n: record.n,
  gateway: record.gateway,
  spool: record.spool,
  ranges: JSON.stringify(record.ranges),
  by: record.by,
  why: record.why,
  at: record.at,
  missing: JSON.stringify(record.missing),
  answered_at: record.answeredAt,
  done_at: record.doneAt,
  refused: record.refused,
})
