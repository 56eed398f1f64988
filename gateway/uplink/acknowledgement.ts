import type { Acknowledgement } from '@civitals/contracts/acknowledgement'
import type { Settled } from '../spool/spool.ts'
import { hasOnly, isRange, isRecord, isSeq, jsonOf } from './fields.ts'

/**
 * The acknowledgement in a payload, or undefined when it is not one: the check of `contracts/acknowledgement` without the schema
 * library, which a running gateway does not load. A test holds the two equal.
 */
export function readAcknowledgement(payload: Uint8Array): Acknowledgement | undefined {
  const parsed = jsonOf(payload)
  if (!hasOnly(parsed, ['spools']) || !isRecord(parsed.spools)) return undefined
  const fits = Object.entries(parsed.spools).every(([spool, settled]) => spool.length <= 64 && isSettled(settled))
  return fits ? (parsed as Acknowledgement) : undefined
}

const maxRanges = 32

function isSettled(value: unknown): value is Settled {
  if (!isRecord(value)) return false
  const { upTo, above } = value
  return (
    isSeq(upTo, 0) && Array.isArray(above) && above.length <= maxRanges && above.every((range) => isRange(range, 0))
  )
}
