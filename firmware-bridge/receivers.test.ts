// What stands behind the codecs in a running gateway takes made frames by the ten thousand (bench/edge/fuzz.ts: a million each): framings in
// which it asks, sessions in which it is spoken to, the reader of a broker's messages. It neither throws nor keeps, says why, and hears
// what is good.
import t from 'tap'
import { exposeGarbageCollection } from './testing/fuzz.ts'
import { fuzzReceiver } from './testing/fuzz-receiver.ts'
import { receiversUnderTest } from './testing/receivers-under-test.ts'

const frames = 20_000
exposeGarbageCollection()

for (const [name, under] of Object.entries(await receiversUnderTest()))
  t.test(`${name}: ${frames} made frames`, async (t) => {
    const { firstFailure, good, refused, heldMost, growthBytes, ...result } = fuzzReceiver(under, frames, 440_608)
    t.equal(firstFailure, undefined)
    t.match(result, { thrown: 0, unreasoned: 0, untold: 0, missed: 0 })
    t.ok(good > frames / 100, `${good} good ones were among them`)
    const why = Object.values(refused).reduce((sum, each) => sum + each, 0)
    t.ok(why > frames / 10, `${why} reasons were given`)
    t.ok(heldMost <= (under.mostHeld ?? 0), `${heldMost} bytes waited`)
    t.ok(growthBytes < 4e6, `${growthBytes} bytes more in use`)
  })
