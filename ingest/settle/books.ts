import type { StateStore } from '@civitals/storage/state'
import type { AdmissionView } from '../admission/judge.ts'
import type { AccountDraft, Accounts } from '../ledger/accounts.ts'
import { readNextAside } from '../ledger/aside.ts'
import { RejectBook, type RejectEntries } from '../ledger/reject-book.ts'
import { type GatewayClockFix, readAccounts, readClockFixes } from '../ledger/store.ts'
import type { Registry } from '../registry/registry.ts'

/** What settling keeps in memory beside the stores; it changes only after a state transaction has held. */
export class Books {
  readonly accounts: Accounts
  readonly rejects: RejectBook
  readonly view: AdmissionView
  readonly #fixes: Map<string, Map<string, number>>
  #nextAside: number

  private constructor(
    accounts: Accounts,
    rejects: RejectBook,
    fixes: readonly GatewayClockFix[],
    nextAside: number,
    registry: Registry,
  ) {
    this.accounts = accounts
    this.rejects = rejects
    this.#nextAside = nextAside
    this.#fixes = new Map()
    this.#learn(fixes)
    this.view = {
      entry: registry.entry,
      clockFix: (gateway, boot) => this.#fixes.get(gateway)?.get(boot),
    }
  }

  /** Reads everything back from the state store. */
  static async open(state: StateStore, registry: Registry): Promise<Books> {
    const [accounts, rejects, fixes, nextAside] = [
      await readAccounts(state),
      await RejectBook.open(state),
      await readClockFixes(state),
      await readNextAside(state),
    ]
    return new Books(accounts, rejects, fixes, nextAside, registry)
  }

  /** Number the next reading set aside gets. */
  get nextAside(): number {
    return this.#nextAside
  }

  committed(draft: AccountDraft, rejects: RejectEntries, aside = 0, fixes: readonly GatewayClockFix[] = []): void {
    this.accounts.commit(draft)
    this.rejects.committed(rejects)
    this.#nextAside += aside
    this.#learn(fixes)
  }

  #learn(fixes: readonly GatewayClockFix[]): void {
    for (const { gateway, boot, offsetMs } of fixes) {
      const boots = this.#fixes.get(gateway) ?? new Map<string, number>()
      this.#fixes.set(gateway, boots.set(boot, offsetMs))
    }
  }
}
