import type { Clock, Timer } from '@civitals/contracts/clock'
import type { Envelope, Sample } from '@civitals/contracts/envelope'
import type { Spool, SpoolDraft, SpoolRow } from '../spool/spool.ts'

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
  /** Called when the spool refused a batch; it is tried again after a second. */
  readonly onRefused: (error: unknown) => void
}

/** Samples kept in memory while the disk refuses them; beyond, the oldest are dropped and counted. */
export const maxPendingSamples = 20_000
const maxSamplesPerEnvelope = 500
const retryMs = 1000
/** The first readings after a start wait no longer than this: somebody stands there and looks. */
const firstLingerMs = 100

interface Pending {
  readonly sample: Sample
  readonly config: string
  readonly urgent: boolean
}

/**
 * Gathers samples into envelopes. An urgent sample is committed at once, the first ones soon, others within `lingerMs`; commits run one at a time,
 * and what arrives during one goes with the next.
 */
export class Batcher {
  readonly #options: BatcherOptions
  #config: string
  #pending: Pending[] = []
  #commit: Promise<void> | undefined
  #timer: Timer | undefined
  #dropped = 0
  #refusing = false
  #clockFix: Envelope['clockFix']
  #lingerMs: number

  constructor(options: BatcherOptions) {
    this.#options = options
    this.#lingerMs = Math.min(firstLingerMs, options.lingerMs)
    this.#config = options.config
  }

  /** Samples that never reached the spool because it refused for too long. */
  get dropped(): number {
    return this.#dropped
  }

  /** Samples added from now on were read with this configuration. */
  configure(config: string): void {
    this.#config = config
  }

  add(sample: Sample, urgent: boolean): void {
    this.#pending.push({ sample, urgent, config: this.#config })
    this.#dropBeyondBound()
    if (this.#commit || this.#refusing) return
    if (urgent || this.#pending.length >= maxSamplesPerEnvelope) this.#begin()
    else this.#timer ??= this.#options.clock.after(this.#lingerMs, () => this.#begin())
  }

  /** Commits what is pending; resolves when it is durable or was refused. */
  async flush(): Promise<void> {
    while (this.#commit) await this.#commit
    if (this.#pending.length === 0) return
    this.#begin()
    await this.#commit
  }

  #begin(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#pending.length === 0) return
    const batch = this.#pending
    this.#pending = []
    this.#lingerMs = this.#options.lingerMs
    this.#commit = this.#write(batch).then((written) => {
      this.#commit = undefined
      this.#refusing = !written
      if (!written) this.#timer = this.#options.clock.after(retryMs, () => this.#begin())
      else if (this.#pending.some(({ urgent }) => urgent)) this.#begin()
      else if (this.#pending.length > 0) this.#timer ??= this.#options.clock.after(this.#lingerMs, () => this.#begin())
    })
  }

  async #write(batch: Pending[]): Promise<boolean> {
    try {
      const rows = await this.#options.spool.append(this.#drafts(batch))
      this.#clockFix = undefined
      this.#options.onCommitted(rows)
      return true
    } catch (error) {
      this.#pending = [...batch, ...this.#pending]
      this.#dropBeyondBound()
      this.#options.onRefused(error)
      return false
    }
  }

  #dropBeyondBound(): void {
    const excess = this.#pending.length - maxPendingSamples
    if (excess <= 0) return
    this.#pending.splice(0, excess)
    this.#dropped += excess
  }

  #drafts(batch: readonly Pending[]): SpoolDraft[] {
    this.#clockFix ??= this.#options.takeClockFix?.()
    const clockFix = this.#clockFix
    const drafts: SpoolDraft[] = []
    for (let start = 0, end = 0; start < batch.length; start = end) {
      end = endOfEnvelope(batch, start)
      const part = batch.slice(start, end)
      drafts.push({
        config: part[0]?.config ?? this.#config,
        samples: part.map(({ sample }) => sample),
        urgent: part.some(({ urgent }) => urgent),
        ...(start === 0 && clockFix && { clockFix }),
      })
    }
    return drafts
  }
}

/** Readings an envelope holds at most; with names of usual length a JSON of some 150 kB, below what the wire takes. */
const maxReadingsPerEnvelope = 5000

/** An envelope holds samples of one configuration, up to its bounds. */
function endOfEnvelope(batch: readonly Pending[], start: number): number {
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
