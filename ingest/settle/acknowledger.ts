import {
  type Acknowledgement,
  acknowledge,
  encodeAcknowledgement,
  maxAckRanges,
} from '@civitals/contracts/acknowledgement'
import type { Clock, Timer } from '@civitals/contracts/clock'
import { inIntervals } from '@civitals/contracts/intervals'
import { type Accounts, acknowledged } from '../ledger/accounts.ts'

/** At most one acknowledgement per gateway in this time. */
export const ackEveryMs = 50
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
      }
    }
    if (!this.#timer) this.#flush()
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
