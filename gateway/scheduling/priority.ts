import type { PolledClass } from '@civitals/firmware-bridge/profile'

/** Why a transaction is wanted, the most pressing first. Scans and reads of technicians go as `bulk` and `normal`. */
export const priorities = ['write', 'alarm', 'normal', 'bulk', 'probe'] as const
export type Priority = (typeof priorities)[number]

/**
 * How much later than its due time a transaction may start when the line is short of time, ms. Transactions start in the order
 * of due time + stretch: a more pressing one passes those that wait, but never one that has waited longer than the difference.
 */
export const stretchMs: Readonly<Record<Priority, number>> = {
  write: -10_000,
  alarm: 0,
  normal: 500,
  bulk: 2000,
  probe: 3000,
}

/**
 * Bound of the wait from due time to start on a line that carries one transaction at a time: after `stretch - stretch(write)` nothing
 * that becomes due can pass any more, and the `waiting` that stand before it take `longestMs` each, as does the one in hand.
 */
export const longestWaitMs = (priority: Priority, waiting: number, longestMs: number): number =>
  stretchMs[priority] - stretchMs.write + (waiting + 1) * longestMs

/** A plan is as pressing as its most pressing point. */
export function priorityOf(classes: Iterable<PolledClass>): Priority {
  const wanted = new Set<string>(classes)
  return priorities.find((priority) => wanted.has(priority)) ?? 'bulk'
}
