import type { LedgerRow, Resend } from '@civitals/contracts/ledger'
import type { ApiSources } from '../api/sources.ts'

/** Accounts of one spool per gateway; the first has a resend under way. */
export function ledgerFixture(
  gateways: readonly string[],
  now: () => number,
): Pick<ApiSources, 'ledger' | 'reconciliation' | 'resend' | 'resends'> {
  const row = (gateway: string): LedgerRow => ({
    gateway,
    spool: 'sp1',
    produced: 1200,
    stored: 1190,
    rejected: 2,
    setAside: 3,
    waiting: 5,
    declaredLost: 0,
    duplicates: 1,
    reopened: 0,
    settledUpTo: 60,
    above: [],
    balanced: true,
    updatedAt: now(),
  })
  const resends: Resend[] = []
  return {
    ledger: async () => gateways.map(row),
    async resend({ gateway, spool, ranges = [[1, 60]], by, why }) {
      const asked: Resend = {
        id: `resend-${resends.length + 1}`,
        gateway,
        spool,
        ranges: ranges.map(([from, to]) => [from, to]),
        by,
        why,
        at: now(),
        remaining: 60,
        missing: [],
        answeredAt: null,
        doneAt: null,
        refused: null,
      }
      resends.unshift(asked)
      return asked
    },
    reconciliation: async () => ({ runs: 0, differences: 0, resends: 0, last: null, differing: [] }),
    resends: async () => resends,
  }
}
