import type { Order } from '@civitals/contracts/case'
import type { EpochMs } from '@civitals/contracts/clock'
import { durationMs } from '@civitals/contracts/duration'
import { deadline } from '../calendar/deadline.ts'
import type { Matter } from '../matters/matter.ts'

/** One line of an order's log as its clocks see it. */
export interface ClockEvent {
  readonly action: string
  readonly at: EpochMs
}

/** By when an order is to be accepted and handled. */
export interface OrderClocks {
  readonly acceptBy: EpochMs
  readonly dueAt: EpochMs
}

/**
 * The clocks of an order from its log alone: both start when it is dispatched; sent back for rework, handling starts again.
 */
export function clocksOf(matter: Matter, events: readonly ClockEvent[]): OrderClocks {
  const dispatchedAt = events.find(({ action }) => action === 'dispatch')?.at ?? 0
  const startedAt = events.findLast(({ action }) => action === 'dispatch' || action === 'rework')?.at ?? dispatchedAt
  return {
    acceptBy: deadline(matter.clock, dispatchedAt, durationMs(matter.accept)),
    dueAt: deadline(matter.clock, startedAt, durationMs(matter.handle)),
  }
}

/** Whether an order is late: still to be handled after its time, or handled after it. */
export const isOverdue = (order: Pick<Order, 'dueAt' | 'handledAt'>, now: EpochMs): boolean =>
  (order.handledAt ?? now) > order.dueAt
