import type { AnomalyQuery } from '@civitals/contracts/anomaly'
import type { Clock, EpochMs, Timer } from '@civitals/contracts/clock'
import type { RegistryView } from '@civitals/contracts/registry'
import type { SettlementStep } from '@civitals/contracts/settlement'
import type { SeriesStore } from '@civitals/storage/series'
import type { StateStore, StateTx } from '@civitals/storage/state'
import type { QualityLimits } from '../../quality/limits.ts'
import { catchUp, longestMs } from './catch-up.ts'
import { type Finding, foldMs } from './findings.ts'
import { readFindings, readHabits, trimFindings, writeFindings, writeHabits } from './store.ts'
import { ReadingWatch } from './watch.ts'

export interface ReadingDeskOptions {
  readonly state: StateStore
  readonly series: Pick<SeriesStore, 'readings'>
  readonly registry: RegistryView
  readonly clock: Clock
  readonly limits: QualityLimits
  /** Called when findings could not be written; the next minute tries again. */
  readonly onError?: (error: unknown) => void
}

const everyMs = 60_000
/** Habits are kept as often as windows are: a restart without warning reads back what came since. */
const keptEveryMs = 10 * everyMs
/** Terminals copied and written at once: some milliseconds. */
const terminalsAtOnce = 100

/**
 * What single readings show, live: fed by settlements, written once a minute, and after a restart as if there had been none, since
 * what was settled after habits were last kept is read back and found again under the same names.
 */
export class ReadingDesk implements AsyncDisposable {
  readonly #options: ReadingDeskOptions
  readonly #watch: ReadingWatch
  #keptAt: EpochMs
  #timer: Timer | undefined
  #writing: Promise<void> = Promise.resolve()
  #closed = false

  private constructor(options: ReadingDeskOptions, watch: ReadingWatch) {
    this.#options = options
    this.#watch = watch
    this.#keptAt = options.clock.now()
  }

  static async open(options: ReadingDeskOptions): Promise<ReadingDesk> {
    const { state, series, registry, clock, limits } = options
    const now = clock.now()
    const habits = await readHabits(state.db)
    const watch = new ReadingWatch(limits, registry, habits)
    // As far back as what is read again may go on from. Oldest first: of one kind the newest counts.
    const recent = await readFindings(state.db, { from: now - longestMs - foldMs })
    watch.findings.recall([...(await readFindings(state.db, { open: true })), ...recent.toReversed()])
    await catchUp(watch, registry, series, now, habits.size === 0)
    return new ReadingDesk(options, watch)
  }

  /** Feeds the detectors once a settlement has held; writes nothing itself. */
  readonly step: SettlementStep<StateTx> = (batch) => ({
    write: async () => {},
    committed: () => this.#watch.settle(batch),
  })

  /** Writes every minute from now on. */
  start(): void {
    if (this.#closed) return
    this.#timer = this.#options.clock.after(everyMs, () => {
      this.write().catch((error: unknown) => this.#options.onError?.(error))
      this.start()
    })
  }

  /** Durable ones, newest first; what was found within the last minute follows. */
  list(query: AnomalyQuery): Promise<readonly Finding[]> {
    return readFindings(this.#options.state.db, query)
  }

  /** Writes what was found and what has ended, and every ten minutes the habits; one after the other. */
  write(last = false): Promise<void> {
    const next = this.#writing.catch(() => {}).then(() => this.#writeNow(last))
    this.#writing = next
    return next
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#timer?.cancel()
    await this.write(true).catch((error: unknown) => this.#options.onError?.(error))
  }

  async #writeNow(last: boolean): Promise<void> {
    this.#watch.review()
    if (this.#watch.findings.due.length > 0) await this.#writeSome([])
    const now = this.#options.clock.now()
    if (!last && now - this.#keptAt < keptEveryMs) return
    const terminals = this.#options.registry.terminals().map(({ id }) => id)
    for (let from = 0; from < terminals.length; from += terminalsAtOnce)
      await this.#writeSome(terminals.slice(from, from + terminalsAtOnce))
    await this.#options.state.transaction((tx) => trimFindings(tx, now))
    this.#keptAt = now
  }

  /** Habits and everything found so far are copied at one moment: no finding is lost between them. */
  async #writeSome(terminals: readonly string[]): Promise<void> {
    const { findings } = this.#watch
    const written = await this.#options.state.transaction(async (tx) => {
      const due = findings.due
      const habits = new Map(
        terminals.flatMap((id) => {
          const kept = this.#watch.habitsOf(id)
          return kept ? [[id, kept] as const] : []
        }),
      )
      await writeFindings(tx, due)
      await writeHabits(tx, habits)
      return due
    })
    findings.settled(written)
  }
}
