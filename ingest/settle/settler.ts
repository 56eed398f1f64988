import type { Reply } from '@civitals/contracts/command'
import type { Resend } from '@civitals/contracts/ledger'
import type { SettledEnvelope, SettlementBatch, SettlementStep } from '@civitals/contracts/settlement'
import type { RefusedReading, SeriesStore } from '@civitals/storage/series'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { ConfigurationAsker } from '../configurations/asker.ts'
import type { StageHealth } from '../health.ts'
import type { IntakeQueue } from '../intake/queue.ts'
import type { LatestReadings } from '../latest/latest.ts'
import { digestsOf } from '../ledger/digest.ts'
import type { RejectEntries } from '../ledger/reject-book.ts'
import { SameTime } from '../ledger/same-time.ts'
import type { Acknowledger } from './acknowledger.ts'
import { AsideKeeper } from './aside-keeper.ts'
import type { Books } from './books.ts'
import { Gathering, type Settlement } from './gather.ts'
import { InHand } from './in-hand.ts'
import { nextTurn } from './io/turn.ts'
import { Pace, type PaceOptions } from './pace.ts'
import { Persistence, type StoreDown } from './persist.ts'
import { takeOutRefused } from './refused.ts'
import { Resender, type ResendRequest } from './resender.ts'
import { type StateChange, writeStateChange } from './state-change.ts'
import { effectsOf } from './steps.ts'

export interface SettlerOptions extends PaceOptions {
  readonly queue: IntakeQueue
  readonly books: Books
  readonly series: SeriesStore
  readonly state: StateStore
  readonly steps: readonly SettlementStep<StateTx>[]
  readonly latest: LatestReadings
  readonly acknowledger: Pick<Acknowledger, 'settled'>
  /** Asks something of a gateway. */
  readonly command: (gateway: string, payload: Uint8Array) => void
  /** Spreads attempts on a store that is away, in [0, 1). Default Math.random. */
  readonly random?: () => number
  readonly health: Pick<StageHealth, 'stepFailed' | 'storeDown' | 'refusedByStore'>
}

/** Readings one settlement takes at most. */
const readingsPerSettlement = 40_000
/** Readings decoded before the main loop is free again: about 3 ms of work. */
const readingsPerSlice = 2_000

/**
 * The one settler: takes what waits, makes it durable in two steps, then acknowledges. (a) readings into the series store;
 * (b) ledger, rejects, set-aside readings and every step's effect in one state transaction. Memory follows (b). A crash between
 * the two means that the gateway sends again: rewritten without effect, evaluated for the first time.
 *
 * While (b) of one settlement is under way, (a) of the next may be. What the next one means is worked out when memory has followed the one
 * before: steps see settlements one after the other, and so does the state store. Whatever else changes books or stores runs when nothing is in hand.
 */
export class Settler {
  readonly #options: SettlerOptions
  readonly #persistence: Persistence
  readonly #aside: AsideKeeper
  readonly #resender: Resender
  readonly #asker: ConfigurationAsker
  readonly #sameTime = new SameTime()
  readonly #between: (() => Promise<void>)[] = []
  readonly #stop = new AbortController()
  readonly #inHand: InHand
  readonly #pace: Pace
  #gathering: Gathering | undefined
  /** Since start. */
  settlements = 0

  constructor(options: SettlerOptions) {
    this.#options = options
    this.#inHand = new InHand(() => options.queue.wake())
    this.#pace = new Pace(options)
    const onChange = (down: StoreDown | undefined) => {
      options.health.storeDown(down)
      if (down) this.#showUnsettled()
    }
    this.#persistence = new Persistence(options.clock, this.#stop.signal, onChange, options.random)
    this.#aside = new AsideKeeper({ ...options, persistence: this.#persistence, sameTime: this.#sameTime })
    this.#asker = new ConfigurationAsker(options.clock, options.command)
    this.#resender = new Resender({ ...options, persistence: this.#persistence })
    this.#between.push(() => this.#resender.open())
  }

  get storeDown(): StoreDown | undefined {
    return this.#persistence.down
  }

