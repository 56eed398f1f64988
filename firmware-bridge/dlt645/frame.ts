import type { Decoded } from '../frames/frame.ts'
import {
  checkMeterFrame,
  endMark,
  hex,
  type MeterFrameShape,
  mostLead,
  printedDigits,
  startMark,
  sumOf,
  wireBytes,
} from '../frames/meter-frame.ts'
import { editionOf } from './control.ts'

export interface Dlt645Frame {
  /** Twelve digits as printed on the meter; pairs of A stand for any digits [DL/T 645-2007 5.2.2]. */
  readonly meter: string
  readonly control: number
  /** Data as the meter means them: 33 is taken off each byte. */
  readonly data: Buffer
}

/** 68, address 6, 68, control, length. */
const head = 10
/** Behind the head: sum and 16. */
const tail = 2
/** Most data of a frame: 200 bytes in a read, 50 in a write [DL/T 645-2007 5.2.5]. */
export const mostData = 200
/** With the FE bytes before it. */
export const longestDlt645: number = mostLead + head + mostData + tail

export const frameShape: MeterFrameShape = {
  head,
  begins: (bytes, at) => at + 7 >= bytes.length || bytes[at + 7] === startMark,
  lengthAt(bytes, at) {
    const length = bytes[at + 9] ?? 0
    return length > mostData ? undefined : head + length + tail
  },
}

/** A frame of either edition, whole, with or without FE bytes before it. */
export function decodeFrame(bytes: Buffer): Decoded<Dlt645Frame & { readonly dataAt: number }> {
  const lacks = (byte: number, check: 'start' | 'address' | 'code', detail: string): Decoded<never> => ({
    ok: false,
    fault: { check, byte, detail },
  })
  const checked = checkMeterFrame(bytes, frameShape)
  if (!('at' in checked)) return { ok: false, fault: checked }
  const { at } = checked
  if (bytes[at + 7] !== startMark) return lacks(at + 7, 'start', `${hex(bytes[at + 7])} instead of the second 68`)
  const meter = printedDigits(bytes.subarray(at + 1, at + 7))
  const wrong = /^(?:..)*?(?=(?!AA|\d\d)..)/.exec(meter)?.[0].length
  if (wrong !== undefined) return lacks(at + 6 - wrong / 2, 'address', `${meter} is no address of a meter`)
  const control = bytes[at + 8] ?? 0
  const dataAt = at + head
  const data = Buffer.from(bytes.subarray(dataAt, bytes.length - tail)).map((byte) => byte - 0x33) as Buffer
  if (!editionOf(control, data.length)) return lacks(at + 8, 'code', `control code ${hex(control)} is not defined`)
  return { ok: true, message: { meter, control, data, dataAt } }
}

/** The bytes of a frame, without FE before it. `meter`: twelve digits as printed, or pairs of A. */
export function encodeFrame({ meter, control, data }: Dlt645Frame): Buffer {
  const frame = Buffer.concat([
    Buffer.of(startMark),
    wireBytes(meter),
    Buffer.of(startMark, control, data.length),
    data.map((byte) => byte + 0x33),
  ])
  return Buffer.concat([frame, Buffer.of(sumOf(frame, 0, frame.length), endMark)])
}

export const isMeterAddress = (meter: string): boolean => /^(?:\d\d|AA){6}$/.test(meter)
