import type { Decoded, FrameCheck, FrameFault } from '../frames/frame.ts'
import { crc16 } from '../modbus/crc.ts'

/** Marks that end a frame [SL 651-2014 table 10]. Upwards: ETX, ETB; downwards: the rest. */
export const endMarks = {
  ETX: 0x03,
  EOT: 0x04,
  ENQ: 0x05,
  ACK: 0x06,
  NAK: 0x15,
  ETB: 0x17,
  ESC: 0x1b,
} as const
export type EndMark = keyof typeof endMarks

const stx = 0x02
const syn = 0x16
const soh = 0x01

/** One frame [SL 651-2014 6.2.3]. */
export interface Sl651Frame {
  /** Binary behind 7E7E, or ASCII characters behind SOH. */
  readonly encoding: 'hex' | 'ascii'
  /** To the centre or from it. */
  readonly direction: 'up' | 'down'
  /** 0-255 */
  readonly centre: number
  /** Ten digits as printed on the station. The last four may be hexadecimal where the first six are an administrative code [6.2.3.2]. */
  readonly station: string
  /** Four hexadecimal digits. */
  readonly password: string
  readonly function: number
  /** Only of frames that begin with SYN: the body is cut into `total` packets, this is `number`, from 1. */
  readonly packet?: { readonly total: number; readonly number: number }
  /** Between start and end mark, without the packet numbers. */
  readonly body: Buffer
  readonly end: EndMark
}

type Encoding = Sl651Frame['encoding']

/** Places of one encoding, in bytes. `unit`: bytes on the wire per byte meant. */
const layouts = {
  hex: { unit: 1, start: 2, head: 13, crc: 2 },
  ascii: { unit: 2, start: 1, head: 23, crc: 4 },
} as const

/** Longest frame: head, start mark, 4095 bytes, end mark, check sum. */
export const longestSl651: number = 23 + 1 + 4095 + 1 + 4

const faultAt = (check: FrameCheck, byte: number, detail: string): { ok: false; fault: FrameFault } => ({
  ok: false,
  fault: { check, byte, detail },
})

const isHex = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)

/** How long the frame is, as far as `bytes` tell; undefined: not enough of them. */
export function lengthSl651(bytes: Buffer): Decoded<{ encoding: Encoding; length: number }> | undefined {
  const [first, second] = [bytes[0], bytes[1]]
  if (first === undefined) return undefined
  if (first !== soh && first !== 0x7e) return faultAt('start', 0, 'begins with neither 7E7E nor SOH')
  if (first === 0x7e && second !== undefined && second !== 0x7e) return faultAt('start', 1, 'one 7E alone')
  const encoding: Encoding = first === soh ? 'ascii' : 'hex'
  const { head, unit, crc, start } = layouts[encoding]
  const known = bytes.subarray(start, head)
  const odd = encoding === 'ascii' ? known.findIndex((byte) => !isHex(byte)) : -1
  if (odd >= 0) return faultAt('field', start + odd, 'the head is not hexadecimal characters')
  if (bytes.length <= head) return undefined
  const word = numberAt(bytes, head - 2 * unit, 2, encoding)
  if ((word & 0x7000) !== 0) return faultAt('code', head - 2 * unit, 'says neither up (0) nor down (8)')
  const mark = bytes[head]
  if (mark !== stx && mark !== syn) return faultAt('start', head, 'neither STX nor SYN before the body')
  const length = word & 0xfff
  if (mark === syn && length < 3 * unit) return faultAt('length', head - 2 * unit, 'too short for packet numbers')
  return { ok: true, message: { encoding, length: head + 1 + length + 1 + crc } }
}

/** A number of `size` bytes, or of twice as many characters. */
function numberAt(bytes: Buffer, place: number, size: number, encoding: Encoding): number {
  return encoding === 'hex'
    ? bytes.readUIntBE(place, size)
    : Number.parseInt(bytes.toString('latin1', place, place + size * 2), 16)
}

