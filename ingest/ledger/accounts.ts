import type { EpochMs } from '@civitals/contracts/clock'
import { addInterval, type Intervals } from '@civitals/contracts/intervals'

/** Accounts of one spool, in readings; `duplicates` in envelopes. Replaced as a whole, never changed in place. */
export interface SpoolAccount {
  readonly gateway: string
  readonly spool: string
  readonly settled: Intervals
  readonly stored: number
  readonly rejected: number
  readonly setAside: number
  readonly declaredLost: number
  readonly duplicates: number
  readonly updatedAt: EpochMs
}

/** What one settlement adds to a spool's accounts; negative where readings move from one column to another. */
export interface AccountChange {
  readonly stored?: number
  readonly rejected?: number
  readonly setAside?: number
  readonly declaredLost?: number
  readonly duplicates?: number
}

const opened = (gateway: string, spool: string): SpoolAccount => ({
  gateway,
  spool,
  settled: [],
  stored: 0,
  rejected: 0,
  setAside: 0,
  declaredLost: 0,
  duplicates: 0,
  updatedAt: 0,
})

const keyOf = (gateway: string, spool: string): string => `${gateway}/${spool}`

/** Every spool's accounts in memory: the copy duplicates are judged by, always equal to what last committed. */
export class Accounts {
  readonly #accounts = new Map<string, SpoolAccount>()
  readonly #byGateway = new Map<string, Map<string, SpoolAccount>>()

  constructor(accounts: readonly SpoolAccount[] = []) {
    this.#put(accounts)
  }

  all(): readonly SpoolAccount[] {
    return [...this.#accounts.values()]
  }

  get(gateway: string, spool: string): SpoolAccount | undefined {
    return this.#accounts.get(keyOf(gateway, spool))
  }

  /** Spools of one gateway, the one that changed last first. */
  of(gateway: string): readonly SpoolAccount[] {
    return [...(this.#byGateway.get(gateway)?.values() ?? [])].sort((a, b) => b.updatedAt - a.updatedAt)
  }

  /** A draft of changes on top of these accounts; they hold once it is passed to `commit`. */
  draft(now: EpochMs): AccountDraft {
    return new AccountDraft(this, now)
  }

  commit(draft: AccountDraft): void {
    this.#put(draft.changed())
  }

  #put(accounts: readonly SpoolAccount[]): void {
    for (const account of accounts) {
      this.#accounts.set(keyOf(account.gateway, account.spool), account)
      const spools = this.#byGateway.get(account.gateway) ?? new Map<string, SpoolAccount>()
      this.#byGateway.set(account.gateway, spools.set(account.spool, account))
    }
  }
}

/** Accounts as they will be when the settlement in hand has committed. */
export class AccountDraft {
  readonly #base: Accounts
  readonly #now: EpochMs
  readonly #changed = new Map<string, SpoolAccount>()

  constructor(base: Accounts, now: EpochMs) {
    this.#base = base
    this.#now = now
  }

  get(gateway: string, spool: string): SpoolAccount {
    return this.#changed.get(keyOf(gateway, spool)) ?? this.#base.get(gateway, spool) ?? opened(gateway, spool)
  }

  changed(): readonly SpoolAccount[] {
    return [...this.#changed.values()]
  }

  /** Marks seqs as settled. */
  settle(gateway: string, spool: string, from: number, to: number = from): void {
    const account = this.get(gateway, spool)
    this.#set({ ...account, settled: addInterval(account.settled, from, to) })
  }

  add(gateway: string, spool: string, change: AccountChange): void {
    const account = this.get(gateway, spool)
    this.#set({
      ...account,
      stored: account.stored + (change.stored ?? 0),
      rejected: account.rejected + (change.rejected ?? 0),
      setAside: account.setAside + (change.setAside ?? 0),
      declaredLost: account.declaredLost + (change.declaredLost ?? 0),
      duplicates: account.duplicates + (change.duplicates ?? 0),
    })
  }

  #set(account: SpoolAccount): void {
    this.#changed.set(keyOf(account.gateway, account.spool), { ...account, updatedAt: this.#now })
  }
}
