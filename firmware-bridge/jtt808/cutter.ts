import { type FrameShape, StreamCutter } from '../frames/stream-cutter.ts'
import { mark } from './escape.ts'
import { decodeFrame, longestFrame } from './frame.ts'

const shape: FrameShape = {
  find: (bytes, from) => bytes.indexOf(mark, from),
  look(bytes) {
    const end = bytes.indexOf(mark, 1)
    if (end < 0 && bytes.length < longestFrame) return { kind: 'more' }
    if (end < 0 || end >= longestFrame) {
      return {
        kind: 'none',
        fault: { check: 'length', byte: longestFrame, detail: `no 7E ends the frame within ${longestFrame} bytes` },
      }
    }
    const decoded = decodeFrame(bytes.subarray(0, end + 1))
    return decoded.ok ? { kind: 'frame', length: end + 1 } : { kind: 'none', fault: decoded.fault }
  },
}

/** Cuts a stream of JT/T 808 frames. The mark that ends what is no frame may begin the next. */
export class Jtt808Cutter extends StreamCutter {
  constructor() {
    super(shape)
  }
}
