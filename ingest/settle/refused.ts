import type { SettledEnvelope, SettlementBatch } from '@civitals/contracts/settlement'
import type { RefusedReading } from '@civitals/storage/series'
import type { AccountDraft } from '../ledger/accounts.ts'
import type { AsideEntry } from '../ledger/aside.ts'

/** Takes readings the series store will never accept out of a settlement: they are set aside, with the reason logged by the caller. */
export function setRefusedAside(
  refused: readonly RefusedReading[],
  batch: SettlementBatch,
  accounts: AccountDraft,
): { readonly batch: SettlementBatch; readonly aside: readonly AsideEntry[] } {
  if (refused.length === 0) return { batch, aside: [] }
  const gone = new Set(refused.map(({ reading }) => reading))
  for (const { gateway, spool } of refused) accounts.add(gateway, spool, { stored: -1, setAside: 1 })
  const kept = (envelope: SettledEnvelope): SettledEnvelope => ({
    ...envelope,
    readings: envelope.readings.filter((reading) => !gone.has(reading)),
  })
  return {
    batch: { ...batch, envelopes: batch.envelopes.map(kept).filter(({ readings }) => readings.length > 0) },
    aside: refused.map((one) => asideOf(one, batch.receivedAt)),
  }
}

const asideOf = ({ gateway, spool, seq, reading, reason }: RefusedReading, receivedAt: number): AsideEntry => ({
  gateway,
  spool,
  seq,
  receivedAt,
  reason: 'refused by store',
  detail: reason,
  raw: { ...reading, unsynced: false, mono: undefined, boot: undefined, config: undefined },
})