/** Reads one whole frame. Never throws. */
export function decodeSl651(bytes: Buffer): Decoded<Sl651Frame> {
  const measured = lengthSl651(bytes)
  if (!measured) return faultAt('length', bytes.length, `${bytes.length} bytes; the shortest frame has 17`)
  if (!measured.ok) return measured
  const { encoding, length } = measured.message
  if (bytes.length < length)
    return faultAt('length', bytes.length, `ends after ${bytes.length} bytes; its length says ${length}`)
  if (bytes.length > length) return faultAt('length', length, `${bytes.length} bytes; its length says ${length}`)
  const { crc } = layouts[encoding]
  const close = length - crc - 1
  const end = (Object.keys(endMarks) as EndMark[]).find((mark) => endMarks[mark] === bytes[close])
  if (!end) return faultAt('end', close, 'no end mark where the length puts it')
  const sum = crc16(bytes, 0, length - crc)
  const printed = encoding === 'hex' ? bytes.toString('hex', close + 1) : bytes.toString('latin1', close + 1)
  if (!/^[0-9a-f]{4}$/i.test(printed) || Number.parseInt(printed, 16) !== sum) {
    return faultAt('checksum', close + 1, `check sum is ${printed.toUpperCase()}, should be ${digits(sum, 4)}`)
  }
  return fieldsOf(bytes, encoding, close, end)
}

const digits = (value: number, width: number): string => value.toString(16).toUpperCase().padStart(width, '0')

function fieldsOf(bytes: Buffer, encoding: Encoding, close: number, end: EndMark): Decoded<Sl651Frame> {
  const { unit, start, head } = layouts[encoding]
  const text = (place: number, size: number): string =>
    (encoding === 'hex'
      ? bytes.toString('hex', place, place + size)
      : bytes.toString('latin1', place, place + 2 * size)
    ).toUpperCase()
  const up = (numberAt(bytes, head - 2 * unit, 2, encoding) & 0x8000) === 0
  const centreAt = up ? start : start + 5 * unit
  const stationAt = up ? start + unit : start
  const station = text(stationAt, 5)
  // The first six digits are decimal in both kinds of address [SL 651-2014 6.2.3.2].
  const odd = station.slice(0, 6).search(/\D/)
  if (odd >= 0)
    return faultAt('address', stationAt + Math.floor((odd * unit) / 2), `no station has the address ${station}`)
  const packets = bytes[head] === syn
  const from = head + 1 + (packets ? 3 * unit : 0)
  const word = packets ? numberAt(bytes, head + 1, 3, encoding) : 0
  const packet = { total: word >> 12, number: word & 0xfff }
  if (packets && (packet.number === 0 || packet.number > packet.total)) {
    return faultAt('field', head + 1, `packet ${packet.number} of ${packet.total} cannot be`)
  }
  return {
    ok: true,
    message: {
      encoding,
      direction: up ? 'up' : 'down',
      centre: numberAt(bytes, centreAt, 1, encoding),
      station,
      password: text(start + 6 * unit, 2),
      function: numberAt(bytes, start + 8 * unit, 1, encoding),
      ...(packets ? { packet } : {}),
      body: Buffer.from(bytes.subarray(from, close)),
      end,
    },
  }
}

/** The frame as it travels. */
export function encodeSl651(frame: Sl651Frame): Buffer {
  const { unit } = layouts[frame.encoding]
  const length = frame.body.length + (frame.packet ? 3 * unit : 0)
  const centre = digits(frame.centre, 2)
  const address = frame.direction === 'up' ? `${centre}${frame.station}` : `${frame.station}${centre}`
  const word = digits((frame.direction === 'up' ? 0 : 0x8000) | length, 4)
  const head = `${address}${frame.password}${digits(frame.function, 2)}${word}`
  const numbers = frame.packet ? digits((frame.packet.total << 12) | frame.packet.number, 6) : ''
  const written = (text: string): Buffer => Buffer.from(text, frame.encoding === 'hex' ? 'hex' : 'latin1')
  const sealed = Buffer.concat([
    frame.encoding === 'hex' ? Buffer.from([0x7e, 0x7e]) : Buffer.from([soh]),
    written(head),
    Buffer.from([frame.packet ? syn : stx]),
    written(numbers),
    frame.body,
    Buffer.from([endMarks[frame.end]]),
  ])
  return Buffer.concat([sealed, written(digits(crc16(sealed), 4))])
}
