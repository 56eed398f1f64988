import type { EpochMs } from './clock.ts'
import type { Intervals } from './intervals.ts'
import type { Reading } from './reading.ts'

/** One admitted envelope on its way into the stores. */
export interface SettledEnvelope {
  readonly gateway: string
  readonly spool: string
  readonly seq: number
  /** Admitted readings only; what was rejected or set aside is not among them. */
  readonly readings: readonly Reading[]
  /**
   * The series store may hold its readings already, under this name or another: an attempt that was never settled, a release, an earlier coming. They
   * take the place of what stands at the same series and time.
   */
  readonly replaces?: true
}

/** Some envelopes of one spool, by number. */
export interface SpoolEnvelopes {
  readonly gateway: string
  readonly spool: string
  readonly seqs: Intervals
}

/** What one settlement writes: envelopes in the order of their lanes, none of them settled before. */
export interface SettlementBatch {
  readonly envelopes: readonly SettledEnvelope[]
  readonly receivedAt: EpochMs
}

/**
 * What a consumer of settled readings wants to make durable with them. `write` runs inside the state transaction (step b) and
 * may run again when the transaction is retried; `committed` runs once after it held. When the transaction fails for good,
 * neither memory nor store may remember: the step is asked again with the resent batch.
 */
export interface PendingEffect<Tx> {
  write(tx: Tx): Promise<void>
  committed(): void
}

/**
 * A consumer of settled readings, called once per settlement, in the order steps were given, never concurrently. Pure until
 * its effect is committed: it must not change what later calls see before `committed`. Undefined: nothing to write.
 */
export type SettlementStep<Tx> = (batch: SettlementBatch) => PendingEffect<Tx> | undefined
