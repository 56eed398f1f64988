import type { Decoded, FrameFault } from '../frames/frame.ts'
import { escaped, mark, placeInFrame, unescaped } from './escape.ts'

/** 2011 and 2013 share their header; bit 14 of the attributes tells the edition of 2019 apart. */
export type Edition = 2013 | 2019

/** One frame of JT/T 808 [JT/T 808-2019 4.4]. */
export interface Jtt808Frame {
  /** Kind of message, e.g. 0x0200. */
  readonly id: number
  readonly edition: Edition
  /** Version of the protocol within the edition of 2019. */
  readonly version?: number
  /** The terminal's phone number as 12 or 20 digits, the padding zeros in front included. */
  readonly paddedPhone: string
  readonly serial: number
  /** Set when the message is spread over several frames; `index` counts from 1. */
  readonly packet?: { readonly total: number; readonly index: number }
  /** The body is encrypted: what it says is not known here. */
  readonly encrypted: boolean
  readonly body: Buffer
}

/** Ten bits of the attributes hold the length of a body. */
export const longestBody = 0x3ff

/** Longest frame as sent: header of 2019 with packet fields, body and check sum, every byte escaped, both marks. */
export const longestFrame = 2 * (17 + 4 + longestBody + 1) + 2

const encryptionBits = 0x1c00
const packetBit = 0x2000
const editionBit = 0x4000

/**
 * The number a person knows and the device has printed on it: without the zeros that pad it to 12 digits, of the edition of 2019 to 20
 * [JT/T 808-2019 4.4.3], so that a terminal keeps its name when its firmware takes the later edition. No number begins with a zero.
 */
export const phoneOf = ({ paddedPhone }: Jtt808Frame): string => paddedPhone.replace(/^0+(?=\d)/, '')

/** Where the body begins, counted in unescaped bytes after the first mark. */
export const bodyPlace = (frame: Pick<Jtt808Frame, 'edition' | 'packet'>): number =>
  (frame.edition === 2019 ? 17 : 12) + (frame.packet ? 4 : 0)

/** `bytes`: one frame as sent, both marks included. Faults name the byte as sent, escapes counted. */
export function decodeFrame(bytes: Buffer): Decoded<Jtt808Frame> {
  const fault = markFault(bytes)
  if (fault) return { ok: false, fault }
  const plain = unescaped(bytes)
  if (!plain.ok) return plain
  const decoded = decodePlain(plain.message)
  if (decoded.ok) return decoded
  return { ok: false, fault: { ...decoded.fault, byte: placeInFrame(bytes, decoded.fault.byte) } }
}

function markFault(bytes: Buffer): FrameFault | undefined {
  if (bytes[0] !== mark) return { check: 'start', byte: 0, detail: 'a frame begins with 7E' }
  if (bytes.length < 2) return { check: 'length', byte: 1, detail: 'nothing follows the first 7E' }
  const end = bytes.indexOf(mark, 1)
  if (end < 0) return { check: 'end', byte: bytes.length, detail: 'no 7E ends the frame' }
  if (end < bytes.length - 1)
    return { check: 'end', byte: end, detail: `${bytes.length - 1 - end} bytes after the 7E that ends the frame` }
  if (bytes.length > longestFrame)
    return { check: 'length', byte: longestFrame, detail: `${bytes.length} bytes; at most ${longestFrame} are allowed` }
  return undefined
}

function decodePlain(plain: Buffer): Decoded<Jtt808Frame> {
  const { length } = plain
  if (length < 13) return fail('length', length, `${length} bytes between the marks; the shortest frame has 13`)
  const right = xorOf(plain.subarray(0, -1))
  const given = plain[length - 1] ?? 0
  if (given !== right) return fail('checksum', length - 1, `XOR is ${hex(given)}, should be ${hex(right)}`)
  const attributes = plain.readUInt16BE(2)
  const edition: Edition = attributes & editionBit ? 2019 : 2013
  const phonePlace = edition === 2019 ? 5 : 4
  const phoneEnd = edition === 2019 ? 15 : 10
  const spread = (attributes & packetBit) !== 0
  const start = phoneEnd + 2 + (spread ? 4 : 0)
  const said = attributes & longestBody
  const actual = length - 1 - start
  if (actual !== said)
    return fail('length', 2, `the header says ${said} bytes of body; there are ${Math.max(actual, 0)}`)
  const paddedPhone = plain.toString('hex', phonePlace, phoneEnd)
  const wrong = /[a-f]/.exec(paddedPhone)
  if (wrong) return fail('address', phonePlace + (wrong.index >> 1), `the phone number ${paddedPhone} is not decimal`)
  const packet = spread ? { total: plain.readUInt16BE(start - 4), index: plain.readUInt16BE(start - 2) } : undefined
  if (packet && (packet.index < 1 || packet.index > packet.total))
    return fail('field', start - 2, `packet ${packet.index} of ${packet.total}`)
  return {
    ok: true,
    message: {
      id: plain.readUInt16BE(0),
      edition,
      ...(edition === 2019 ? { version: plain[4] ?? 0 } : {}),
      paddedPhone,
      serial: plain.readUInt16BE(phoneEnd),
      ...(packet ? { packet } : {}),
      encrypted: (attributes & encryptionBits) !== 0,
      body: plain.subarray(start, -1),
    },
  }
}

/** A frame that is not spread and not encrypted; `body` has at most 1023 bytes. */
export function encodeFrame(frame: Omit<Jtt808Frame, 'encrypted' | 'packet'>): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(frame.id, 0)
  head.writeUInt16BE(frame.body.length | (frame.edition === 2019 ? editionBit : 0), 2)
  const version = frame.edition === 2019 ? [frame.version ?? 1] : []
  const serial = Buffer.from([frame.serial >> 8, frame.serial & 0xff])
  const phone = Buffer.from(frame.paddedPhone, 'hex')
  const plain = Buffer.concat([head, Buffer.from(version), phone, serial, frame.body])
  const inner = escaped(Buffer.concat([plain, Buffer.from([xorOf(plain)])]))
  return Buffer.concat([Buffer.from([mark]), inner, Buffer.from([mark])])
}

function xorOf(bytes: Uint8Array): number {
  let sum = 0
  for (const byte of bytes) sum ^= byte
  return sum
}

const fail = (check: FrameFault['check'], byte: number, detail: string): { ok: false; fault: FrameFault } => ({
  ok: false,
  fault: { check, byte, detail },
})

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0')
