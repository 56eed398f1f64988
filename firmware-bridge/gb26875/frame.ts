import type { EpochMs } from '@civitals/contracts/clock'
import type { Decoded, FrameFault } from '../frames/frame.ts'
import { instantOf, wallTimeOf } from '../frames/local-time.ts'

/** One frame of the fire alarm transmission network [GB/T 26875.3-2011 6.2]. */
export interface Gb26875Frame {
  /** Number of the conversation: an answer repeats that of what it answers. */
  readonly serial: number
  readonly version: readonly [main: number, user: number]
  /** The sender's clock; absent when it shows no real time. */
  readonly at?: EpochMs
  /** Addresses as 12 hexadecimal digits, high byte first (they travel low byte first). */
  readonly source: string
  readonly target: string
  readonly command: number
  readonly data: Buffer
}

/** Bytes around the application data: start, control unit, check sum, end. */
export const frameOverhead = 30
/** [GB/T 26875.3-2011 6.2.2] */
export const longestData = 1024

/** Commands [GB/T 26875.3-2011 table 2]; 128 to 255 are the user's own. */
export const commands = { control: 1, send: 2, confirm: 3, request: 4, answer: 5, deny: 6 } as const

/** Length of the frame that begins like this; undefined when its length field has not come. */
export const frameLength = (bytes: Buffer): number | undefined =>
  bytes.length < 26 ? undefined : frameOverhead + bytes.readUInt16LE(24)

export function decodeFrame(bytes: Buffer, zoneMinutes?: number): Decoded<Gb26875Frame> {
  const fault = faultOf(bytes)
  if (fault) return { ok: false, fault }
  const at = timeAt(bytes, 6, zoneMinutes)
  return {
    ok: true,
    message: {
      serial: bytes.readUInt16LE(2),
      version: [bytes[4] ?? 0, bytes[5] ?? 0],
      ...(at === undefined ? {} : { at }),
      source: addressAt(bytes, 12),
      target: addressAt(bytes, 18),
      command: bytes[26] ?? 0,
      data: bytes.subarray(27, -3),
    },
  }
}

export function encodeFrame(frame: Gb26875Frame, zoneMinutes?: number): Buffer {
  const bytes = Buffer.alloc(frameOverhead + frame.data.length)
  bytes.write('@@', 0, 'latin1')
  bytes.writeUInt16LE(frame.serial, 2)
  bytes.set(frame.version, 4)
  if (frame.at !== undefined) bytes.set(timeBytes(frame.at, zoneMinutes), 6)
  bytes.set(Buffer.from(frame.source, 'hex').reverse(), 12)
  bytes.set(Buffer.from(frame.target, 'hex').reverse(), 18)
  bytes.writeUInt16LE(frame.data.length, 24)
  bytes[26] = frame.command
  bytes.set(frame.data, 27)
  bytes[bytes.length - 3] = sum(bytes)
  bytes.write('##', bytes.length - 2, 'latin1')
  return bytes
}

/** Six binary bytes: second, minute, hour, day, month, year of the century [GB/T 26875.3-2011 8.2.2]. */
export function timeAt(bytes: Buffer, place: number, zoneMinutes?: number): EpochMs | undefined {
  const [second = 0, minute = 0, hour = 0, day = 0, month = 0, year = 0] = bytes.subarray(place, place + 6)
  return instantOf([2000 + year, month, day, hour, minute, second], zoneMinutes)
}

export const timeBytes = (at: EpochMs, zoneMinutes?: number): number[] =>
  wallTimeOf(at, zoneMinutes)
    .toReversed()
    .map((part) => part % 100)

const addressAt = (bytes: Buffer, place: number): string =>
  Buffer.from(bytes.subarray(place, place + 6))
    .reverse()
    .toString('hex')
    .toUpperCase()

/** Of everything between start mark and check sum. */
function sum(bytes: Buffer): number {
  let total = 0
  for (let place = 2; place < bytes.length - 3; place++) total += bytes[place] ?? 0
  return total & 0xff
}

/** The first check a frame fails, whole frames and beginnings alike; a beginning without fault fails `length`. */
export function faultOf(bytes: Buffer): FrameFault | undefined {
  if (bytes[0] !== 0x40) return { check: 'start', byte: 0, detail: 'a frame begins with 40 40' }
  if (bytes[1] !== 0x40) return { check: 'start', byte: 1, detail: 'a frame begins with 40 40' }
  const length = frameLength(bytes)
  if (length === undefined || bytes.length < length) {
    if (length !== undefined && length > frameOverhead + longestData) return tooLong(length)
    const detail = `${bytes.length} bytes; ${length ?? `at least ${frameOverhead}`} are said`
    return { check: 'length', byte: bytes.length, detail }
  }
  if (length > frameOverhead + longestData) return tooLong(length)
  if (bytes.length > length)
    return { check: 'length', byte: length, detail: `${bytes.length} bytes; ${length} are said` }
  for (const byte of [length - 2, length - 1])
    if (bytes[byte] !== 0x23) return { check: 'end', byte, detail: `${hex(bytes[byte])} where 23 ends the frame` }
  const right = sum(bytes)
  const byte = length - 3
  if (bytes[byte] !== right)
    return { check: 'checksum', byte, detail: `sum is ${hex(bytes[byte])}, should be ${hex(right)}` }
  return commandFault(bytes[26] ?? 0)
}

const tooLong = (length: number): FrameFault => ({
  check: 'length',
  byte: 24,
  detail: `${length - frameOverhead} bytes of data are said; at most ${longestData} are allowed`,
})

function commandFault(command: number): FrameFault | undefined {
  if ((command >= 1 && command <= 6) || command >= 128) return undefined
  return { check: 'code', byte: 26, detail: `command ${command} is reserved` }
}

const hex = (byte: number | undefined): string => (byte ?? 0).toString(16).toUpperCase().padStart(2, '0')
