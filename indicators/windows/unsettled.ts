import type { EpochMs } from '@civitals/contracts/clock'
import { type Intervals, inIntervals, removeInterval } from '@civitals/contracts/intervals'
import type { Reading } from '@civitals/contracts/reading'
import type { RegistryView } from '@civitals/contracts/registry'
import type { SettledEnvelope, SpoolEnvelopes } from '@civitals/contracts/settlement'

type Named = Pick<SettledEnvelope, 'gateway' | 'spool' | 'seq'>

/**
 * Envelopes a crash left in the series store before they were settled. What is built from the store counts their readings already when
 * their gateway sends them once more. At most two settlements were in hand, and what has come is forgotten.
 */
export class Unsettled {
  readonly #gateways = new Map<string, Map<string, Intervals>>()

  constructor(envelopes: readonly SpoolEnvelopes[] = []) {
    for (const { gateway, spool, seqs } of envelopes) {
      const spools = this.#gateways.get(gateway) ?? new Map<string, Intervals>()
      this.#gateways.set(gateway, spools.set(spool, seqs))
    }
  }

  has({ gateway, spool, seq }: Named): boolean {
    if (this.#gateways.size === 0) return false
    const seqs = this.#gateways.get(gateway)?.get(spool)
    return seqs !== undefined && inIntervals(seqs, seq)
  }

  /** Whether any of a gateway are still to come. */
  awaits(gateway: string): boolean {
    return this.#gateways.has(gateway)
  }

  /** An envelope has come. */
  settled({ gateway, spool, seq }: Named): void {
    const spools = this.#gateways.get(gateway)
    const seqs = spools?.get(spool)
    if (!spools || !seqs) return
    const left = removeInterval(seqs, seq, seq)
    if (left.length > 0) spools.set(spool, left)
    else spools.delete(spool)
    if (spools.size === 0) this.#gateways.delete(gateway)
  }
}

/** What windows were built with from the store, as far as it is still to be settled. */
export class ReadBack {
  readonly #registry: Pick<RegistryView, 'terminal' | 'terminals'>
  readonly #unsettled: Unsettled
  /** Terminals some of that may be of, and the instant after which they were read. */
  readonly #after = new Map<string, EpochMs>()
  #to: EpochMs = Number.NEGATIVE_INFINITY

  constructor(registry: Pick<RegistryView, 'terminal' | 'terminals'>, unsettled: Unsettled = new Unsettled()) {
    this.#registry = registry
    this.#unsettled = unsettled
  }

  /** Everything up to `to` has been read, of the terminals in `kept` after an instant. */
  done(kept: ReadonlyMap<string, EpochMs>, to: EpochMs): void {
    this.#to = to
    for (const { id } of this.#registry.terminals())
      if (this.awaits(id)) this.#after.set(id, kept.get(id) ?? Number.NEGATIVE_INFINITY)
  }

  /** Whether windows of a terminal may hold what is still to be settled. */
  awaits(terminal: string): boolean {
    return this.#unsettled.awaits(this.#registry.terminal(terminal)?.gateway ?? '')
  }

  /** An envelope is settled. The answer tells which of its readings count already; undefined: none. */
  takes(envelope: Named): ((reading: Reading) => boolean) | undefined {
    if (!this.#unsettled.has(envelope)) return undefined
    this.#unsettled.settled(envelope)
    return ({ terminal, at }) => at <= this.#to && at > (this.#after.get(terminal) ?? Number.POSITIVE_INFINITY)
  }
}
