import type { EpochMs } from '@civitals/contracts/clock'
import type { HourCheck } from '@civitals/contracts/ledger'
import type { StateStore } from '@civitals/storage/state'
import { sql } from 'kysely'
import { upsert } from '../rows/upsert.ts'
import type { LedgerTables } from './tables.ts'

/** Hours that want comparing, those never compared or changed since first, then the ones compared longest ago. */
export async function hoursToCheck(
  state: StateStore,
  range: { readonly from: EpochMs; readonly to: EpochMs },
  limits: { readonly changed: number; readonly again: number },
): Promise<readonly EpochMs[]> {
  const rows = await state.db
    .withTables<LedgerTables>()
    .selectFrom('ledger_digest')
    .leftJoin('ledger_check', (join) =>
      join
        .onRef('ledger_check.gateway', '=', 'ledger_digest.gateway')
        .onRef('ledger_check.hour', '=', 'ledger_digest.hour'),
    )
    .where('ledger_digest.hour', '>=', range.from)
    .where('ledger_digest.hour', '<', range.to)
    .groupBy('ledger_digest.hour')
    .select('ledger_digest.hour')
    .select([
      sql<number>`max(CASE WHEN ledger_check.checked_at IS NULL OR ledger_digest.changed_at >= ledger_check.checked_at
        OR ledger_check.verdict IN ('missing', 'different') THEN 1 ELSE 0 END)`.as('due'),
      sql<number>`min(coalesce(ledger_check.checked_at, 0))`.as('checkedAt'),
    ])
    .execute()
  const oldestFirst = rows.toSorted((a, b) => a.checkedAt - b.checkedAt || a.hour - b.hour)
  const due = oldestFirst.filter(({ due }) => due === 1).slice(0, limits.changed)
  const again = oldestFirst.filter(({ due }) => due !== 1).slice(0, limits.again)
  return [...due, ...again].map(({ hour }) => hour)
}

export async function readChecks(state: StateStore, hour: EpochMs): Promise<readonly HourCheck[]> {
  const query = state.db.withTables<LedgerTables>().selectFrom('ledger_check').selectAll()
  return (await query.where('hour', '=', hour).execute()).map(checkOf)
}

/** Hours whose counts or sums were not the same when last compared, newest first. */
export async function listDifferences(state: StateStore): Promise<HourCheck[]> {
  const query = state.db.withTables<LedgerTables>().selectFrom('ledger_check').selectAll()
  const rows = await query.where('verdict', '!=', 'equal').orderBy('hour', 'desc').limit(1_000).execute()
  return rows.map(checkOf)
}

/** Writes what was found, and forgets hours before `keepFrom`: gateways do not keep their envelopes longer either. */
export async function writeChecks(state: StateStore, checks: readonly HourCheck[], keepFrom: EpochMs): Promise<void> {
  await state.transaction(async (tx) => {
    const rows = checks.map(({ checkedAt, ...check }) => ({ ...check, checked_at: checkedAt }))
    await upsert<LedgerTables, 'ledger_check'>(tx, 'ledger_check', ['gateway', 'hour'], rows)
    const tables = tx.withTables<LedgerTables>()
    await tables.deleteFrom('ledger_digest').where('hour', '<', keepFrom).execute()
    await tables.deleteFrom('ledger_check').where('hour', '<', keepFrom).execute()
  })
}

const checkOf = ({ checked_at, verdict, ...row }: LedgerTables['ledger_check']): HourCheck => ({
  ...row,
  verdict: verdict as HourCheck['verdict'],
  checkedAt: checked_at,
})
