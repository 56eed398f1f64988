import type { EpochMs } from '@civitals/contracts/clock'
import type { Reading } from '@civitals/contracts/reading'
import type { SettledEnvelope, SettlementBatch } from '@civitals/contracts/settlement'
import { isConvertible } from '@civitals/contracts/units'
import type { RefusedReading } from '@civitals/storage/series'
import { type AdmissionView, type Exclusion, isExclusion, judge } from '../admission/judge.ts'
import type { AccountDraft } from '../ledger/accounts.ts'
import { type AsideChange, type AsideGroup, type StoredAside, spoolOfAside } from '../ledger/aside.ts'
import { type GivenUp, gapsOf, tooOldToKeep } from '../ledger/given-up.ts'
import { RejectTally } from '../ledger/reject-book.ts'
import type { SpoolGap } from '../ledger/store.ts'

/** Whether what a group waits for has come, so that its readings are worth reading again; of the store only the store can tell. */
export function mayRelease(group: AsideGroup, view: AdmissionView): boolean {
  const entry = view.entry(group.terminal)
  switch (group.reason) {
    case 'unknown terminal':
      return entry?.terminal.gateway === group.gateway
    case 'unknown point':
      return entry?.terminal.gateway === group.gateway && entry.points.has(group.point)
    case 'unsynced clock':
      return group.boot !== null && view.clockFix(group.gateway, group.boot) !== undefined
    case 'unknown configuration':
      return unitsFor(group, group.terminal, view) !== 'unknown'
    case 'unit mismatch':
      return hasConvertibleUnit(group, view)
    case 'refused by store':
      return true
  }
}

const unitsFor = (
  { gateway, config }: { gateway: string; config: string | null | undefined },
  terminal: string,
  view: AdmissionView,
) => (config ? view.unitsOf(gateway, config, terminal) : undefined)

function hasConvertibleUnit(group: AsideGroup, view: AdmissionView): boolean {
  const units = unitsFor(group, group.terminal, view)
  const given = units === 'unknown' ? undefined : units?.get(group.point)
  const registered = view.entry(group.terminal)?.points.get(group.point)?.point.unit
  return given !== undefined && registered !== undefined && isConvertible(given, registered)
}

/** What becomes of a page of readings set aside. */
export interface Release {
  readonly batch: SettlementBatch
  /** The same readings under the names of the envelopes they came in. */
  readonly origins: readonly SettledEnvelope[]
  /** Numbers of readings that wait no longer. */
  readonly done: readonly number[]
  /** Readings that now wait for something else. */
  readonly changed: readonly AsideChange[]
  readonly rejects: RejectTally
  /** What is given up instead. */
  readonly gaps: readonly SpoolGap[]
}

/**
 * Judges readings set aside once more and moves them in the draft of the accounts. Each admitted one is an envelope of its own
 * under a spool name no gateway can have, since the series store replaces an envelope it has seen before; it takes the place of a reading that was
 * written by a settlement that never held, or came again meanwhile.
 */
export function release(
  stored: readonly StoredAside[],
  view: AdmissionView,
  accounts: AccountDraft,
  now: EpochMs,
): Release {
  const envelopes: SettledEnvelope[] = []
  const origins: SettledEnvelope[] = []
  const done: number[] = []
  const changed: AsideChange[] = []
  const rejects = new RejectTally()
  for (const one of stored) {
    const { raw, gateway } = one
    const units = unitsFor({ gateway, config: raw.config }, raw.terminal, view)
    const verdict = judge(raw, units, gateway, one.receivedAt, view)
    if (isExclusion(verdict) && verdict.kind === 'set aside') {
      const { reason, detail } = verdict
      if (reason !== one.reason) changed.push({ n: one.n, reason, detail })
      continue
    }
    done.push(one.n)
    if (isExclusion(verdict)) rejects.add(refusalOf(one, verdict, now))
    else {
      envelopes.push(envelopeOf(one, verdict))
      origins.push({ gateway: one.gateway, spool: one.spool, seq: one.seq, readings: [verdict] })
    }
    const column = isExclusion(verdict) ? { rejected: 1 } : { stored: 1 }
    accounts.add(one.gateway, one.spool, { setAside: -1, ...column })
  }
  return { batch: { envelopes, receivedAt: now }, origins, done, changed, rejects, gaps: [] }
}

/**
 * The same without what the series store will never accept: that waits on, with its reason, and its accounts stay as they were; of a time that is not kept
 * any more it is given up.
 */
export function keepRefused(
  released: Release,
  refused: readonly RefusedReading[],
  page: readonly StoredAside[],
  accounts: AccountDraft,
): Release {
  if (refused.length === 0) return released
  const byNumber = new Map(refused.map((one) => [one.seq, one]))
  const given: GivenUp[] = []
  for (const { n, gateway, spool, seq } of page) {
    const one = byNumber.get(n)
    if (!one) continue
    if (one.tooOld) given.push({ gateway, spool, seq, at: one.reading.at, n })
    accounts.add(gateway, spool, { stored: -1, ...(one.tooOld ? { givenUp: 1 } : { setAside: 1 }) })
  }
  const taken = released.batch.envelopes.map(({ seq }) => !byNumber.has(seq))
  return {
    ...released,
    batch: { ...released.batch, envelopes: released.batch.envelopes.filter((_, place) => taken[place]) },
    origins: released.origins.filter((_, place) => taken[place]),
    done: released.done.filter((n) => byNumber.get(n)?.tooOld ?? !byNumber.has(n)),
    changed: [
      ...released.changed,
      ...refused
        .filter(({ tooOld }) => !tooOld)
        .map(({ seq, reason }) => ({ n: seq, reason: 'refused by store' as const, detail: reason })),
    ],
    gaps: gapsOf(given, tooOldToKeep),
  }
}

const envelopeOf = (one: StoredAside, reading: Reading): SettledEnvelope => ({
  gateway: one.gateway,
  spool: spoolOfAside(one.spool),
  seq: one.n,
  readings: [reading],
  replaces: true,
})

const refusalOf = (one: StoredAside, { reason, detail }: Extract<Exclusion, { kind: 'rejected' }>, at: EpochMs) => ({
  at,
  scope: 'reading' as const,
  reason,
  gateway: one.gateway,
  spool: one.spool,
  seq: one.seq,
  terminal: one.raw.terminal,
  point: one.raw.point,
  detail,
})
