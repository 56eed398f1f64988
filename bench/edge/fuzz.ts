// Bad input: made frames for every codec (rubbish, good ones with bytes changed, cut off at every byte, run together, without end).
//   setup/with-node bench/edge/fuzz.ts [FRAMES] [PROTOCOL ...]
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  type Codec,
  type FrameProtocol,
  frameProtocols,
  isFrameProtocol,
  loadCodec,
} from '@civitals/firmware-bridge/decode'
import { type FuzzResult, fuzzCodec } from '../../firmware-bridge/testing/fuzz.ts'
import { goodFrames } from '../../firmware-bridge/testing/golden-frames.ts'
import { reseals } from '../../firmware-bridge/testing/reseal.ts'
import { printFigures } from '../run.ts'

const count = Number(process.argv[2] ?? 1_000_000)
const named = process.argv.slice(3).filter(isFrameProtocol)

setFlagsFromString('--expose-gc')
Object.assign(globalThis, { gc: runInNewContext('gc') })

function figures(protocol: FrameProtocol, { longestBytes }: Codec, result: FuzzResult): void {
  const refused = Object.values(result.refused).reduce((sum, each) => sum + each, 0)
  printFigures(`${protocol}: ${result.frames} made frames`, [
    { what: 'calls that threw', measured: result.thrown, unit: '', atMost: 0 },
    { what: 'neither explained nor refused', measured: result.frames - result.valid - refused, unit: '', atMost: 0 },
    { what: 'refused without a check, a byte or a reason', measured: result.unreasoned, unit: '', atMost: 0 },
    { what: 'bytes of the stream unaccounted for', measured: Math.abs(result.bytesLost), unit: '', atMost: 0 },
    { what: 'good frames behind rubbish that were missed', measured: result.missed, unit: '', atMost: 0 },
    { what: 'longest call of explain or cutter (nothing hangs)', measured: result.slowestMs, unit: 'ms', atMost: 1000 },
    { what: 'most bytes kept waiting', measured: result.heldMost, unit: 'bytes', atMost: longestBytes },
    { what: 'growth of memory', measured: result.growthBytes / 1e6, unit: 'MB', atMost: 4 },
    { what: 'explained as good', measured: result.valid, unit: '' },
    ...Object.entries(result.refused)
      .filter(([, each]) => each > 0)
      .map(([check, measured]) => ({ what: `refused by ${check}`, measured, unit: '' })),
    { what: 'cut as frames', measured: result.cut.frames, unit: '' },
    { what: 'throughput', measured: result.frames / (result.ms / 1000), unit: 'frames/s' },
    { what: 'throughput', measured: result.bytesFed / 1e6 / (result.ms / 1000), unit: 'MB/s' },
  ])
  if (result.firstFailure) console.log(`first failure: ${result.firstFailure}\n`)
}

for (const protocol of named.length > 0 ? named : frameProtocols) {
  const codec = await loadCodec(protocol)
  const reseal = reseals[protocol] ?? ((frame) => frame)
  figures(protocol, codec, fuzzCodec(codec, await goodFrames(protocol), reseal, count, 440_607))
}
