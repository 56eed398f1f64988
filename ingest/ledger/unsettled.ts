import { addInterval, difference, type Intervals, intersection } from '@civitals/contracts/intervals'
import type { SpoolEnvelopes } from '@civitals/contracts/settlement'
import type { StateStore } from '@civitals/storage/state'
import { asideNumbers, spoolAside } from './aside.ts'
import { readAccounts } from './store.ts'

/**
 * Those of the envelopes a series store holds that no settlement held for: a crash fell between its two steps, and they will come
 * again. Call it at start, before anything is settled.
 */
export async function unsettledOf(
  state: StateStore,
  held: readonly SpoolEnvelopes[],
): Promise<readonly SpoolEnvelopes[]> {
  const accounts = await readAccounts(state)
  const unsettled: SpoolEnvelopes[] = []
  for (const { gateway, spool, seqs } of held) {
    const origin = spoolAside(spool)
    const left =
      origin === undefined
        ? difference(seqs, accounts.get(gateway, spool)?.settled ?? [])
        : await stillAside(state, gateway, origin, seqs)
    if (left.length > 0) unsettled.push({ gateway, spool, seqs: left })
  }
  return unsettled
}

/** A reading that was set aside is settled when it waits no longer. */
async function stillAside(state: StateStore, gateway: string, spool: string, seqs: Intervals): Promise<Intervals> {
  const waiting = await asideNumbers(state, gateway, spool, seqs.at(-1)?.[1] ?? 0)
  return intersection(
    seqs,
    waiting.reduce<Intervals>((set, n) => addInterval(set, n, n), []),
  )
}
