import type { Gap } from '@civitals/contracts/envelope'
import type { Intervals } from '@civitals/contracts/intervals'
import type { EndedSpool, Loss } from '@civitals/contracts/ledger'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { upsert } from '../rows/upsert.ts'
import { Accounts, type SpoolAccount } from './accounts.ts'
import type { LedgerTables } from './tables.ts'

/** A gap record with the spool it belongs to. */
export interface SpoolGap {
  readonly gateway: string
  readonly spool: string
  readonly gap: Gap
  /** Lowest number set aside of readings that had been: those of one envelope may be given up at different times. */
  readonly aside?: number
}

/** The time an unsynced boot of a gateway really had. */
export interface GatewayClockFix {
  readonly gateway: string
  readonly boot: string
  readonly offsetMs: number
  /** Number within the boot, from 1; the highest holds. */
  readonly fix: number
}

/** All accounts as they last committed. */
export async function readAccounts(state: StateStore): Promise<Accounts> {
  const rows = await state.db.withTables<LedgerTables>().selectFrom('ledger_spool').selectAll().execute()
  return new Accounts(rows.map(accountOf))
}

export async function readClockFixes(state: StateStore): Promise<readonly GatewayClockFix[]> {
  const rows = await state.db.withTables<LedgerTables>().selectFrom('ledger_clock_fix').selectAll().execute()
  return rows.map((row) => ({ gateway: row.gateway, boot: row.boot, offsetMs: row.offset_ms, fix: row.fix }))
}

export const writeAccounts = (tx: StateTx, accounts: readonly SpoolAccount[]): Promise<void> =>
  upsert<LedgerTables, 'ledger_spool'>(tx, 'ledger_spool', ['gateway', 'spool'], accounts.map(rowOf))

/** At most one fix per boot (`Books.newest`). */
export const writeClockFixes = (tx: StateTx, fixes: readonly GatewayClockFix[]): Promise<void> =>
  upsert<LedgerTables, 'ledger_clock_fix'>(
    tx,
    'ledger_clock_fix',
    ['gateway', 'boot'],
    fixes.map(({ gateway, boot, offsetMs, fix }) => ({ gateway, boot, offset_ms: offsetMs, fix })),
  )

/** Gap records are kept for good: they are the only trace of what they stand for. */
export async function writeGaps(tx: StateTx, gaps: readonly SpoolGap[]): Promise<void> {
  const rows = gaps.map(({ gateway, spool, gap, aside = 0 }) => ({
    gateway,
    spool,
    from_seq: gap.fromSeq,
    to_seq: gap.toSeq,
    readings: gap.readings,
    at_least: gap.atLeast ? 1 : 0,
    from_at: Math.round(gap.from),
    to_at: Math.round(gap.to),
    reason: gap.reason,
    aside,
  }))
  const byKey = new Map(
    rows.map((row) => [`${row.gateway}/${row.spool}/${row.from_seq}-${row.to_seq}/${row.aside}/${row.reason}`, row]),
  )
  await upsert<LedgerTables, 'ledger_gap'>(
    tx,
    'ledger_gap',
    ['gateway', 'spool', 'from_seq', 'to_seq', 'aside', 'reason'],
    [...byKey.values()],
  )
}

/** What was declared lost, newest first by event time, 1,000 at most. */
export async function listLosses(state: StateStore): Promise<Loss[]> {
  const query = state.db.withTables<LedgerTables>().selectFrom('ledger_gap').selectAll()
  return (await query.orderBy('to_at', 'desc').limit(1_000).execute()).map((row) => ({
    gateway: row.gateway,
    spool: row.spool,
    fromSeq: row.from_seq,
    toSeq: row.to_seq,
    readings: row.readings,
    atLeast: row.at_least === 1,
    from: row.from_at,
    to: row.to_at,
    reason: row.reason,
  }))
}

const accountOf = (row: LedgerTables['ledger_spool']): SpoolAccount => ({
  gateway: row.gateway,
  spool: row.spool,
  settled: JSON.parse(row.settled) as Intervals,
  reopened: JSON.parse(row.reopened) as Intervals,
  stored: row.stored,
  rejected: row.rejected,
  setAside: row.set_aside,
  declaredLost: row.declared_lost,
  givenUp: row.given_up,
  lossAtLeast: row.loss_at_least === 1,
  duplicates: row.duplicates,
  ...(row.ended !== null && { ended: JSON.parse(row.ended) as EndedSpool }),
  updatedAt: row.updated_at,
})

const rowOf = (account: SpoolAccount): LedgerTables['ledger_spool'] => ({
  gateway: account.gateway,
  spool: account.spool,
  settled: JSON.stringify(account.settled),
  reopened: JSON.stringify(account.reopened),
  stored: account.stored,
  rejected: account.rejected,
  set_aside: account.setAside,
  declared_lost: account.declaredLost,
  given_up: account.givenUp,
  loss_at_least: account.lossAtLeast ? 1 : 0,
  duplicates: account.duplicates,
  updated_at: account.updatedAt,
  ended: account.ended ? JSON.stringify(account.ended) : null,
})
