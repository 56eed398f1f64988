import type { Timer } from '@civitals/contracts/clock'
import type { DuckdbSeriesOptions } from '../options.ts'
import type { KeptDays } from '../retention.ts'
import { Closer, type CloserOptions, type Tended } from './closer.ts'
import type { Database } from './database.ts'

export interface TendingOptions
  extends Pick<DuckdbSeriesOptions, 'clock' | 'energyMean' | 'onTended' | 'onTendFailed'>,
    Pick<CloserOptions, 'betweenReads'> {
  readonly kept: KeptDays
  /** undefined: not open now, nothing is done. */
  readonly database: () => Promise<Database> | undefined
}

const everyMs = 60_000

/** When the closer works: every minute, when it is called, and one round at a time. */
export class Tending {
  readonly #options: TendingOptions
  #closer: Closer | undefined
  #round: Promise<Tended> | undefined
  #timer: Timer | undefined
  #ended = false

  constructor(options: TendingOptions) {
    this.#options = options
    this.#later()
  }

  /** A round, or the one under way. */
  round(): Promise<Tended> {
    this.#round ??= this.#tend().finally(() => {
      this.#round = undefined
    })
    return this.#round
  }

  /** A round not awaited by anyone: what goes wrong is told. */
  soon(): void {
    if (this.#ended) return
    this.round().catch((error: unknown) => {
      if (!this.#ended) this.#options.onTendFailed?.(error)
    })
  }

  /** Resolves when no round is under way, however it ended. */
  async idle(): Promise<void> {
    await this.#round?.catch(() => undefined)
  }

  /** Makes the round under way give up. */
  async interrupt(): Promise<void> {
    this.#closer?.stop()
    await this.idle()
  }

  /** For good. */
  async end(): Promise<void> {
    this.#ended = true
    this.#timer?.cancel()
    await this.interrupt()
  }

  #later(): void {
    this.#timer = this.#options.clock.after(everyMs, () => {
      this.soon()
      this.#later()
    })
  }

  async #tend(): Promise<Tended> {
    const { clock, kept, energyMean, betweenReads, onTended } = this.#options
    const database = await this.#options.database()
    if (!database || this.#ended) return { closedTables: 0, mergedFiles: 0, expiredFiles: 0 }
    this.#closer = new Closer(database, {
      kept,
      betweenReads,
      now: () => clock.now(),
      energySeries: () =>
        database.catalogue.series.numbersOf((terminal, point) => energyMean?.(terminal, point) ?? false),
    })
    try {
      const tended = await this.#closer.tend()
      if (Object.values(tended).some((count) => count > 0)) onTended?.(tended)
      return tended
    } finally {
      this.#closer = undefined
    }
  }
}
