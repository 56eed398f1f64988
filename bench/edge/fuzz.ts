// Bad input: made frames for every protocol (rubbish, good ones with bytes changed, cut off at every byte, run together, without end). First the
// codecs, then what stands behind them in a running gateway: framings in which it asks, sessions, the reader of a broker's messages.
//   setup/with-node bench/edge/fuzz.ts [FRAMES] [NAME ...]      names as the titles say: modbus-rtu, 'modbus-tcp asked', 'hj212 heard'
import { type Codec, frameProtocols, loadCodec } from '@civitals/firmware-bridge/decode'
import { exposeGarbageCollection, type FuzzResult, fuzzCodec } from '../../firmware-bridge/testing/fuzz.ts'
import { fuzzReceiver, type ReceiverFuzz } from '../../firmware-bridge/testing/fuzz-receiver.ts'
import { goodFrames } from '../../firmware-bridge/testing/golden-frames.ts'
import { type ReceiverUnderTest, receiversUnderTest } from '../../firmware-bridge/testing/receivers-under-test.ts'
import { reseals } from '../../firmware-bridge/testing/reseal.ts'
import { type Figure, printFigures } from '../run.ts'

const count = Number(process.argv[2] ?? 1_000_000)
const names = process.argv.slice(3)
const isWanted = (name: string): boolean => names.length === 0 || names.includes(name)
exposeGarbageCollection()

const byReason = (refused: Readonly<Record<string, number>>): Figure[] =>
  Object.entries(refused)
    .filter(([, each]) => each > 0)
    .map(([check, measured]) => ({ what: `refused by ${check}`, measured, unit: '' }))

function codecFigures(name: string, { longestBytes }: Codec, result: FuzzResult): void {
  const refused = Object.values(result.refused).reduce((sum, each) => sum + each, 0)
  printFigures(`${name}: ${result.frames} made frames`, [
    { what: 'calls that threw', measured: result.thrown, unit: '', atMost: 0 },
    { what: 'neither explained nor refused', measured: result.frames - result.valid - refused, unit: '', atMost: 0 },
    { what: 'refused without a check, a byte or a reason', measured: result.unreasoned, unit: '', atMost: 0 },
    { what: 'bytes of the stream unaccounted for', measured: Math.abs(result.bytesLost), unit: '', atMost: 0 },
    { what: 'good frames behind rubbish that were missed', measured: result.missed, unit: '', atMost: 0 },
    { what: 'longest call of explain or cutter, processor time', measured: result.slowestMs, unit: 'ms', atMost: 1000 },
    { what: 'most bytes kept waiting', measured: result.heldMost, unit: 'bytes', atMost: longestBytes },
    { what: 'growth of memory', measured: result.growthBytes / 1e6, unit: 'MB', atMost: 4 },
    { what: 'explained as good', measured: result.valid, unit: '' },
    ...byReason(result.refused),
    { what: 'cut as frames', measured: result.cut.frames, unit: '' },
    { what: 'throughput', measured: result.frames / (result.ms / 1000), unit: 'frames/s' },
    { what: 'throughput', measured: result.bytesFed / 1e6 / (result.ms / 1000), unit: 'MB/s' },
  ])
  if (result.firstFailure) console.log(`first failure: ${result.firstFailure}\n`)
}

function receiverFigures(name: string, { mostHeld }: ReceiverUnderTest, result: ReceiverFuzz): void {
  printFigures(`${name}: ${result.frames} made frames`, [
    { what: 'calls that threw', measured: result.thrown, unit: '', atMost: 0 },
    { what: 'refused without a check or a reason', measured: result.unreasoned, unit: '', atMost: 0 },
    { what: 'frames of which nothing came and nobody said why', measured: result.untold, unit: '', atMost: 0 },
    { what: 'good frames behind rubbish that had no effect', measured: result.missed, unit: '', atMost: 0 },
    { what: 'longest call, processor time', measured: result.slowestMs, unit: 'ms', atMost: 1000 },
    ...(mostHeld === undefined
      ? []
      : [{ what: 'most bytes kept waiting', measured: result.heldMost, unit: 'bytes', atMost: mostHeld }]),
    { what: 'growth of memory', measured: result.growthBytes / 1e6, unit: 'MB', atMost: 4 },
    { what: 'good', measured: result.good, unit: '' },
    ...byReason(result.refused),
    { what: 'throughput', measured: result.frames / (result.ms / 1000), unit: 'frames/s' },
  ])
  if (result.firstFailure) console.log(`first failure: ${result.firstFailure}\n`)
}

for (const protocol of frameProtocols.filter(isWanted)) {
  const codec = await loadCodec(protocol)
  const reseal = reseals[protocol] ?? ((frame) => frame)
  codecFigures(protocol, codec, fuzzCodec(codec, await goodFrames(protocol), reseal, count, 440_607))
}
for (const [name, under] of Object.entries(await receiversUnderTest()).filter(([name]) => isWanted(name)))
  receiverFigures(name, under, fuzzReceiver(under, count, 440_608))
