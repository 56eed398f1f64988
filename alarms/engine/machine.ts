import type { AlarmState } from '@civitals/contracts/alarm'
import type { EpochMs } from '@civitals/contracts/clock'

/** A condition ready to be evaluated: durations in ms, limits that end the alarm worked out. */
export interface Condition {
  readonly high: boolean
  readonly limit: number
  readonly inclusive: boolean
  /** Where a value must be back to count as normal: the limit moved by the deadband. */
  readonly normalAt: number
  readonly onDelayMs: number
  readonly offDelayMs: number
}

/** What one rule knows of one subject; replaced as a whole, never changed in place. */
export interface MachineState {
  readonly state: AlarmState
  /** Live occurrence, '' in state normal. */
  readonly alarm: string
  /** Event time from which the condition holds, while its on-delay runs; 0: none. */
  readonly pendingOnset: EpochMs
  /** Event time from which the value is normal again, while the off-delay runs; 0: none. */
  readonly pendingReturn: EpochMs
}

export const restingState: MachineState = { state: 'normal', alarm: '', pendingOnset: 0, pendingReturn: 0 }

/** What one value means to a machine. `since`: event time at which the condition, or its end, began. */
export type Verdict =
  | { readonly kind: 'none' }
  | { readonly kind: 'pending'; readonly pendingOnset: EpochMs; readonly pendingReturn: EpochMs }
  | { readonly kind: 'onset'; readonly since: EpochMs }
  | { readonly kind: 'return'; readonly since: EpochMs }

const none: Verdict = { kind: 'none' }

/** Whether the value is beyond the limit. */
export const isAlarm = (condition: Condition, value: number): boolean => beyond(condition, value, condition.limit)

/** Whether the value is back behind limit and deadband. */
export const isNormal = (condition: Condition, value: number): boolean => !beyond(condition, value, condition.normalAt)

function beyond(condition: Condition, value: number, limit: number): boolean {
  if (condition.inclusive && value === limit) return true
  return condition.high ? value > limit : value < limit
}

/** Whether the process is in alarm in this state. */
export const isActive = (state: AlarmState): boolean => state === 'unacknowledged' || state === 'acknowledged'

/**
 * Judges one value in event time [ISA-18.2 5.2: A->B and D->B on alarm, B->D and C->A on return to normal]. Delays are
 * measured between the values themselves: a delay has passed when a value that still holds is that much newer than the first.
 * No timer takes part, so a replay gives the same answers as the first run, and a subject that falls silent decides nothing.
 */
export function judge(condition: Condition, state: MachineState, at: EpochMs, value: number): Verdict {
  return isActive(state.state) ? judgeReturn(condition, state, at, value) : judgeOnset(condition, state, at, value)
}

function judgeOnset(condition: Condition, state: MachineState, at: EpochMs, value: number): Verdict {
  if (!isAlarm(condition, value)) return state.pendingOnset === 0 ? none : pending(0, 0)
  const since = state.pendingOnset === 0 ? at : state.pendingOnset
  if (at - since >= condition.onDelayMs) return { kind: 'onset', since }
  return state.pendingOnset === 0 ? pending(at, 0) : none
}

function judgeReturn(condition: Condition, state: MachineState, at: EpochMs, value: number): Verdict {
  if (!isNormal(condition, value)) return state.pendingReturn === 0 ? none : pending(0, 0)
  const since = state.pendingReturn === 0 ? at : state.pendingReturn
  if (at - since >= condition.offDelayMs) return { kind: 'return', since }
  return state.pendingReturn === 0 ? pending(0, at) : none
}

const pending = (pendingOnset: EpochMs, pendingReturn: EpochMs): Verdict => ({
  kind: 'pending',
  pendingOnset,
  pendingReturn,
})

/** State after the alarm condition came true; a live occurrence that had returned is raised again under its own id [D->B]. */
export const afterOnset = (alarm: string): MachineState => ({ ...restingState, state: 'unacknowledged', alarm })

/** State after the value was normal for the off-delay [B->D, C->A]. */
export const afterReturn = (state: MachineState): MachineState =>
  state.state === 'acknowledged' ? restingState : { ...restingState, state: 'returned', alarm: state.alarm }

/** State after a person acknowledged [B->C, D->A], or undefined where there is nothing to acknowledge. */
export function acknowledged(state: AlarmState): AlarmState | undefined {
  if (state === 'unacknowledged') return 'acknowledged'
  return state === 'returned' ? 'normal' : undefined
}
