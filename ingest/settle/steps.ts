import type { PendingEffect, SettlementBatch, SettlementStep } from '@civitals/contracts/settlement'
import type { StateTx } from '@civitals/storage/state'

/** Told of a step that threw; its effect for this batch is lost, the readings are not. */
export type OnStepFailure = (step: number, error: unknown) => void

/**
 * Asks every step for its effect on a batch, in order. A step that throws has a fault of its own: it must not keep the city's
 * readings from being stored, so it is told and passed over.
 */
export function effectsOf(
  steps: readonly SettlementStep<StateTx>[],
  batch: SettlementBatch,
  onFailure: OnStepFailure,
): readonly PendingEffect<StateTx>[] {
  if (batch.envelopes.length === 0) return []
  return steps.flatMap((step, order) => {
    try {
      return step(batch) ?? []
    } catch (error) {
      onFailure(order, error)
      return []
    }
  })
}
