import type { LedgerRow } from '@civitals/contracts/ledger'

/** Terms of the equation in the order it is read; null where nobody knows. */
export const terms = ['stored', 'rejected', 'setAside', 'waiting', 'declaredLost'] as const
export type Term = (typeof terms)[number]

/** A count with thin groups of three: 1 234 567. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f')

/** What a term prints as: `?` while unknown, never 0 instead; `≥` where it is the least it can be. */
export function termText(row: LedgerRow, term: Term | 'produced'): string {
  const value = row[term]
  if (value === null) return '?'
  return term === 'declaredLost' && row.lossAtLeast ? `≥ ${grouped(value)}` : grouped(value)
}

/** Readings that stand in no term, where the two sides are both known and differ. */
export function unaccounted(row: LedgerRow): number | undefined {
  if (row.balanced !== false || row.produced === null) return undefined
  return row.produced - terms.reduce((sum, term) => sum + (row[term] ?? 0), 0)
}

/** Rows that want attention first: out of balance, then with losses, then unknown; else by gateway. */
export const inOrder = (rows: readonly LedgerRow[]): LedgerRow[] =>
  rows.toSorted((a, b) => rank(a) - rank(b) || a.gateway.localeCompare(b.gateway) || b.updatedAt - a.updatedAt)

function rank(row: LedgerRow): number {
  if (row.balanced === false) return 0
  if (row.declaredLost > 0 || row.lossAtLeast) return 1
  return row.reopened > 0 ? 2 : 3
}
