import type { EpochMs } from '@civitals/contracts/clock'
import type { PendingEffect } from '@civitals/contracts/settlement'
import type { StateTx } from '@civitals/storage/state'
import type { ConfigurationChange } from '../configurations/store.ts'
import { writeAside } from '../ledger/aside.ts'
import type { SettledDigest } from '../ledger/digest.ts'
import type { RejectEntries } from '../ledger/reject-book.ts'
import { writeAccounts, writeClockFixes, writeGaps } from '../ledger/store.ts'
import type { Books } from './books.ts'
import type { Settlement } from './gather.ts'

/** What a settlement leaves in the state store. */
export type StateChange = Pick<Settlement, 'accounts' | 'aside' | 'clockFixes' | 'gaps'> & {
  readonly rejects: RejectEntries
  readonly configurations: ConfigurationChange
  readonly digests: readonly SettledDigest[]
  readonly effects: readonly PendingEffect<StateTx>[]
}

/** Step (b): all of it, in the one transaction given. May be tried again. */
export async function writeStateChange(tx: StateTx, books: Books, change: StateChange, now: EpochMs): Promise<void> {
  const { accounts, aside, clockFixes, configurations, digests, effects, gaps, rejects } = change
  await books.configurations.write(tx, configurations)
  await writeAccounts(tx, accounts.changed())
  await writeGaps(tx, gaps)
  await writeClockFixes(tx, clockFixes)
  await books.rejects.write(tx, rejects)
  await writeAside(tx, aside, books.nextAside)
  await books.digests.add(tx, digests, now)
  for (const effect of effects) await effect.write(tx)
}
