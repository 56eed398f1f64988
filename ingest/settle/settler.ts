import type { Clock } from '@civitals/contracts/clock'
import type { Reading } from '@civitals/contracts/reading'
import type { SettlementBatch, SettlementStep } from '@civitals/contracts/settlement'
import type { SeriesStore } from '@civitals/storage/series'
import type { StateStore, StateTx } from '@civitals/storage/state'
import type { IntakeQueue } from '../intake/queue.ts'
import type { LatestReadings } from '../latest/latest.ts'
import { writeAside } from '../ledger/aside.ts'
import type { RejectEntries } from '../ledger/reject-book.ts'
import { writeAccounts, writeClockFixes, writeGaps } from '../ledger/store.ts'
import { AsideKeeper } from './aside-keeper.ts'
import type { Books } from './books.ts'
import { gather, type Settlement } from './gather.ts'
import { Persistence, type StoreDown } from './persist.ts'
import { setRefusedAside } from './refused.ts'
import { effectsOf, type OnStepFailure } from './steps.ts'

export interface SettlerOptions {
  readonly queue: IntakeQueue
  readonly books: Books
  readonly series: SeriesStore
  readonly state: StateStore
  readonly steps: readonly SettlementStep<StateTx>[]
  readonly latest: LatestReadings
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly acknowledge: (gateways: Iterable<string>) => void
  readonly onStepFailure: OnStepFailure
  readonly onStoreDown: (down: StoreDown) => void
  readonly onRefused: (reason: string, readings: number) => void
}

/**
 * The one settler: takes what waits, makes it durable in two steps, then acknowledges. (a) readings into the series store;
 * (b) ledger, rejects, set-aside readings and every step's effect in one state transaction. Memory follows (b). A crash between
 * the two means that the gateway sends again: rewritten without effect, evaluated for the first time.
 */
export class Settler {
  readonly #options: SettlerOptions
  readonly #persistence: Persistence
  readonly #aside: AsideKeeper
  settlements = 0

  constructor(options: SettlerOptions) {
    this.#options = options
    this.#persistence = new Persistence(options.clock, options.signal, options.onStoreDown)
    this.#aside = new AsideKeeper({ ...options, persistence: this.#persistence })
  }

  get storeDown(): StoreDown | undefined {
    return this.#persistence.down
  }

  /** Something readings were set aside for has come, or it is time to look: they are judged again before the next settlement. */
  reviewAside(): void {
    this.#aside.request()
    this.#options.queue.wake()
  }

  /** Settles until the signal aborts. Rejects only for faults of our own. */
  async run(): Promise<void> {
    const { queue, books, clock, signal } = this.#options
    queue.wake()
    while (!signal.aborted) {
      await queue.waiting(signal)
      if (signal.aborted) break
      try {
        await this.#aside.reviewIfRequested()
        const settlement = gather(() => queue.take(), books.accounts, books.view, clock.now())
        queue.admitHeld()
        await this.#settle(settlement)
      } catch (error) {
        if (!signal.aborted) throw error
      }
    }
  }

  async #settle(settlement: Settlement): Promise<void> {
    const { books, steps, series, onStepFailure, onRefused } = this.#options
    const { accounts, clockFixes, gateways } = settlement
    const writing = this.#store(series, settlement.batch)
    const effects = effectsOf(steps, settlement.batch, onStepFailure)
    const refused = await writing
    for (const { reason } of refused.slice(0, 1)) onRefused(reason, refused.length)
    const { batch, aside } = setRefusedAside(refused, settlement.batch, accounts)
    const allAside = [...settlement.aside, ...aside]
    const rejects = mergeInto(settlement.rejects, books)
    await this.#persistence.until('state', () =>
      this.#options.state.transaction(async (tx) => {
        await writeAccounts(tx, accounts.changed())
        await writeGaps(tx, settlement.gaps)
        await writeClockFixes(tx, clockFixes)
        await books.rejects.write(tx, rejects)
        await writeAside(tx, allAside, books.nextAside)
        for (const effect of effects) await effect.write(tx)
      }),
    )
    books.committed(accounts, rejects, allAside.length, clockFixes)
    for (const effect of effects) effect.committed()
    this.#options.latest.settled(readingsOf(batch))
    this.settlements++
    this.#options.acknowledge(gateways)
    if (clockFixes.length > 0) this.reviewAside()
  }

  async #store(series: SeriesStore, batch: SettlementBatch) {
    if (batch.envelopes.length === 0) return []
    const outcome = await this.#persistence.until('series', () => series.write(batch))
    return outcome.refused
  }
}

/** Refused connections noted meanwhile go along with this settlement's own rejects. */
function mergeInto(rejects: Settlement['rejects'], books: Books): RejectEntries {
  if (!books.rejects.hasPending) return rejects
  const pending = books.rejects.takePending()
  pending.absorb(rejects)
  return pending
}

function* readingsOf(batch: SettlementBatch): Iterable<Reading> {
  for (const { readings } of batch.envelopes) yield* readings
}
