import type { EpochMs } from '@civitals/contracts/clock'
import {
  addInterval,
  type Intervals,
  inIntervals,
  removeInterval,
  sizeOfIntervals,
} from '@civitals/contracts/intervals'
import type { EndedSpool } from '@civitals/contracts/ledger'
import { BySpool } from './by-spool.ts'

/** Accounts of one spool, in readings; `duplicates` in envelopes. Replaced as a whole, never changed in place. */
export interface SpoolAccount {
  readonly gateway: string
  readonly spool: string
  readonly settled: Intervals
  /** Settled once and asked for again; not acknowledged until they have come again. */
  readonly reopened: Intervals
  readonly stored: number
  readonly rejected: number
  readonly setAside: number
  readonly declaredLost: number
  /** Of `declaredLost` what the centre itself gave up: too old to be kept, set aside for too long. */
  readonly givenUp: number
  /** Some of the loss is of unknown size: `declaredLost` is the least it can be. */
  readonly lossAtLeast: boolean
  readonly duplicates: number
  /** Its successor has named it; absent: it goes on. */
  readonly ended?: EndedSpool
  readonly updatedAt: EpochMs
}

/** What a settlement adds to a spool's columns; negative where readings move from one column to another. */
export interface AccountChange {
  readonly stored?: number
  readonly rejected?: number
  readonly setAside?: number
  readonly declaredLost?: number
  /** What the centre gives up: declared lost as well. */
  readonly givenUp?: number
  /** The loss is of unknown size. */
  readonly atLeast?: boolean
  readonly duplicates?: number
}

const newAccount = (gateway: string, spool: string): SpoolAccount => ({
  gateway,
  spool,
  settled: [],
  reopened: [],
  stored: 0,
  rejected: 0,
  setAside: 0,
  declaredLost: 0,
  givenUp: 0,
  lossAtLeast: false,
  duplicates: 0,
  updatedAt: 0,
})

/** What the gateway is told is settled. */
export const acknowledged = ({ settled, reopened }: SpoolAccount): Intervals =>
  reopened.reduce((left, [from, to]) => removeInterval(left, from, to), settled)

/** Every spool's accounts in memory: the copy duplicates are judged by, always equal to what last committed. */
export class Accounts {
  readonly #accounts = new BySpool<SpoolAccount>()

  constructor(accounts: readonly SpoolAccount[] = []) {
    this.#put(accounts)
  }

  all(): readonly SpoolAccount[] {
    return this.#accounts.all()
  }

  get(gateway: string, spool: string): SpoolAccount | undefined {
    return this.#accounts.get(gateway, spool)
  }

  /** Spools of one gateway, the one that changed last first. */
  of(gateway: string): readonly SpoolAccount[] {
    return this.#accounts.of(gateway).toSorted((a, b) => b.updatedAt - a.updatedAt)
  }

  /** A draft of changes; they hold once it is passed to `commit`. `before`: the draft that will be committed first. */
  draft(now: EpochMs, before?: AccountDraft): AccountDraft {
    return new AccountDraft(this, now, before)
  }

  commit(draft: AccountDraft): void {
    this.#put(draft.changed())
    draft.committed()
  }

  #put(accounts: readonly SpoolAccount[]): void {
    for (const account of accounts) this.#accounts.set(account.gateway, account.spool, account)
  }
}

type Column = 'stored' | 'rejected' | 'setAside' | 'declaredLost' | 'givenUp' | 'duplicates'

interface Entry {
  readonly gateway: string
  readonly spool: string
  added: Intervals
  opened: Intervals
  closed: Intervals
  atLeast: boolean
  ended: EndedSpool | undefined
  readonly change: Record<Column, number>
}

/**
 * What one settlement changes, kept as differences: those before it may still be on their way into the stores, and
 * their corrections must not be lost.
 */
export class AccountDraft {
  readonly #base: Accounts
  #before: AccountDraft | undefined
  readonly #now: EpochMs
  readonly #entries = new BySpool<Entry>()

  constructor(base: Accounts, now: EpochMs, before?: AccountDraft) {
    this.#base = base
    this.#before = before
    this.#now = now
  }

