import { type FrameShape, type Look, StreamCutter } from '../frames/stream-cutter.ts'
import { decodeHj212, lengthHj212 } from './frame.ts'

const isLineEnd = (byte: number | undefined): boolean => byte === 0x0d || byte === 0x0a

/** A start, or a line end: those stand between frames and are neither frame nor rubbish. */
function find(bytes: Buffer, from: number): number {
  for (let place = from; place < bytes.length; place++) {
    if (isLineEnd(bytes[place])) return place
    if (bytes[place] === 0x23 && (place + 1 === bytes.length || bytes[place + 1] === 0x23)) return place
  }
  return -1
}

function look(bytes: Buffer, key: Uint8Array | undefined): Look {
  if (isLineEnd(bytes[0])) return { kind: 'between', length: 1 }
  const length = lengthHj212(bytes)
  if (!length) return { kind: 'more' }
  if (!length.ok) return { kind: 'none', fault: length.fault }
  const wrong = broken(bytes, length.message)
  if (wrong) return wrong
  if (bytes.length < length.message) return { kind: 'more' }
  const decoded = decodeHj212(bytes.subarray(0, length.message), key)
  return decoded.ok ? { kind: 'frame', length: length.message } : { kind: 'none', fault: decoded.fault }
}

/** What tells early that no frame comes of this start, so that a damaged length does not swallow the frames behind it. */
function broken(bytes: Buffer, length: number): Look | undefined {
  const head = bytes.toString('latin1', 6, 9)
  if (!/^([A-Z]([A-Za-z]([A-Za-z=])?)?)?$/.test(head)) {
    return { kind: 'none', fault: { check: 'field', byte: 6, detail: 'no field name behind the length' } }
  }
  const next = bytes.subarray(0, length).indexOf('\r\n##')
  if (next < 0) return undefined
  const detail = `the next frame begins ${next + 2} bytes on; the length says ${length}`
  return { kind: 'none', fault: { check: 'length', byte: 2, detail } }
}

/** Cuts a stream of HJ 212. Frames come without their line end. `key`: SM4 key of the station, 16 bytes, for enciphered frames. */
export class Hj212Cutter extends StreamCutter {
  constructor(key?: Uint8Array) {
    const shape: FrameShape = { find, look: (bytes) => look(bytes, key) }
    super(shape)
  }
}