  /**
   * Something readings were set aside for has come, or it is time to look: they are judged again before the next settlement. `refusedToo`: those
   * the series store refused are offered to it again, too.
   */
  reviewAside(refusedToo = false): void {
    this.#aside.request(refusedToo)
    this.#options.queue.wake()
  }

  /** Reopens ranges of a spool and asks its gateway for them. Errors: those of `Resender.ask`. */
  resend(request: ResendRequest): Promise<Resend> {
    return this.between(() => this.#resender.ask(request))
  }

  /** What a gateway says to a command. */
  replied(gateway: string, reply: Reply): void {
    this.between(() => this.#resender.replied(gateway, reply)).catch(() => undefined)
  }

  /** Open resends are asked for once more: of one gateway that has just come, or of all. */
  askAgain(gateway?: string): void {
    this.#resender.askAgain(gateway)
  }

  /** Runs `work` while nothing is being settled; it waits as long as a store is down. */
  between<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#between.push(() => work().then(resolve, reject))
      this.#options.queue.wake()
    })
  }

  /** Ends `run` after the settlement in hand; what still waits was never acknowledged and will come again. */
  stop(): void {
    this.#stop.abort()
  }

  /** Settles until stopped. Rejects only for faults of our own. */
  async run(): Promise<void> {
    const { queue } = this.#options
    const { signal } = this.#stop
    queue.wake()
    try {
      while (!signal.aborted) {
        // Gathering hears what wakes the queue as well.
        if (!this.#otherWork) await queue.waiting(signal)
        if (this.#otherWork) {
          await this.#inHand.empty()
          if (this.#aside.requested) await this.#aside.review()
          for (let work = this.#between.shift(); work; work = this.#between.shift()) await work()
        }
        await this.#settleWhatWaits()
      }
      await this.#inHand.empty()
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  get #otherWork(): boolean {
    return this.#aside.requested || this.#between.length > 0
  }

  /** Gathers beside the settlements in hand, then follows them: what arrived during one is the next. */
  async #settleWhatWaits(): Promise<void> {
    const { books, clock } = this.#options
    const before = this.#inHand.settlements.at(-1)?.accounts
    const gathering = new Gathering(books.accounts.draft(clock.now(), before), books.view, clock.now())
    this.#gathering = gathering
    await this.#gather(gathering)
    await this.#inHand.room()
    this.#gathering = undefined
    const anything = gathering.readings > 0 || (this.#inHand.settlements.length === 0 && hasPending(books))
    if (!this.#stop.signal.aborted && anything) this.#begin(gathering)
  }

  #begin(settlement: Settlement): void {
    this.#pace.began()
    const storing = this.#storeReadings(settlement.batch, settlement.again)
    this.#inHand.begin(settlement, storing, (stored, before) => this.#settle(settlement, stored, before))
  }

  /** Until it is full, or nothing waits, it may begin and the pace is kept. Others get a turn after every slice. */
  async #gather(gathering: Gathering): Promise<void> {
    const { queue } = this.#options
    const { signal } = this.#stop
    while (!signal.aborted) {
      const until = Math.min(gathering.readings + readingsPerSlice, readingsPerSettlement)
      for (let next = queue.take(); next; next = gathering.readings < until ? queue.take() : undefined) {
        gathering.take(next)
      }
      queue.admitHeld()
      if (gathering.readings >= readingsPerSettlement) return
      if (queue.deliveries > 0) await nextTurn()
      else if (!this.#inHand.mayBegin(this.#pace.isSmall(gathering.readings))) await this.#company()
      else {
        const earlyBy = this.#pace.earlyBy(gathering.readings)
        if (earlyBy <= 0) return
        await this.#company(earlyBy)
      }
    }
  }

  /**
   * Waits for more to come or another wake. Windows of gateways are bounded: who slept here until the pace is kept would find them all full and nothing
   * under way. After the first of a burst the rest gets a turn to arrive.
   */
  async #company(mostMs?: number): Promise<void> {
    const { clock, queue } = this.#options
    const timer = mostMs === undefined ? undefined : clock.after(mostMs, () => queue.wake())
    await queue.waiting(this.#stop.signal)
    timer?.cancel()
    await nextTurn()
  }

  /** `writing`: its step (a). `before`: the settlement before it. */
  async #settle(
    settlement: Settlement,
    writing: Promise<readonly RefusedReading[]>,
    before: Promise<void> | undefined,
  ): Promise<void> {
    const { acknowledger, books, health, latest, steps } = this.#options
    const { accounts, gateways } = settlement
    await before
    const effects = effectsOf(steps, settlement.batch, (step, error) => health.stepFailed(step, error))
    const refused = await writing
    const { batch, aside, gaps } = takeOutRefused(refused, settlement.batch, accounts)
    const digests = digestsOf(batch.envelopes, this.#sameTime)
    const clockFixes = books.newest(settlement.clockFixes)
    const made = {
      ...settlement,
      clockFixes,
      digests,
      batch,
      accounts,
      effects,
      aside: [...settlement.aside, ...aside],
      gaps: [...settlement.gaps, ...gaps],
    }
    const rejects = withPending(settlement.rejects, books)
    const configurations = books.configurations.pending()
    await this.#storeState({ ...made, rejects, configurations })
    books.committed(accounts, rejects, made.aside.length, clockFixes)
    books.digests.committed(digests)
    books.configurations.committed(configurations)
    acknowledger.settled(gateways)
    for (const effect of effects) effect.committed()
    latest.settled(
      batch.envelopes,
      refused.map(({ reading }) => reading),
    )
    if (this.#resender.hasOpen) this.between(() => this.#resender.review()).catch(() => undefined)
    for (const { gateway, reason, raw } of made.aside)
      if (reason === 'unknown configuration' && raw.config !== undefined) this.#asker.missing(gateway, raw.config)
    this.settlements++
    if (clockFixes.length + configurations.added.length > 0) this.reviewAside()
  }

  /** Readings shown before any store holds them; 0 while the stores take what they are given. */
  get shownUnsettled(): number {
    if (!this.storeDown) return 0
    return this.#waitingBatches().reduce((sum, { envelopes }) => sum + countOf(envelopes), 0)
  }

  /** While a store is down the newest values go on from memory, as far as admitted readings reach. */
  #showUnsettled(): void {
    for (const batch of this.#waitingBatches()) this.#options.latest.showAhead(batch.envelopes)
  }

  #waitingBatches(): readonly SettlementBatch[] {
    const batches = this.#inHand.settlements.map(({ batch }) => batch)
    return this.#gathering ? [...batches, this.#gathering.batch] : batches
  }

  /** Step (a). */
  async #storeReadings(batch: SettlementBatch, again: readonly SettledEnvelope[]): Promise<readonly RefusedReading[]> {
    const all = again.length === 0 ? batch : { ...batch, envelopes: [...batch.envelopes, ...again] }
    if (all.envelopes.length === 0) return []
    const { refused } = await this.#persistence.until('series', (signal) => this.#options.series.write(all, signal))
    this.#options.health.refusedByStore(refused)
    // What came again stands in the accounts already, whatever the store says to it now.
    const counted = new Set(again.flatMap(({ readings }) => readings))
    return counted.size === 0 ? refused : refused.filter(({ reading }) => !counted.has(reading))
  }

  /** Step (b). */
  async #storeState(change: StateChange): Promise<void> {
    const { books, clock, state } = this.#options
    await this.#persistence.until('state', () =>
      state.transaction((tx) => writeStateChange(tx, books, change, clock.now())),
    )
  }
}

/** What has to be written although no readings came. */
const hasPending = ({ rejects, configurations }: Books): boolean => rejects.hasPending || configurations.hasPending

/** Refused connections noted meanwhile go along with this settlement's own rejects. */
function withPending(rejects: Settlement['rejects'], books: Books): RejectEntries {
  if (!books.rejects.hasPending) return rejects
  const pending = books.rejects.takePending()
  pending.absorb(rejects)
  return pending
}

const countOf = (envelopes: readonly SettledEnvelope[]): number =>
  envelopes.reduce((sum, { readings }) => sum + readings.length, 0)
