import { acknowledge } from '@civitals/contracts/acknowledgement'
import type { EpochMs } from '@civitals/contracts/clock'
import { sizeOfIntervals } from '@civitals/contracts/intervals'
import type { LedgerRow } from '@civitals/contracts/ledger'
import type { GatewayStatus } from '@civitals/contracts/status'
import { type Accounts, acknowledged, type SpoolAccount } from './accounts.ts'

/** A gateway's newest status and what its accounts held when it came. */
export interface HeardStatus extends GatewayStatus {
  readonly receivedAt: EpochMs
}

/** Called with every status as it comes, last wills included. */
export type StatusListener = (gateway: string, status: HeardStatus) => void

interface Heard {
  readonly status: HeardStatus
  readonly balanced: boolean | null
}

const accountedFor = ({ stored, rejected, setAside, declaredLost }: SpoolAccount): number =>
  stored + rejected + setAside + declaredLost

/**
 * Newest status of every gateway, and whether the books agreed with it. The comparison is made the moment a status comes:
 * it travels on the same connection behind the envelopes it counts, so whatever we have settled by then is part of what it says was
 * produced; what it produced and we have not settled must still be waiting with it, or be given up in a gap record that has not come yet.
 */
export class StatusBook {
  readonly #accounts: Accounts
  readonly #heard = new Map<string, Heard>()
  readonly #listeners = new Set<StatusListener>()

  constructor(accounts: Accounts) {
    this.#accounts = accounts
  }

  hear(gateway: string, status: GatewayStatus, receivedAt: EpochMs): void {
    const newest = { ...this.#withoutLoss(gateway, status), receivedAt }
    this.#heard.set(gateway, {
      status: newest,
      balanced: this.#balance(gateway, status) ?? this.#before(gateway, status),
    })
    for (const listener of this.#listeners) listener(gateway, newest)
  }

  /** Calls `listener` with every status from now on, until disposed. Listeners must not throw. */
  subscribe(listener: StatusListener): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  statuses(): Map<string, HeardStatus> {
    return new Map([...this.#heard].map(([gateway, { status }]) => [gateway, status]))
  }

  /** The ledger as contracts have it, one row a spool. */
  rows(): LedgerRow[] {
    return this.#accounts.all().map((account) => this.#row(account))
  }

  /** A last will says only that the gateway is gone: what it said before of its spool still stands. */
  #withoutLoss(gateway: string, status: GatewayStatus): GatewayStatus {
    if (status.online) return status
    return { ...this.#heard.get(gateway)?.status, ...status }
  }

  #before(gateway: string, status: GatewayStatus): boolean | null {
    return status.online ? null : (this.#heard.get(gateway)?.balanced ?? null)
  }

  #balance(gateway: string, { spool }: GatewayStatus): boolean | null {
    if (!spool) return null
    const account = this.#accounts.get(gateway, spool.id)
    const missing = spool.producedReadings - (account ? accountedFor(account) : 0)
    const lossOnItsWay = Math.max(0, spool.declaredLost - (account ? account.declaredLost - account.givenUp : 0))
    return missing >= 0 && missing <= spool.waitingReadings + lossOnItsWay
  }

  #row(account: SpoolAccount): LedgerRow {
    const { produced, waiting, balanced } = this.#reported(account)
    const { upTo, above } = acknowledge(acknowledged(account))
    return {
      gateway: account.gateway,
      spool: account.spool,
      produced,
      stored: account.stored,
      rejected: account.rejected,
      setAside: account.setAside,
      waiting,
      declaredLost: account.declaredLost,
      lossAtLeast: account.lossAtLeast,
      duplicates: account.duplicates,
      reopened: sizeOfIntervals(account.reopened),
      settledUpTo: upTo,
      above,
      balanced,
      ended: account.ended ?? null,
      updatedAt: account.updatedAt,
    }
  }

  /** What was settled since the status was produced since, too; a status the books disagree with is shown as it came. */
  #reported(account: SpoolAccount): Pick<LedgerRow, 'produced' | 'waiting' | 'balanced'> {
    const heard = this.#heard.get(account.gateway)
    const spool = heard?.status.spool
    if (account.ended && spool?.id !== account.spool) return closing(account)
    if (spool?.id !== account.spool) return { produced: null, waiting: null, balanced: null }
    const settled = accountedFor(account)
    const { balanced } = heard ?? { balanced: null }
    const missing = spool.producedReadings - settled
    if (missing >= 0) return { produced: spool.producedReadings, waiting: missing, balanced }
    return balanced
      ? { produced: settled, waiting: 0, balanced }
      : { produced: spool.producedReadings, waiting: null, balanced }
  }
}

/**
 * A spool that ended says nothing more of itself. Up to its last number everything is settled one day: what its successor has taken over comes,
 * and the rest is declared. Then its account is closed; what was declared without a count leaves open how much there was.
 */
function closing(account: SpoolAccount): Pick<LedgerRow, 'produced' | 'waiting' | 'balanced'> {
  const { upTo } = acknowledge(account.settled)
  const lastSeq = account.ended?.lastSeq ?? null
  if (lastSeq === null || upTo < lastSeq) return { produced: null, waiting: null, balanced: null }
  return {
    produced: account.lossAtLeast ? null : accountedFor(account),
    waiting: 0,
    balanced: account.lossAtLeast ? null : true,
  }
}
