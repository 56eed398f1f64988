// What the frames of DL/T 645 and CJ/T 188 have in common: FE bytes before them, a sum, BCD with the low byte first.
import type { FrameFault } from './frame.ts'
import type { FrameShape } from './stream-cutter.ts'

export const startMark = 0x68
export const endMark = 0x16
/** FE bytes stand before frames and wake the receiver. */
export const leadByte = 0xfe
/** The standards say one to four; adapters and repeaters are met that send more. */
export const mostLead = 16

/** FE bytes before the frame. */
export function leadLength(bytes: Uint8Array): number {
  let lead = 0
  while (bytes[lead] === leadByte) lead++
  return lead
}

export const lead = (count = 4): Buffer => Buffer.alloc(count, leadByte)

/** Sum of the bytes `[from, to)`, modulo 256. */
export function sumOf(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0
  for (let place = from; place < to; place++) sum += bytes[place] ?? 0
  return sum & 0xff
}

/** Digits as printed, from bytes that come low byte first. */
export const printedDigits = (bytes: Uint8Array): string => Buffer.from(bytes).reverse().toString('hex').toUpperCase()

/** Bytes low byte first, from digits as printed. */
export const wireBytes = (digits: string): Buffer => Buffer.from(digits, 'hex').reverse()

/** Decimal number of BCD digits; `decimals` of them stand behind the point. */
export function decimal(digits: string, decimals: number): number {
  const point = digits.length - decimals
  return Number(`${digits.slice(0, point)}.${digits.slice(point)}`)
}

/** How one protocol's frame is measured, from its start mark on. */
export interface MeterFrameShape {
  /** Fewest bytes that tell the length. */
  readonly head: number
  /** Whether what is there of the head, cut off or not, can be one. */
  begins(bytes: Buffer, at: number): boolean
  /** Length from the start mark to the end mark; undefined when the head says one it cannot have. */
  lengthAt(bytes: Buffer, at: number): number | undefined
}

/** Start, length, end mark and sum of one whole frame. The fault, or where its start mark is. */
export function checkMeterFrame(bytes: Buffer, shape: MeterFrameShape): { at: number } | FrameFault {
  const at = leadLength(bytes)
  if (at > mostLead) return { check: 'start', byte: mostLead, detail: `more than ${mostLead} bytes FE` }
  if (at === bytes.length) return { check: 'length', byte: at, detail: 'ends before the start mark' }
  if (bytes[at] !== startMark) return { check: 'start', byte: at, detail: `${hex(bytes[at])} instead of 68` }
  if (bytes.length - at < shape.head) return { check: 'length', byte: bytes.length, detail: 'ends within the head' }
  const length = shape.lengthAt(bytes, at)
  if (length === undefined)
    return { check: 'length', byte: at + shape.head - 1, detail: 'more data than a frame holds' }
  if (bytes.length < at + length) {
    return { check: 'length', byte: bytes.length, detail: `${at + length - bytes.length} bytes are missing` }
  }
  const end = at + length - 1
  if (bytes[end] !== endMark) return { check: 'end', byte: end, detail: `${hex(bytes[end])} instead of 16` }
  const sum = sumOf(bytes, at, end - 1)
  if (bytes[end - 1] !== sum) {
    return { check: 'checksum', byte: end - 1, detail: `${hex(bytes[end - 1])} instead of ${hex(sum)}` }
  }
  if (bytes.length > end + 1) {
    return { check: 'length', byte: end + 1, detail: `${bytes.length - end - 1} bytes behind the frame` }
  }
  return { at }
}

export const hex = (byte: number | undefined): string => (byte ?? 0).toString(16).toUpperCase().padStart(2, '0')

/** The same frame in a stream. FE bytes before it belong to it. */
export function meterShape(shape: MeterFrameShape): FrameShape {
  return {
    find: (bytes, from) => findStart(bytes, from, shape),
    look(bytes) {
      const at = leadLength(bytes)
      if (bytes.length - at < shape.head) return { kind: 'more' }
      const length = shape.lengthAt(bytes, at)
      if (length !== undefined && bytes.length < at + length) return { kind: 'more' }
      const checked = checkMeterFrame(bytes.subarray(0, at + (length ?? shape.head)), shape)
      return 'at' in checked ? { kind: 'frame', length: at + (length ?? 0) } : { kind: 'none', fault: checked }
    },
  }
}

function findStart(bytes: Buffer, from: number, shape: MeterFrameShape): number {
  for (let mark = from; mark < bytes.length; mark++) {
    const lead = leadLength(bytes.subarray(mark))
    const at = mark + lead
    const possible = at === bytes.length || (bytes[at] === startMark && shape.begins(bytes, at))
    // A start within the FE bytes of one that was given up is the same start.
    const judged = lead < mostLead && mark > 0 && mark === from && bytes[mark - 1] === leadByte
    if (possible && !judged) return at - Math.min(lead, mostLead)
    mark = at
  }
  return -1
}
