// The account of every spool, as `civitals ledger` prints it.
import type { LedgerRow } from '@civitals/contracts/ledger'
import { table } from '../technician/print.ts'

const head = ['gateway', 'spool', 'produced', 'stored', 'rejected', 'set aside', 'waiting', 'lost', 'account']

/** One line a spool; `?` where the gateway has not said yet, `>=` where a loss is known only at least. */
export function ledgerReport(rows: readonly LedgerRow[]): string {
  if (rows.length === 0) return 'no gateway has sent anything yet\n'
  return table(head, rows.toSorted(byGateway).map(lineOf))
}

const byGateway = (a: LedgerRow, b: LedgerRow): number =>
  a.gateway.localeCompare(b.gateway) || a.updatedAt - b.updatedAt

function lineOf(row: LedgerRow): string[] {
  const counts = [row.produced, row.stored, row.rejected, row.setAside, row.waiting].map((count) =>
    String(count ?? '?'),
  )
  return [row.gateway, row.spool, ...counts, `${row.lossAtLeast ? '>=' : ''}${row.declaredLost}`, accountOf(row)]
}

function accountOf({ balanced, reopened, ended, lossAtLeast }: LedgerRow): string {
  const open = ended ? (lossAtLeast ? 'loss not known' : 'still coming') : 'gateway has not reported'
  const told = balanced === null ? open : balanced ? 'balanced' : 'OFF BALANCE'
  const state = ended ? `${told}, continued by ${ended.successor} (${ended.reason})` : told
  return reopened > 0 ? `${state}, ${reopened} envelopes asked for again` : state
}
