import { meterShape } from '../frames/meter-frame.ts'
import { StreamCutter } from '../frames/stream-cutter.ts'
import { frameShape } from './frame.ts'

/** Cuts a stream of DL/T 645 frames of both editions. */
export class Dlt645Cutter extends StreamCutter {
  constructor() {
    super(meterShape(frameShape))
  }
}
