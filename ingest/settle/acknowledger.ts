import {
  type Acknowledgement,
  acknowledge,
  encodeAcknowledgement,
  maxAckRanges,
} from '@civitals/contracts/acknowledgement'
import type { Clock, Timer } from '@civitals/contracts/clock'
import { inIntervals } from '@civitals/contracts/intervals'
import { type Accounts, acknowledged } from '../ledger/accounts.ts'

/** At most one acknowledgement per gateway in this time, unless it makes much room. */
export const ackEveryMs = 50
/**
 * So many envelopes are a quarter of a gateway's window (gateway/uplink/window.ts): it is told at once, for it may be waiting for just this, and the
 * message costs little beside what it answers.
 */
export const muchRoom = 16
/** What came in, settled now or before: seqs by gateway and spool. */
export type Heard = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>

/** Spools named in one acknowledgement: those that changed last. A gateway has one, two after a repair. */
const spoolsPerAck = 8

/**
 * Tells gateways what has been settled: the whole state per spool, at once when nothing was sent lately, else when the
 * coalescing time is over. A gateway that listens anew is told at once.
 */
export class Acknowledger {
  readonly #accounts: Accounts
  readonly #clock: Clock
  readonly #send: (gateway: string, payload: Uint8Array) => void
  /** Whom to tell, and the seqs that must be among what is told where not everything fits. */
  #due = new Map<string, Map<string, readonly number[]>>()
  /** Envelopes of each that were heard since it was told. */
  readonly #untold = new Map<string, number>()
  #timer: Timer | undefined

  constructor(accounts: Accounts, clock: Clock, send: (gateway: string, payload: Uint8Array) => void) {
    this.#accounts = accounts
    this.#clock = clock
    this.#send = send
  }

  /** These gateways had something settled, or sent again what was. */
  settled(gateways: Heard): void {
    for (const [gateway, spools] of gateways) {
      const due = this.#due.get(gateway) ?? new Map<string, readonly number[]>()
      this.#due.set(gateway, due)
      for (const [spool, seqs] of spools) {
        if (this.#mustChoose(gateway, spool)) due.set(spool, [...(due.get(spool) ?? []), ...seqs])
        this.#untold.set(gateway, (this.#untold.get(gateway) ?? 0) + seqs.length)
      }
    }
    if (!this.#timer) this.#flush()
    else for (const [gateway, untold] of this.#untold) if (untold >= muchRoom) this.#tellDue(gateway)
  }

  #tellDue(gateway: string): void {
    const heard = this.#due.get(gateway)
    if (!heard) return
    this.#due.delete(gateway)
    this.#tell(gateway, heard)
  }

  #mustChoose(gateway: string, spool: string): boolean {
    const account = this.#accounts.get(gateway, spool)
    return account !== undefined && account.settled.length + account.reopened.length > maxAckRanges
  }

  tellNow(gateway: string): void {
    this.#tell(gateway, new Map())
  }

  /** What did not fit follows with the next. */
  #tell(gateway: string, heard: ReadonlyMap<string, readonly number[]>): void {
    this.#untold.delete(gateway)
    const acknowledgement = this.#acknowledgement(gateway, heard)
    this.#send(gateway, encodeAcknowledgement(acknowledgement))
    const left = new Map<string, readonly number[]>()
    for (const [spool, seqs] of heard) {
      const account = this.#accounts.get(gateway, spool)
      const { upTo = 0, above = [] } = acknowledgement.spools[spool] ?? {}
      const toTell = account && acknowledgement.spools[spool] ? acknowledged(account) : []
      const untold = seqs.filter((seq) => seq > upTo && !inIntervals(above, seq) && inIntervals(toTell, seq))
      if (untold.length > 0) left.set(spool, untold)
    }
    if (left.size > 0) this.#due.set(gateway, left)
  }

  close(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#due.clear()
    this.#untold.clear()
  }

  #flush(): void {
    this.#timer = undefined
    if (this.#due.size === 0) return
    const due = this.#due
    this.#due = new Map()
    this.#timer = this.#clock.after(ackEveryMs, () => this.#flush())
    for (const [gateway, heard] of due) this.#tell(gateway, heard)
  }

  #acknowledgement(gateway: string, heard: ReadonlyMap<string, readonly number[]>): Acknowledgement {
    const spools = this.#accounts.of(gateway).slice(0, spoolsPerAck)
    const parts = spools.map(
      (account) => [account.spool, acknowledge(acknowledged(account), heard.get(account.spool))] as const,
    )
    return { spools: Object.fromEntries(parts) }
  }
}
