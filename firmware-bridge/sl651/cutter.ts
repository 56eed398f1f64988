import { type FrameShape, type Look, StreamCutter } from '../frames/stream-cutter.ts'
import { decodeSl651, lengthSl651 } from './frame.ts'

/** 7E7E, or SOH before a hexadecimal character; either may be cut off by the end. */
function find(bytes: Buffer, from: number): number {
  for (let place = from; place < bytes.length; place++) {
    const next = bytes[place + 1]
    if (bytes[place] === 0x7e && (next === undefined || next === 0x7e)) return place
    if (bytes[place] === 0x01 && (next === undefined || /[0-9A-Fa-f]/.test(String.fromCharCode(next)))) return place
  }
  return -1
}

function look(bytes: Buffer): Look {
  const measured = lengthSl651(bytes)
  if (!measured) return { kind: 'more' }
  if (!measured.ok) return { kind: 'none', fault: measured.fault }
  const { length } = measured.message
  if (bytes.length < length) return { kind: 'more' }
  const decoded = decodeSl651(bytes.subarray(0, length))
  return decoded.ok ? { kind: 'frame', length } : { kind: 'none', fault: decoded.fault }
}

const shape: FrameShape = { find, look }

/** Cuts a stream of SL 651 frames, binary and ASCII coded ones mixed. */
export class Sl651Cutter extends StreamCutter {
  constructor() {
    super(shape)
  }
}
