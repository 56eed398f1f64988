import { type FrameShape, StreamCutter } from '../frames/stream-cutter.ts'
import { faultOf, frameLength, frameOverhead, longestData } from './frame.ts'

const shape: FrameShape = {
  find(bytes, from) {
    for (let place = bytes.indexOf(0x40, from); place >= 0; place = bytes.indexOf(0x40, place + 1)) {
      if (place + 1 === bytes.length || bytes[place + 1] === 0x40) return place
    }
    return -1
  },
  look(bytes) {
    const length = frameLength(bytes)
    const sane = length === undefined || length <= frameOverhead + longestData
    if (sane && bytes.length < (length ?? frameOverhead)) return { kind: 'more' }
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
