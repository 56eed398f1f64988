import type { Clock } from '@civitals/contracts/clock'
import type { SettlementBatch, SettlementStep } from '@civitals/contracts/settlement'
import type { SeriesStore } from '@civitals/storage/series'
import type { StateStore, StateTx } from '@civitals/storage/state'
import type { StageHealth } from '../health.ts'
import type { LatestReadings } from '../latest/latest.ts'
import {
  type AsideGroup,
  asideGroups,
  changeAside,
  readAside,
  readOldestAside,
  removeAside,
  type StoredAside,
} from '../ledger/aside.ts'
import { digestsOf } from '../ledger/digest.ts'
import { asideTooLong, gapsOf } from '../ledger/given-up.ts'
import { RejectTally } from '../ledger/reject-book.ts'
import type { SameTime } from '../ledger/same-time.ts'
import { writeAccounts, writeGaps } from '../ledger/store.ts'
import type { Books } from './books.ts'
import type { Persistence } from './persist.ts'
import { keepRefused, mayRelease, release } from './release.ts'
import { effectsOf } from './steps.ts'

/** Readings set aside are kept so long, and so many of them. */
export const keepAsideMs: number = 30 * 86_400_000
export const keepAsideReadings = 1_000_000
/** Readings handled in one go. */
const pageSize = 2_000

interface KeeperOptions {
  readonly books: Books
  readonly series: SeriesStore
  readonly state: StateStore
  readonly latest: LatestReadings
  readonly clock: Clock
  readonly persistence: Persistence
  readonly sameTime: SameTime
  readonly steps: readonly SettlementStep<StateTx>[]
  readonly health: Pick<StageHealth, 'stepFailed'>
}

/**
 * Looks after readings set aside: admits those whose registration, clock fix or configuration has come, or which the store takes now, and gives up those
 * that are too old or too many, declared as gaps. What is admitted is evaluated like any reading that comes now: by its event time, so that what waited
 * long is late, amends windows and is judged by what its rule says of late readings.
 */
export class AsideKeeper {
  readonly #options: KeeperOptions
  requested = true
  /** Whoever started the centre may have put right what the store refused. */
  #refusedToo = true

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  /** `refusedToo`: what the store refused is offered to it again. */
  request(refusedToo = false): void {
    this.requested = true
    this.#refusedToo ||= refusedToo
  }

  /** Must not run while a settlement is in hand or being gathered. */
  async review(): Promise<void> {
    this.requested = false
    const refusedToo = this.#refusedToo
    this.#refusedToo = false
    const { books, persistence, state } = this.#options
    if (this.#kept() === 0) return
    const groups = await persistence.until('state', () => asideGroups(state))
    for (const group of groups) {
      if (!mayRelease(group, books.view)) continue
      if (group.reason !== 'refused by store' || (refusedToo && (await this.#isTakenNow(group))))
        await this.#release(group)
    }
    await this.#giveUp()
  }

  /** Two readings tell whether the store has changed its mind: to find out of each one costs a write. */
  async #isTakenNow(group: AsideGroup): Promise<boolean> {
    const { persistence, state } = this.#options
    for (const n of [group.first, group.last]) {
      const page = await persistence.until('state', () => readAside(state, group, n - 1, 1))
      if (page.length > 0 && (await this.#admit(page)) === 0) return true
    }
    return false
  }

  async #release(group: AsideGroup): Promise<void> {
    const { persistence, state } = this.#options
    for (let after = 0; ; ) {
      const from = after
      const page = await persistence.until('state', () => readAside(state, group, from, pageSize))
      const last = page.at(-1)
      if (!last) return
      after = last.n
      await this.#admit(page)
    }
  }

  /** Returns how many the store refused and may take another time. */
  async #admit(page: readonly StoredAside[]): Promise<number> {
    const { books, clock, health, latest, persistence, series, state, steps } = this.#options
    const draft = books.accounts.draft(clock.now())
    const released = release(page, books.view, draft, clock.now())
    const written = released.batch.envelopes.length > 0
    const { refused } = written
      ? await persistence.until('series', (signal) => series.write(released.batch, signal))
      : { refused: [] }
    const { batch, origins, done, changed, rejects, gaps } = keepRefused(released, refused, page, draft)
    const digests = digestsOf(origins, this.#options.sameTime)
    const effects = effectsOf(steps, byEventTime(batch), (step, error) => health.stepFailed(step, error))
    await persistence.until('state', () =>
      state.transaction(async (tx) => {
        await removeAside(tx, done)
        await changeAside(tx, changed)
        await books.rejects.write(tx, rejects)
        await writeGaps(tx, gaps)
        await writeAccounts(tx, draft.changed())
        await books.digests.add(tx, digests, clock.now())
        for (const effect of effects) await effect.write(tx)
      }),
    )
    books.committed(draft, rejects)
    books.digests.committed(digests)
    for (const effect of effects) effect.committed()
    latest.settled(batch.envelopes)
    return refused.filter(({ tooOld }) => !tooOld).length
  }

  /** Drops what is over age or over the budget, oldest first. */
  async #giveUp(): Promise<void> {
    const { clock, persistence, state } = this.#options
    const overAge = clock.now() - keepAsideMs
    for (;;) {
      const over = this.#kept() - keepAsideReadings
      const before = over > 0 ? Number.MAX_SAFE_INTEGER : overAge
      const limit = over > 0 ? Math.min(over, pageSize) : pageSize
      const page = await persistence.until('state', () => readOldestAside(state, before, limit))
      if (page.length === 0) return
      await this.#declareLost(page)
    }
  }

  async #declareLost(page: readonly StoredAside[]): Promise<void> {
    const { books, clock, persistence, state } = this.#options
    const draft = books.accounts.draft(clock.now())
    for (const { gateway, spool } of page) draft.add(gateway, spool, { setAside: -1, givenUp: 1 })
    const given = page.map(({ gateway, spool, seq, raw, n }) => ({ gateway, spool, seq, at: raw.at, n }))
    const gaps = gapsOf(given, asideTooLong)
    await persistence.until('state', () =>
      state.transaction(async (tx) => {
        await removeAside(
          tx,
          page.map(({ n }) => n),
        )
        await writeGaps(tx, gaps)
        await writeAccounts(tx, draft.changed())
      }),
    )
    books.committed(draft, new RejectTally())
  }

  #kept(): number {
    return this.#options.books.accounts.all().reduce((sum, { setAside }) => sum + setAside, 0)
  }
}

/** Each envelope of a release holds one reading; both lanes may have brought them, in any order. */
const byEventTime = (batch: SettlementBatch): SettlementBatch => ({
  ...batch,
  envelopes: batch.envelopes.toSorted((a, b) => (a.readings[0]?.at ?? 0) - (b.readings[0]?.at ?? 0)),
})
