import { type Acknowledgement, acknowledge, encodeAcknowledgement } from '@civitals/contracts/acknowledgement'
import type { Clock, Timer } from '@civitals/contracts/clock'
import { type Accounts, acknowledged } from '../ledger/accounts.ts'

/** At most one acknowledgement per gateway in this time. */
export const ackEveryMs = 50
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
  #due = new Set<string>()
  #timer: Timer | undefined

  constructor(accounts: Accounts, clock: Clock, send: (gateway: string, payload: Uint8Array) => void) {
    this.#accounts = accounts
    this.#clock = clock
    this.#send = send
  }

  /** These gateways had something settled, or sent again what was. */
  settled(gateways: Iterable<string>): void {
    for (const gateway of gateways) this.#due.add(gateway)
    if (!this.#timer) this.#flush()
  }

  tellNow(gateway: string): void {
    this.#send(gateway, encodeAcknowledgement(this.#acknowledgement(gateway)))
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
    this.#due = new Set()
    this.#timer = this.#clock.after(ackEveryMs, () => this.#flush())
    for (const gateway of due) this.tellNow(gateway)
  }

  #acknowledgement(gateway: string): Acknowledgement {
    const spools = this.#accounts.of(gateway).slice(0, spoolsPerAck)
    return { spools: Object.fromEntries(spools.map((account) => [account.spool, acknowledge(acknowledged(account))])) }
  }
}
