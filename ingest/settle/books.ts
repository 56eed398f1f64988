import type { StateStore } from '@civitals/storage/state'
import type { AdmissionView } from '../admission/judge.ts'
import { ConfigurationBook } from '../configurations/configuration-book.ts'
import type { AccountDraft, Accounts } from '../ledger/accounts.ts'
import { readNextAside } from '../ledger/aside.ts'
import { DigestBook } from '../ledger/digest.ts'
import { RejectBook, type RejectEntries } from '../ledger/reject-book.ts'
import { type GatewayClockFix, readAccounts, readClockFixes } from '../ledger/store.ts'
import type { Registry } from '../registry/registry.ts'

/** What settling keeps in memory beside the stores; it changes only after a state transaction has held. */
export class Books {
  readonly accounts: Accounts
  readonly rejects: RejectBook
  readonly digests: DigestBook
  readonly configurations: ConfigurationBook
  readonly view: AdmissionView
  readonly #fixes: Map<string, Map<string, GatewayClockFix>>
  #nextAside: number

  private constructor(
    accounts: Accounts,
    rejects: RejectBook,
    digests: DigestBook,
    configurations: ConfigurationBook,
    fixes: readonly GatewayClockFix[],
    nextAside: number,
    registry: Registry,
  ) {
    this.accounts = accounts
    this.rejects = rejects
    this.digests = digests
    this.configurations = configurations
    this.#nextAside = nextAside
    this.#fixes = new Map()
    this.#learn(fixes)
    this.view = {
      entry: registry.entry,
      clockFix: (gateway, boot) => this.#fixes.get(gateway)?.get(boot)?.offsetMs,
      unitsOf: configurations.unitsOf,
    }
  }

  /** Reads everything back from the state store. */
  static async open(state: StateStore, registry: Registry): Promise<Books> {
    const [accounts, rejects, digests, configurations, fixes, nextAside] = [
      await readAccounts(state),
      await RejectBook.open(state),
      await DigestBook.open(state),
      await ConfigurationBook.open(state),
      await readClockFixes(state),
      await readNextAside(state),
    ]
    return new Books(accounts, rejects, digests, configurations, fixes, nextAside, registry)
  }

  /** Number the next reading set aside gets. */
  get nextAside(): number {
    return this.#nextAside
  }

  /** Of fixes that came, the newest of each boot, unless a newer one is known: lanes may deliver them out of order. */
  newest(fixes: readonly GatewayClockFix[]): readonly GatewayClockFix[] {
    const byBoot = new Map<string, GatewayClockFix>()
    for (const fix of fixes) {
      const known = byBoot.get(`${fix.gateway}/${fix.boot}`) ?? this.#fixes.get(fix.gateway)?.get(fix.boot)
      if (!known || fix.fix >= known.fix) byBoot.set(`${fix.gateway}/${fix.boot}`, fix)
    }
    return [...byBoot.values()]
  }

  committed(draft: AccountDraft, rejects: RejectEntries, aside = 0, fixes: readonly GatewayClockFix[] = []): void {
    this.accounts.commit(draft)
    this.rejects.committed(rejects)
    this.#nextAside += aside
    this.#learn(fixes)
  }

  #learn(fixes: readonly GatewayClockFix[]): void {
    for (const fix of fixes) {
      const boots = this.#fixes.get(fix.gateway) ?? new Map<string, GatewayClockFix>()
      this.#fixes.set(fix.gateway, boots.set(fix.boot, fix))
    }
  }
}
