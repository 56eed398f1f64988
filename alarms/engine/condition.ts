import { durationMs } from '@civitals/contracts/duration'
import type { Rule } from '../rules/rule.ts'
import type { Condition } from './machine.ts'

/** The condition of a rule, worked out once. */
export function conditionOf(rule: Rule): Condition {
  const { direction, limit, inclusive, deadband, onDelay, offDelay } = rule.condition
  return {
    high: direction === 'high',
    limit,
    inclusive: inclusive ?? false,
    normalAt: direction === 'high' ? limit - deadband : limit + deadband,
    onDelayMs: durationMs(onDelay),
    offDelayMs: durationMs(offDelay),
  }
}
