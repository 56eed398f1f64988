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

export interface Cjt188Frame {
  /** 10-19 water, 20-29 heat, 30-39 gas, 40-49 others, hexadecimal [CJ/T 188-2018 table 1]. */
  readonly type: number
  /** Fourteen digits as printed on the meter; pairs of A ask any meter. */
  readonly meter: string
  readonly control: number
  readonly data: Buffer
}

/** Bits of the control code beside the function. */
export const reply = 0x80
export const refused = 0x40

/** 68, type, address 7, control, length. */
export const head = 11
const tail = 2
/** Data of a read are at most 100 bytes; a key may not be longer either [CJ/T 188 6.3]. */
const mostData = 100
/** With the FE bytes before it. */
export const longestCjt188: number = mostLead + head + mostData + tail

export const frameShape: MeterFrameShape = {
  head,
  begins: (bytes, at) => at + 1 >= bytes.length || isType(bytes[at + 1] ?? 0),
  lengthAt(bytes, at) {
    const length = bytes[at + 10] ?? 0
    return length > mostData ? undefined : head + length + tail
  },
}

/** AA: a question to meters of any type. */
const isType = (type: number): boolean => (type >= 0x10 && type <= 0x49) || type === 0xaa

/** A whole frame, with or without FE bytes before it. */
export function decodeFrame(bytes: Buffer): Decoded<Cjt188Frame & { readonly dataAt: number }> {
  const checked = checkMeterFrame(bytes, frameShape)
  if (!('at' in checked)) return { ok: false, fault: checked }
  const { at } = checked
  const type = bytes[at + 1] ?? 0
  if (!isType(type)) {
    return { ok: false, fault: { check: 'code', byte: at + 1, detail: `${hex(type)} is no type of meter` } }
  }
  const meter = printedDigits(bytes.subarray(at + 2, at + 9))
  if (!isMeterAddress(meter)) {
    return { ok: false, fault: { check: 'address', byte: at + 2, detail: `${meter} is no address of a meter` } }
  }
  const dataAt = at + head
  return {
    ok: true,
    message: { type, meter, control: bytes[at + 9] ?? 0, data: bytes.subarray(dataAt, bytes.length - tail), dataAt },
  }
}

/** The bytes of a frame, without FE before it. `meter`: fourteen digits as printed, or pairs of A. */
export function encodeFrame({ type, meter, control, data }: Cjt188Frame): Buffer {
  const frame = Buffer.concat([Buffer.of(startMark, type), wireBytes(meter), Buffer.of(control, data.length), data])
  return Buffer.concat([frame, Buffer.of(sumOf(frame, 0, frame.length), endMark)])
}

/** Sent as 1F 90 by the standard, as 90 1F by some makers; printed 901F either way. */
export function identifierOf(data: Buffer): string {
  const printed = printedDigits(data.subarray(0, 2))
  return printed === '1F90' ? '901F' : printed
}

/** Makers put letters of their code into the two highest bytes. */
export const isMeterAddress = (meter: string): boolean => /^[0-9A-F]{4}(?:\d\d|AA){5}$/.test(meter)
