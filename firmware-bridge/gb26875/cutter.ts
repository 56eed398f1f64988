import { type FrameShape, StreamCutter } from '../frames/stream-cutter.ts'
import { faultOf, frameLength, frameOverhead, longestData } from './frame.ts'

function find(bytes: Buffer, from: number): number {
  for (let place = bytes.indexOf(0x40, from); place >= 0; place = bytes.indexOf(0x40, place + 1)) {
    if (place + 1 === bytes.length || bytes[place + 1] === 0x40) return place
  }
  return -1
}

/**
 * A start that came from rubbish may announce a kilobyte. An alarm behind it must not wait for that: a whole good frame inside
 * what is still awaited shows that nothing of it will come.
 */
function frameInside(bytes: Buffer): number {
  for (let place = find(bytes, 1); place >= 0; place = find(bytes, place + 1)) {
    const inner = bytes.subarray(place)
    const length = frameLength(inner)
    if (length !== undefined && length <= inner.length && !faultOf(inner.subarray(0, length))) return place
  }
  return -1
}

const shape: FrameShape = {
  find,
  look(bytes) {
    const length = frameLength(bytes)
    const sane = length === undefined || length <= frameOverhead + longestData
    if (sane && bytes.length < (length ?? frameOverhead)) {
      const inside = frameInside(bytes)
      if (inside < 0) return { kind: 'more' }
      return { kind: 'none', fault: { check: 'length', byte: inside, detail: 'another frame begins before its end' } }
    }
    const fault = faultOf(bytes.subarray(0, length))
    return fault ? { kind: 'none', fault } : { kind: 'frame', length: length ?? 0 }
  },
}

/** Cuts a stream of GB/T 26875.3 frames. */
export class Gb26875Cutter extends StreamCutter {
  constructor() {
    super(shape)
  }
}
