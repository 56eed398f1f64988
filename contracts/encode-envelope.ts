// Without the schema library, which costs 20 MB of memory: an edge box encodes in a thread that loads nothing else.
import { constants, deflateRawSync } from 'node:zlib'
import type { Envelope } from './envelope.ts'
import { sealDeflated, sealJson } from './seal.ts'

/** Largest payload on the wire, in bytes. */
export const maxWireBytes: number = 256 * 1024
/** Still older spools the link of a spool names at most; of more, the oldest are left out. */
export const maxOlderLinks = 16

/** The bytes a spool keeps and the wire carries: JSON that ends with its `crc`, or raw deflate behind the byte 0x02 and its CRC-32. */
export function encodeEnvelope(envelope: Envelope, compress = false): Uint8Array {
  const json = JSON.stringify(envelope)
  if (!compress) return sealJson(json)
  // Seven per cent smaller than the usual level, for some milliseconds every ten seconds.
  return sealDeflated(deflateRawSync(Buffer.from(json), { level: constants.Z_BEST_COMPRESSION }))
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
