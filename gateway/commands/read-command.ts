import type { Command } from '@civitals/contracts/command'
import { hasOnly, isRange, jsonOf } from '../uplink/fields.ts'

const maxRanges = 32
const isId = /^[A-Za-z0-9_-]{1,64}$/

/** The command in a payload, or undefined when it is not one: the check of `contracts/command`, held equal to it by a test. */
export function readCommand(payload: Uint8Array): Command | undefined {
  const parsed = jsonOf(payload)
  if (!hasOnly(parsed, ['id', 'kind', 'spool', 'ranges'])) return undefined
  const { id, kind, spool, ranges } = parsed
  const named = typeof id === 'string' && id.length >= 1 && id.length <= 64
  if (named && kind === 'configuration') return hasOnly(parsed, ['id', 'kind']) ? (parsed as Command) : undefined
  const located = typeof spool === 'string' && isId.test(spool)
  if (
    !named ||
    kind !== 'resend' ||
    !located ||
    !Array.isArray(ranges) ||
    ranges.length < 1 ||
    ranges.length > maxRanges
  )
    return undefined
  return ranges.every((range) => isRange(range, 1)) ? (parsed as Command) : undefined
}
