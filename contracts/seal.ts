// Checksums of payloads, so that bytes turned on their way are told from what was written. TCP's own is 16 bits wide and ends at every box in
// between. Loads without the schema library.
import { crc32 } from 'node:zlib'

/** First byte of raw deflate of a JSON text; JSON never starts with it. */
export const deflatedMark = 0x01
/** First byte of the same behind its CRC-32 (four bytes, most significant first). */
export const sealedDeflatedMark = 0x02

/** `none`: written without a checksum, by an older version or by other people. */
export type Seal = 'holds' | 'broken' | 'none'

const brace = 0x7b
const head = Buffer.from(',"crc":"')
const tail = Buffer.from('"}')
const digits = 8
const sealBytes = head.length + digits + tail.length

/**
 * The bytes of a JSON object (not an empty one) with `crc` as its last member: CRC-32/ISO-HDLC of all bytes before the comma in front of it, as
 * eight hexadecimal digits. Any JSON reader reads it.
 */
export function sealJson(json: string): Uint8Array {
  const body = Buffer.from(json)
  const open = body.subarray(0, -1)
  const sum = crc32(open).toString(16).padStart(digits, '0')
  return Buffer.concat([open, head, Buffer.from(sum, 'latin1'), tail])
}

/** Raw deflate behind its mark and CRC-32. */
export function sealDeflated(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 5)
  bytes[0] = sealedDeflatedMark
  new DataView(bytes.buffer).setUint32(1, crc32(body))
  bytes.set(body, 5)
  return bytes
}

/** Whether a payload is what its sender sealed. A seal is known as one when half of its fixed bytes are there. Never throws. */
export function sealOf(payload: Uint8Array): Seal {
  if (payload[0] === sealedDeflatedMark) return sumOfDeflatedHolds(payload) ? 'holds' : 'broken'
  // Most damage spares the sum and hits the mark at most.
  if (payload[0] !== brace) return payload[0] !== deflatedMark && sumOfDeflatedHolds(payload) ? 'broken' : 'none'
  const bytes = bufferOf(payload)
  const start = bytes.length - sealBytes
  if (start < 1) return 'none'
  const there = matching(bytes, start, head) + matching(bytes, bytes.length - tail.length, tail)
  if (there < (head.length + tail.length) / 2) return 'none'
  const exact = there === head.length + tail.length
  return exact && sumAt(bytes, start + head.length) === crc32(bytes.subarray(0, start)) ? 'holds' : 'broken'
}

/** The number that eight lower-case hexadecimal digits stand for; NaN: they are none. */
function sumAt(bytes: Uint8Array, start: number): number {
  let sum = 0
  for (let place = start; place < start + digits; place++) sum = sum * 16 + (digitOf[bytes[place] ?? 0] ?? Number.NaN)
  return sum
}

const digitOf: readonly number[] = Array.from({ length: 256 }, (_, byte) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(byte))
  return digit < 0 ? Number.NaN : digit
})

/** The JSON value of a sealed or unsealed JSON text, without its `crc`. Undefined when its seal is broken; throws when it is no JSON. */
export function parseSealedJson(payload: Uint8Array, seal: Seal = sealOf(payload)): unknown {
  if (seal === 'broken') return undefined
  if (seal === 'none') return JSON.parse(utf8.decode(payload))
  // Cut off before, a member costs nothing; taken out of the object afterwards it cost half as much as parsing all of it (measured).
  return JSON.parse(`${utf8.decode(payload.subarray(0, payload.length - sealBytes))}}`)
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function sumOfDeflatedHolds(payload: Uint8Array): boolean {
  if (payload.length < 6) return false
  const { buffer, byteOffset, length } = payload
  return new DataView(buffer, byteOffset, length).getUint32(1) === crc32(payload.subarray(5))
}

function matching(bytes: Buffer, start: number, wanted: Buffer): number {
  let count = 0
  for (let place = 0; place < wanted.length; place++) if (bytes[start + place] === wanted[place]) count++
  return count
}

const bufferOf = (payload: Uint8Array): Buffer =>
  Buffer.isBuffer(payload) ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.length)
