import type { SettledEnvelope, SettlementBatch } from '@civitals/contracts/settlement'
import type { RefusedReading } from '@civitals/storage/series'
import type { AccountDraft } from '../ledger/accounts.ts'
import type { AsideEntry } from '../ledger/aside.ts'
import { type GivenUp, gapsOf, tooOldToKeep } from '../ledger/given-up.ts'
import type { SpoolGap } from '../ledger/store.ts'

/**
 * Takes readings the series store will never accept out of a settlement: they are set aside, with the reason logged by the caller. Of a time that is
 * not kept any more they are declared lost: nothing they could wait for will come.
 */
export function takeOutRefused(
  refused: readonly RefusedReading[],
  batch: SettlementBatch,
  accounts: AccountDraft,
): { readonly batch: SettlementBatch; readonly aside: readonly AsideEntry[]; readonly gaps: readonly SpoolGap[] } {
  if (refused.length === 0) return { batch, aside: [], gaps: [] }
  const gone = new Set(refused.map(({ reading }) => reading))
  for (const { gateway, spool, tooOld } of refused)
    accounts.add(gateway, spool, { stored: -1, ...(tooOld ? { givenUp: 1 } : { setAside: 1 }) })
  const kept = (envelope: SettledEnvelope): SettledEnvelope => ({
    ...envelope,
    readings: envelope.readings.filter((reading) => !gone.has(reading)),
  })
  return {
    batch: { ...batch, envelopes: batch.envelopes.map(kept).filter(({ readings }) => readings.length > 0) },
    aside: refused.filter(({ tooOld }) => !tooOld).map((one) => asideOf(one, batch.receivedAt)),
    gaps: gapsOf(refused.filter(({ tooOld }) => tooOld).map(givenUp), tooOldToKeep),
  }
}

const givenUp = ({ gateway, spool, seq, reading }: RefusedReading): GivenUp => ({ gateway, spool, seq, at: reading.at })

const asideOf = ({ gateway, spool, seq, reading, reason }: RefusedReading, receivedAt: number): AsideEntry => ({
  gateway,
  spool,
  seq,
  receivedAt,
  reason: 'refused by store',
  detail: reason,
  raw: { ...reading, unsynced: false, mono: undefined, boot: undefined, config: undefined },
})
