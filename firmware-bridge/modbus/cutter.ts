import type { FrameFault } from '../frames/frame.ts'
import { type FrameShape, StreamCutter } from '../frames/stream-cutter.ts'
import { crcHolds } from './crc.ts'
import { rtuShapes, shapelessFault, spokenCodes } from './frame-shapes.ts'

const crcFault: FrameFault = { check: 'checksum', byte: 0, detail: 'no length the function allows ends with its CRC' }

/** RTU has no start mark: a frame may begin wherever a spoken function code comes second. */
const shape: FrameShape = {
  find(bytes, from) {
    for (let place = from; place < bytes.length; place++) {
      if (place + 1 === bytes.length || spokenCodes.has((bytes[place + 1] ?? 0) & 0x7f)) return place
    }
    return -1
  },
  look(bytes) {
    const shapes = rtuShapes(bytes)
    let more = false
    for (const shape of shapes) {
      if (shape.kind === 'open' || bytes.length < shape.length) more = true
      else if (crcHolds(bytes, 0, shape.length)) return { kind: 'frame', length: shape.length }
    }
    if (more) return { kind: 'more' }
    return { kind: 'none', fault: shapes.length === 0 ? shapelessFault(bytes) : crcFault }
  },
}

/**
 * Cuts what is heard on an RTU line, requests and replies mixed. The silences that separate frames on the wire do not survive a
 * driver or a socket, so frames are found by length and CRC alone; one false frame in 65,536 candidates is the price.
 */
export class ModbusRtuCutter extends StreamCutter {
  constructor() {
    super(shape)
  }
}
