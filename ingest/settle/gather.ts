import type { EpochMs } from '@civitals/contracts/clock'
import { decodeEnvelope, type Envelope, type Gap } from '@civitals/contracts/envelope'
import type { SettledEnvelope, SettlementBatch } from '@civitals/contracts/settlement'
import { admit } from '../admission/admit.ts'
import type { AdmissionView } from '../admission/judge.ts'
import { salvage } from '../admission/salvage.ts'
import type { Delivery } from '../intake/port.ts'
import type { AccountDraft } from '../ledger/accounts.ts'
import type { AsideEntry } from '../ledger/aside.ts'
import { RejectTally } from '../ledger/reject-book.ts'
import type { GatewayClockFix, SpoolGap } from '../ledger/store.ts'
import type { Heard } from './acknowledger.ts'

/** Everything one settlement will make true, worked out and not yet written anywhere. */
export interface Settlement {
  readonly batch: SettlementBatch
  /** Envelopes settled before that were asked for again: stored in place of their rows, evaluated by nobody. */
  readonly again: readonly SettledEnvelope[]
  readonly accounts: AccountDraft
  readonly rejects: RejectTally
  readonly aside: readonly AsideEntry[]
  readonly gaps: readonly SpoolGap[]
  readonly clockFixes: readonly GatewayClockFix[]
  /** Gateways that are told where they stand once it holds. */
  readonly gateways: Heard
}

/** A settlement in the making: takes deliveries one by one, in the order they came. Pure. */
export class Gathering implements Settlement {
  readonly accounts: AccountDraft
  readonly rejects = new RejectTally()
  readonly aside: AsideEntry[] = []
  readonly gaps: SpoolGap[] = []
  readonly clockFixes: GatewayClockFix[] = []
  readonly gateways = new Map<string, Map<string, number[]>>()
  readonly again: SettledEnvelope[] = []
  /** What it weighs: every reading, and one for each envelope. */
  readings = 0
  readonly #envelopes: SettledEnvelope[] = []
  readonly #view: AdmissionView
  readonly #now: EpochMs

  constructor(accounts: AccountDraft, view: AdmissionView, now: EpochMs) {
    this.accounts = accounts
    this.#view = view
    this.#now = now
  }

  get batch(): SettlementBatch {
    return { envelopes: this.#envelopes, receivedAt: this.#now }
  }

  take(delivery: Delivery): void {
    const decoded = decodeEnvelope(delivery.payload, delivery.seal)
    if (!decoded.ok) {
      this.#refuse(delivery, decoded.reason)
      return
    }
    const { spool, seq } = decoded.envelope
    if (this.#again(delivery, spool, seq, decoded.envelope)) return
    if (this.#duplicate(delivery.gateway, spool, seq)) return
    this.accounts.settle(delivery.gateway, spool, seq)
    this.#admit(delivery, decoded.envelope)
    this.#notes(delivery.gateway, decoded.envelope)
  }

  /** A reopened envelope changes no account: its readings were counted when it came first. */
  #again({ gateway, receivedAt }: Delivery, spool: string, seq: number, envelope?: Envelope): boolean {
    if (!this.accounts.isReopened(gateway, spool, seq)) return false
    this.#heard(gateway, spool, seq)
    this.accounts.close(gateway, spool, seq)
    this.readings++
    if (!envelope) return true
    const { admitted } = admit(envelope, gateway, receivedAt, this.#view)
    if (admitted.length > 0) this.again.push({ gateway, spool, seq, readings: admitted, replaces: true })
    this.readings += admitted.length
    this.#notes(gateway, envelope)
    return true
  }

  #duplicate(gateway: string, spool: string, seq: number): boolean {
    this.#heard(gateway, spool, seq)
    if (!this.accounts.isSettled(gateway, spool, seq)) return false
    this.accounts.add(gateway, spool, { duplicates: 1 })
    this.readings++
    return true
  }

  #heard(gateway: string, spool: string, seq: number): void {
    const spools = this.gateways.get(gateway) ?? new Map<string, number[]>()
    this.gateways.set(gateway, spools)
    const seqs = spools.get(spool)
    if (seqs) seqs.push(seq)
    else spools.set(spool, [seq])
  }

  #admit({ gateway, receivedAt }: Delivery, envelope: Envelope): void {
    const { spool, seq } = envelope
    const { admitted, rejected, setAside } = admit(envelope, gateway, receivedAt, this.#view)
    for (const { terminal, point, reason, detail } of rejected) {
      this.rejects.add({ at: receivedAt, scope: 'reading', reason, gateway, spool, seq, terminal, point, detail })
    }
    for (const one of setAside) this.aside.push({ gateway, spool, seq, ...one, receivedAt })
    if (admitted.length > 0) this.#envelopes.push({ gateway, spool, seq, readings: admitted })
    this.accounts.add(gateway, spool, {
      stored: admitted.length,
      rejected: rejected.length,
      setAside: setAside.length,
    })
    this.readings += 1 + admitted.length + rejected.length + setAside.length
  }

  /** What an envelope says beside its samples: whom its spool continues, readings given up, and the true time of a boot. */
  #notes(gateway: string, { spool, gaps = [], clockFix, previous }: Envelope): void {
    if (previous) this.#end(gateway, spool, previous)
    for (const { spool: older, ...gap } of gaps) this.#declareLost(gateway, older ?? spool, gap)
    if (clockFix) this.clockFixes.push({ gateway, ...clockFix, fix: clockFix.fix ?? 1 })
  }

  #end(gateway: string, spool: string, { before = [], ...previous }: NonNullable<Envelope['previous']>): void {
    let successor = spool
    for (const { spool: ended, lastSeq, reason } of [previous, ...before]) {
      if (ended === successor) return
      this.accounts.end(gateway, ended, { successor, lastSeq: lastSeq === 'unknown' ? null : lastSeq, reason })
      successor = ended
    }
  }

  /**
   * Seqs that will never come are settled. What we had settled before it was declared costs nothing: given up by its gateway while our
   * acknowledgement was on its way. Envelopes of one gap record hold equally many readings.
   */
  #declareLost(gateway: string, spool: string, gap: Gap): void {
    if (gap.toSeq < gap.fromSeq) return
    const unsettled = this.accounts.unsettledIn(gateway, spool, gap.fromSeq, gap.toSeq)
    if (unsettled === 0) return
    const lost = Math.round((gap.readings * unsettled) / (gap.toSeq - gap.fromSeq + 1))
    this.accounts.settle(gateway, spool, gap.fromSeq, gap.toSeq)
    this.accounts.add(gateway, spool, { declaredLost: lost, ...(gap.atLeast && { atLeast: true }) })
    this.gaps.push({ gateway, spool, gap })
  }

  /** An unusable envelope: settled as rejected when it says which it is, so that it is not sent for ever. */
  #refuse(delivery: Delivery, detail: string): void {
    const { gateway, payload, receivedAt } = delivery
    const name = salvage(payload)
    if (name && this.#again(delivery, name.spool, name.seq)) return
    if (name && this.#duplicate(gateway, name.spool, name.seq)) return
    const reason = /bytes, at most|larger than/.test(detail) ? 'oversized payload' : 'malformed envelope'
    const envelope = name ? { spool: name.spool, seq: name.seq } : {}
    this.rejects.add({ at: receivedAt, scope: 'envelope', reason, gateway, ...envelope, detail: detail.slice(0, 200) })
    this.readings++
    if (!name) return
    this.accounts.settle(gateway, name.spool, name.seq)
    this.accounts.add(gateway, name.spool, { rejected: name.readings })
  }
}
