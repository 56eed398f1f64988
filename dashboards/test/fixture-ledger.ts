import type { Box, Clone } from '@civitals/contracts/clone'
import { CivitalsError } from '@civitals/contracts/errors'
import type { LedgerRow, Resend } from '@civitals/contracts/ledger'
import type { ApiSources } from '../api/sources.ts'

/** Accounts of one spool per gateway; the first has a resend under way. */
export function ledgerFixture(
  gateways: readonly string[],
  now: () => number,
): Pick<ApiSources, 'clones' | 'ledger' | 'losses' | 'reconciliation' | 'releaseClone' | 'resend' | 'resends'> {
  const row = (gateway: string): LedgerRow => ({
    gateway,
    spool: 'sp1',
    produced: 1200,
    stored: 1190,
    rejected: 2,
    setAside: 3,
    waiting: 5,
    declaredLost: 0,
    lossAtLeast: false,
    duplicates: 1,
    reopened: 0,
    settledUpTo: 60,
    above: [],
    balanced: true,
    ended: null,
    updatedAt: now(),
  })
  const special: readonly Partial<LedgerRow>[] = [
    { balanced: false, waiting: null },
    { declaredLost: 240, lossAtLeast: true, produced: 1440 },
    { produced: null, waiting: null, balanced: null },
    { reopened: 12 },
  ]
  const resends: Resend[] = []
  const box = (boot: string, spool: string, address: string, agoMs: number): Box => ({
    ...{ boot, spool, address, firstHeardAt: now() - agoMs, lastHeardAt: now(), saidAt: now() },
  })
  let clone: Clone = {
    ...{ gateway: gateways[3] ?? '', foundAt: now() - 600_000, evidence: 'two boxes', sharedSpool: false },
    kept: box('boot-a', 'sp1', '10.4.0.17:40112', 86_400_000),
    refused: [box('boot-b', 'sp2', '10.4.0.90:51220', 620_000)],
    ...{ addresses: ['10.4.0.90:51220', '10.4.0.17:40112'], releasedAt: null, releasedBy: null },
  }
  return {
    clones: async () => [clone],
    async releaseClone({ gateway, by }) {
      if (gateway !== clone.gateway || clone.releasedAt !== null)
        throw new CivitalsError('CIV_INGEST_UNKNOWN_CLONE', `No clone of gateway ${gateway} waits for a decision.`)
      clone = { ...clone, releasedAt: now(), releasedBy: by }
      return clone
    },
    // Of the first spools: one out of balance, one with a loss of unknown size, one whose gateway was not heard.
    ledger: async () => gateways.map((gateway, place) => ({ ...row(gateway), ...special[place] })),
    losses: async () => [
      {
        gateway: gateways[1] ?? '',
        spool: 'sp1',
        fromSeq: 40,
        toSeq: 52,
        readings: 240,
        atLeast: true,
        from: now() - 7_200_000,
        to: now() - 3_600_000,
        reason: 'spool file damaged',
      },
    ],
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
    reconciliation: async () => ({
      runs: 12,
      differences: 1,
      resends: 1,
      last: {
        startedAt: now() - 900_000,
        endedAt: now() - 899_000,
        hours: 7,
        differences: 1,
        resends: 1,
        failure: null,
      },
      differing: [
        {
          gateway: gateways[0] ?? '',
          hour: now() - 10_800_000 - (now() % 3_600_000),
          verdict: 'missing',
          settled: 4_318,
          stored: 4_300,
          resends: 1,
          checkedAt: now() - 900_000,
        },
      ],
    }),
    resends: async () => resends,
  }
}
