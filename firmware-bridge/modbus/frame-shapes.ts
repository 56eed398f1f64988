import type { FrameFault } from '../frames/frame.ts'

/** Function codes this project speaks [MODBUS 6]. */
export const spokenCodes: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 15, 16, 23, 43])

/** Longest RTU frame: address, 253 bytes of PDU, CRC [MODBUS SERIAL 2.5.1]. */
export const longestRtu = 256

/** Read Device Identification, the only use of function 43 that is spoken [MODBUS 6.21]. */
const identification = 0x0e

/** What a frame of these first bytes can be. `length` includes address and CRC. */
export type RtuShape =
  | { readonly kind: 'request' | 'reply' | 'exception'; readonly length: number }
  /** A reply whose length is not known yet; it has at least `atLeast` bytes. */
  | { readonly kind: 'open'; readonly atLeast: number }

type Shaper = (bytes: Buffer) => RtuShape[]

const even = (count: number): boolean => count % 2 === 0

/**
 * Every shape the bytes allow, requests before replies: RTU does not say which of the two a frame is, only its length and its
 * fields do. Fields are judged as far as they have come; the CRC is not looked at.
 */
export function rtuShapes(bytes: Buffer): RtuShape[] {
  const code = bytes[1]
  if (code === undefined) return [{ kind: 'open', atLeast: 4 }]
  if (code & 0x80) return spokenCodes.has(code & 0x7f) ? exceptionShape(bytes) : []
  return shapers.get(code)?.(bytes) ?? []
}

/** Codes 1 to 11 without 7 and 9, which nobody defined [MODBUS 7]; 7 stood in older editions and is still heard. */
const exceptionShape: Shaper = (bytes) => {
  const code = bytes[2]
  return code === undefined || (code >= 1 && code <= 11) ? [{ kind: 'exception', length: 5 }] : []
}

/** Whether the 16 bits at `place` may be `low` to `high`; not come yet, they may. */
function within(bytes: Buffer, place: number, low: number, high: number): boolean {
  if (bytes.length < place + 2) return true
  const value = bytes.readUInt16BE(place)
  return value >= low && value <= high
}

/** Places `address` to `address + count - 1` exist. */
function places(bytes: Buffer, place: number, most: number): boolean {
  if (!within(bytes, place + 2, 1, most)) return false
  return bytes.length < place + 4 || bytes.readUInt16BE(place) + bytes.readUInt16BE(place + 2) <= 65_536
}

const readRequest =
  (most: number): Shaper =>
  (bytes) =>
    places(bytes, 2, most) ? [{ kind: 'request', length: 8 }] : []

const countedReply =
  (whole: boolean): Shaper =>
  (bytes) => {
    const count = bytes[2]
    if (count === undefined) return [{ kind: 'open', atLeast: 6 }]
    return count >= 1 && count <= 250 && (!whole || even(count)) ? [{ kind: 'reply', length: 5 + count }] : []
  }

const both =
  (...shapes: readonly Shaper[]): Shaper =>
  (bytes) =>
    shapes.flatMap((shape) => shape(bytes))

/** A single write is answered by its echo [MODBUS 6.5, 6.6]: the two cannot be told apart. */
const singleWrite: Shaper = () => [
  { kind: 'request', length: 8 },
  { kind: 'reply', length: 8 },
]

/** A coil is written FF00 or 0000 [MODBUS 6.5]. */
const coilWrite: Shaper = (bytes) => ((bytes[4] ?? 0) % 0xff === 0 && (bytes[5] ?? 0) === 0 ? singleWrite(bytes) : [])

/** `perByte` values a byte: 8 coils, half a register. */
const multipleWrite =
  (most: number, perByte: number): Shaper =>
  (bytes) => {
    if (!places(bytes, 2, most)) return []
    const reply: RtuShape = { kind: 'reply', length: 8 }
    const count = bytes[6]
    if (count === undefined) return [{ kind: 'open', atLeast: 8 }]
    const fits = count === Math.ceil(bytes.readUInt16BE(4) / perByte)
    return fits ? [{ kind: 'request', length: 9 + count }, reply] : [reply]
  }

const readWriteRequest: Shaper = (bytes) => {
  if (!places(bytes, 2, 125) || !places(bytes, 6, 121)) return []
  const count = bytes[10]
  if (count === undefined) return [{ kind: 'open', atLeast: 15 }]
  return count === 2 * bytes.readUInt16BE(8) ? [{ kind: 'request', length: 13 + count }] : []
}

/** Objects of device identification follow one another, each with its own length [MODBUS 6.21]. */
const identificationShapes: Shaper = (bytes) => {
  if ((bytes[2] ?? identification) !== identification || !((bytes[3] ?? 1) >= 1 && (bytes[3] ?? 1) <= 4)) return []
  const shapes: RtuShape[] = [{ kind: 'request', length: 7 }]
  const count = bytes[7]
  if (count === undefined) return [...shapes, { kind: 'open', atLeast: 10 }]
  let end = 8
  for (let object = 0; object < count; object++) {
    const size = bytes[end + 1]
    if (size === undefined) return end + 4 > longestRtu ? shapes : [...shapes, { kind: 'open', atLeast: end + 4 }]
    end += 2 + size
  }
  return end + 2 > longestRtu ? shapes : [...shapes, { kind: 'reply', length: end + 2 }]
}

const shapers: ReadonlyMap<number, Shaper> = new Map([
  [1, both(readRequest(2000), countedReply(false))],
  [2, both(readRequest(2000), countedReply(false))],
  [3, both(readRequest(125), countedReply(true))],
  [4, both(readRequest(125), countedReply(true))],
  [5, coilWrite],
  [6, singleWrite],
  [15, multipleWrite(1968, 8)],
  [16, multipleWrite(123, 0.5)],
  [23, both(readWriteRequest, countedReply(true))],
  [43, identificationShapes],
])

/** Why bytes of a spoken function have no shape. */
export const shapelessFault = (bytes: Buffer): FrameFault => {
  const code = bytes[1] ?? 0
  if (!spokenCodes.has(code & 0x7f)) {
    return { check: 'code', byte: 1, detail: `function ${code} is not one of ${[...spokenCodes].join(', ')}` }
  }
  return { check: 'field', byte: 2, detail: `no request and no reply of function ${code & 0x7f} has these fields` }
}
