import type { Clock, Timer } from '@civitals/contracts/clock'
import type { Envelope, Sample } from '@civitals/contracts/envelope'
import {
  type LostReadings,
  type ReadingClass,
  readingClasses,
  type Spool,
  type SpoolDraft,
  type SpoolRow,
} from '../spool/spool.ts'
import { type Held, HeldSamples } from './held-samples.ts'

export interface BatcherOptions {
  readonly spool: Spool
  readonly clock: Clock
  /** Hash of the configuration the first samples are read with. */
  readonly config: string
  /** How long an ordinary sample may wait for company, ms. */
  readonly lingerMs: number
  readonly takeClockFix?: () => Envelope['clockFix']
  /** Called with every committed batch, in order. */
  readonly onCommitted: (rows: readonly SpoolRow[]) => void
  /** Called when the spool refused a batch; it is tried again after a second. What memory cannot hold until then is declared lost. */
  readonly onRefused: (error: unknown) => void
}

const maxSamplesPerEnvelope = 500
const retryMs = 1000
/** The first readings after a start wait no longer than this: somebody stands there and looks. */
const firstLingerMs = 100

/** How committing stands. */
export interface BatcherState {
  /** Samples not committed yet. */
  readonly held: number
  /** Why the last commit was refused; absent when it was not. */
  readonly trouble?: string
}

/**
 * Gathers samples into envelopes. An urgent sample is committed at once, the first ones soon, others within `lingerMs`; commits run one at a time,
 * and what arrives during one goes with the next.
 */
export class Batcher {
  readonly #options: BatcherOptions
  #config: string
  readonly #held = new HeldSamples()
  #commit: Promise<void> | undefined
  #timer: Timer | undefined
  #refusing = false
  #trouble: string | undefined
  #clockFix: Envelope['clockFix']
  #lingerMs: number

  constructor(options: BatcherOptions) {
    this.#options = options
    this.#lingerMs = Math.min(firstLingerMs, options.lingerMs)
    this.#config = options.config
  }

  get state(): BatcherState {
    return { held: this.#held.size, ...(this.#trouble !== undefined && { trouble: this.#trouble }) }
  }

  /** Samples added from now on were read with this configuration. */
  configure(config: string): void {
    this.#config = config
  }

  add(sample: Sample, kept: ReadingClass): void {
    this.#held.add({ sample, class: kept, config: this.#config })
    if (this.#commit || this.#refusing) return
    if (kept === 'alarm' || this.#held.size >= maxSamplesPerEnvelope) this.#begin()
    else this.#timer ??= this.#options.clock.after(this.#lingerMs, () => this.#begin())
  }

  /** Commits what is pending; resolves when it is durable or was refused. */
  async flush(): Promise<void> {
    while (this.#commit) await this.#commit
    if (this.#held.size === 0) return
    this.#begin()
    await this.#commit
  }

  #begin(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#held.size === 0) return
    const { samples, lost } = this.#held.take()
    this.#lingerMs = this.#options.lingerMs
    this.#commit = this.#write(samples, lost).then((written) => {
      this.#commit = undefined
      this.#refusing = !written
      if (!written) this.#timer = this.#options.clock.after(retryMs, () => this.#begin())
      else if (this.#held.hasUrgent) this.#begin()
      else if (this.#held.size > 0) this.#timer ??= this.#options.clock.after(this.#lingerMs, () => this.#begin())
    })
  }

  async #write(batch: readonly Held[], lost: LostReadings | undefined): Promise<boolean> {
    try {
      const rows = await this.#options.spool.append(this.#drafts(batch, lost))
      this.#clockFix = undefined
      this.#trouble = undefined
      this.#options.onCommitted(rows)
      return true
    } catch (error) {
      this.#held.putBack(batch, lost)
      this.#trouble = error instanceof Error ? error.message : String(error)
      this.#options.onRefused(error)
      return false
    }
  }

  #drafts(batch: readonly Held[], lost: LostReadings | undefined): SpoolDraft[] {
    this.#clockFix ??= this.#options.takeClockFix?.()
    const clockFix = this.#clockFix
    const drafts: SpoolDraft[] = []
    for (const [kept, samples] of byClass(batch)) {
      for (let start = 0, end = 0; start < samples.length; start = end) {
        end = endOfEnvelope(samples, start)
        const part = samples.slice(start, end)
        drafts.push({
          config: part[0]?.config ?? this.#config,
          samples: part.map(({ sample }) => sample),
          class: kept,
          ...(drafts.length === 0 && clockFix && { clockFix }),
          ...(drafts.length === 0 && lost && { lost }),
        })
      }
    }
    return drafts
  }
}

/**
 * Samples by class, the highest first: each class goes in envelopes of its own. All samples of a terminal go with the highest of them, so that
 * they keep their order.
 */
function byClass(batch: readonly Held[]): [ReadingClass, readonly Held[]][] {
  const ranks = new Map<string, number>()
  for (const { sample, class: kept } of batch) {
    ranks.set(sample.terminal, Math.max(ranks.get(sample.terminal) ?? 0, readingClasses.indexOf(kept)))
  }
  const groups = Map.groupBy(batch, ({ sample }) => ranks.get(sample.terminal) ?? 0)
  return [...groups].sort(([a], [b]) => b - a).map(([rank, samples]) => [readingClasses[rank] ?? 'alarm', samples])
}

/** Readings an envelope holds at most; with names of usual length a JSON of some 150 kB, below what the wire takes. */
const maxReadingsPerEnvelope = 5000

/** An envelope holds samples of one configuration, up to its bounds. */
function endOfEnvelope(batch: readonly Held[], start: number): number {
  const config = batch[start]?.config
  let readings = 0
  let end = start
  for (; end < batch.length && end - start < maxSamplesPerEnvelope; end++) {
    const pending = batch[end]
    if (!pending || pending.config !== config) break
    for (const _ in pending.sample.values) readings++
    if (readings > maxReadingsPerEnvelope && end > start) break
  }
  return end
}