  /** Whether a seq is settled, here or before. */
  isSettled(gateway: string, spool: string, seq: number): boolean {
    for (let draft: AccountDraft | undefined = this; draft; draft = draft.#before)
      if (inIntervals(draft.#added(gateway, spool), seq)) return true
    return inIntervals(this.#base.get(gateway, spool)?.settled ?? none, seq)
  }

  /** How many seqs of the range are not settled, here or before. */
  unsettledIn(gateway: string, spool: string, from: number, to: number): number {
    let left: Intervals = [[from, to]]
    const remove = (settled: Intervals): void => {
      for (const [low, high] of settled) left = removeInterval(left, low, high)
    }
    remove(this.#base.get(gateway, spool)?.settled ?? none)
    for (let draft: AccountDraft | undefined = this; draft; draft = draft.#before) remove(draft.#added(gateway, spool))
    return sizeOfIntervals(left)
  }

  /** Marks seqs as settled. */
  settle(gateway: string, spool: string, from: number, to: number = from): void {
    const entry = this.#entry(gateway, spool)
    entry.added = addInterval(entry.added, from, to)
  }

  /** Whether the centre wants this envelope once more. */
  isReopened(gateway: string, spool: string, seq: number): boolean {
    const reopened = this.#base.get(gateway, spool)?.reopened ?? none
    if (!inIntervals(reopened, seq)) return false
    for (let draft: AccountDraft | undefined = this; draft; draft = draft.#before)
      if (inIntervals(draft.#closed(gateway, spool), seq)) return false
    return true
  }

  /** Wants settled seqs once more. Only while no other draft is on its way. */
  reopen(gateway: string, spool: string, from: number, to: number): void {
    const entry = this.#entry(gateway, spool)
    entry.opened = addInterval(entry.opened, from, to)
  }

  /** What was reopened has come again, or never will. */
  close(gateway: string, spool: string, from: number, to: number = from): void {
    const entry = this.#entry(gateway, spool)
    entry.closed = addInterval(entry.closed, from, to)
  }

  add(gateway: string, spool: string, added: AccountChange): void {
    const entry = this.#entry(gateway, spool)
    entry.atLeast ||= added.atLeast ?? false
    const { change } = entry
    change.stored += added.stored ?? 0
    change.rejected += added.rejected ?? 0
    change.setAside += added.setAside ?? 0
    change.declaredLost += (added.declaredLost ?? 0) + (added.givenUp ?? 0)
    change.givenUp += added.givenUp ?? 0
    change.duplicates += added.duplicates ?? 0
  }

  /** Another spool of the gateway continues this one. When nobody knows how far it came, nobody knows what was lost. */
  end(gateway: string, spool: string, ended: EndedSpool): void {
    const entry = this.#entry(gateway, spool)
    entry.ended = ended
    entry.atLeast ||= ended.lastSeq === null
  }

  /** The accounts as they will be; to be asked when the draft before this one has been committed. */
  changed(): readonly SpoolAccount[] {
    return this.#entries.all().map(({ gateway, spool, added, opened, closed, atLeast, change, ended: endedNow }) => {
      const account = this.#base.get(gateway, spool) ?? newAccount(gateway, spool)
      let { settled } = account
      for (const [from, to] of added) settled = addInterval(settled, from, to)
      let { reopened } = account
      for (const [from, to] of opened) reopened = addInterval(reopened, from, to)
      for (const [from, to] of closed) reopened = removeInterval(reopened, from, to)
      const ended = endedNow ?? account.ended
      return {
        gateway,
        spool,
        settled,
        reopened,
        stored: account.stored + change.stored,
        rejected: account.rejected + change.rejected,
        setAside: account.setAside + change.setAside,
        declaredLost: account.declaredLost + change.declaredLost,
        givenUp: account.givenUp + change.givenUp,
        lossAtLeast: account.lossAtLeast || atLeast,
        duplicates: account.duplicates + change.duplicates,
        ...(ended && { ended }),
        updatedAt: this.#now,
      }
    })
  }

  /** The draft before it was committed first: without this every draft would keep all before it while there is no pause. */
  committed(): void {
    this.#before = undefined
  }

  #added(gateway: string, spool: string): Intervals {
    return this.#entries.get(gateway, spool)?.added ?? none
  }

  #closed(gateway: string, spool: string): Intervals {
    return this.#entries.get(gateway, spool)?.closed ?? none
  }

  #entry(gateway: string, spool: string): Entry {
    const known = this.#entries.get(gateway, spool)
    if (known) return known
    const change = { stored: 0, rejected: 0, setAside: 0, declaredLost: 0, givenUp: 0, duplicates: 0 }
    const entry = { gateway, spool, added: none, opened: none, closed: none, atLeast: false, ended: undefined, change }
    this.#entries.set(gateway, spool, entry)
    return entry
  }
}

const none: Intervals = []
