// Without the schema library, which costs 20 MB of memory: an edge box encodes in a thread that loads nothing else.
import { constants, deflateRawSync } from 'node:zlib'
import type { Envelope } from './envelope.ts'

/** Largest payload on the wire, in bytes. */
export const maxWireBytes: number = 256 * 1024

/** First byte of a deflated payload; JSON never starts with it. */
export const deflatedMark = 0x01

/** The bytes a spool keeps and the wire carries: JSON, or one byte 0x01 and raw deflate of it. */
export function encodeEnvelope(envelope: Envelope, compress = false): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(envelope))
  if (!compress) return json
  // Seven per cent smaller than the usual level, for some milliseconds every ten seconds.
  const body = deflateRawSync(json, { level: constants.Z_BEST_COMPRESSION })
  const bytes = new Uint8Array(body.length + 1)
  bytes[0] = deflatedMark
  bytes.set(body, 1)
  return bytes
}

/** Readings an envelope accounts for: every point with a value or a quality, once. */
export function countReadings(envelope: Pick<Envelope, 'samples'>): number {
  let count = 0
  for (const sample of envelope.samples) {
    for (const _ in sample.values) count++
    for (const point in sample.quality) if (!Object.hasOwn(sample.values, point)) count++
  }
  return count
}
