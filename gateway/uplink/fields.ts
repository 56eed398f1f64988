// Checks of what comes down from the centre without the schema library, which a running gateway does not load.
import { parseSealedJson } from '@civitals/contracts/seal'

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const hasOnly = (value: unknown, keys: readonly string[]): value is Record<string, unknown> =>
  isRecord(value) && Object.keys(value).every((key) => keys.includes(key))

/** A pair of whole numbers from `least` up. */
export const isRange = (value: unknown, least: number): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((seq) => isSeq(seq, least))

export const isSeq = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least

/** The JSON of a payload, or undefined when it is none, or is not what its sender sealed. */
export function jsonOf(payload: Uint8Array): unknown {
  try {
    return parseSealedJson(payload)
  } catch {
    return undefined
  }
}
