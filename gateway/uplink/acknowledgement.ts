import type { Acknowledgement } from '@civitals/contracts/acknowledgement'
import type { Settled } from '../spool/spool.ts'

/**
 * The acknowledgement in a payload, or undefined when it is not one: the check of `contracts/acknowledgement` without the schema
 * library, which a running gateway does not load. A test holds the two equal.
 */
export function readAcknowledgement(payload: Uint8Array): Acknowledgement | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder().decode(payload))
  } catch {
    return undefined
  }
  if (!hasOnly(parsed, ['spools']) || !isRecord(parsed.spools)) return undefined
  const fits = Object.entries(parsed.spools).every(([spool, settled]) => spool.length <= 64 && isSettled(settled))
  return fits ? (parsed as Acknowledgement) : undefined
}

const maxRanges = 32

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const hasOnly = (value: unknown, keys: readonly string[]): value is Record<string, unknown> =>
  isRecord(value) && Object.keys(value).every((key) => keys.includes(key))

const isSeq = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

const isRange = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && value.every(isSeq)

function isSettled(value: unknown): value is Settled {
  if (!isRecord(value)) return false
  const { upTo, above } = value
  return isSeq(upTo) && Array.isArray(above) && above.length <= maxRanges && above.every(isRange)
}
