import { meterShape } from '../frames/meter-frame.ts'
import { StreamCutter } from '../frames/stream-cutter.ts'
import { frameShape } from './frame.ts'

/** Cuts a stream of CJ/T 188 frames. */
export class Cjt188Cutter extends StreamCutter {
  constructor() {
    super(meterShape(frameShape))
  }
}
