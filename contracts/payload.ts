import { inflateRawSync } from 'node:zlib'
import { maxWireBytes } from './encode-envelope.ts'
import { deflatedMark, parseSealedJson, type Seal, sealedDeflatedMark, sealOf } from './seal.ts'

/** Largest payload after inflation, in bytes (decision of the architecture, section 3). */
export const maxInflatedBytes: number = 2 * 1024 * 1024

export type OpenedPayload =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string }

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The JSON value of a payload: JSON, or raw deflate of it behind its mark, with a checksum or without. Never throws: a damaged or oversized
 * payload is an expected outcome with its reason. `known`: what `sealOf` has said of it.
 */
export function openPayload(payload: Uint8Array, known?: Seal): OpenedPayload {
  if (payload.length > maxWireBytes)
    return { ok: false, reason: `payload of ${payload.length} bytes, at most ${maxWireBytes}` }
  try {
    const seal = known ?? sealOf(payload)
    if (seal === 'broken') return { ok: false, reason: 'its checksum does not hold' }
    return { ok: true, value: parse(payload, seal) }
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

function parse(payload: Uint8Array, seal: Seal): unknown {
  const mark = payload[0]
  if (mark !== deflatedMark && mark !== sealedDeflatedMark) return parseSealedJson(payload, seal)
  const body = payload.subarray(mark === deflatedMark ? 1 : 5)
  return JSON.parse(utf8.decode(inflateRawSync(body, { maxOutputLength: maxInflatedBytes })))
}
