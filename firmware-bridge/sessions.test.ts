// Terminals that begin what they never end, and thousands that are none: what a connection keeps for them is bounded.
import t, { type Test } from 'tap'
import type { PushSession } from './frames/session.ts'
import { encodeFrame as encodeGb26875 } from './gb26875/frame.ts'
import { Gb26875Session } from './gb26875/session.ts'
import { encodeHj212 } from './hj212/frame.ts'
import { Hj212Session } from './hj212/session.ts'
import { Jtt808Session } from './jtt808/session.ts'
import { MqttJsonReader } from './mqtt-json/reader.ts'
import { encodeSl651 } from './sl651/frame.ts'
import { Sl651Session } from './sl651/session.ts'
import { collectGarbage, exposeGarbageCollection, memoryBytes } from './testing/fuzz.ts'

exposeGarbageCollection()

const now = Date.parse('2026-11-25T09:30:00+08:00')
const lookEvery = 500

/** Most bytes in use beside those at the beginning; `take` keeps what it keeps until the end. */
function peakOf(frames: Iterable<Buffer>, take: (frame: Buffer) => void): number {
  const inUse = (): number => {
    collectGarbage()
    return memoryBytes()
  }
  const before = inUse()
  let peak = 0
  let number = 0
  for (const frame of frames) {
    take(frame)
    if (number++ % lookEvery === 0) peak = Math.max(peak, inUse() - before)
  }
  return peak
}

/** `frames`: all good, so that the session has something to keep. Rubbish between them tears the memory they stand in. */
function flood(t: Test, session: PushSession, frames: Iterable<Buffer>, mostBytes: number): void {
  const rubbish = Buffer.alloc(3000, 0x41)
  let taken = 0
  let frame = 0
  const peak = peakOf(frames, (bytes) => {
    frame++
    const { answers, heard } = session.receive(bytes, now)
    if (heard.length + answers.length > 0) taken++
    session.receive(rubbish, now)
  })
  t.equal(taken, frame, 'every frame is good')
  t.ok(peak < mostBytes, `${peak} bytes at most`)
}

function* hj212(stations: number, packets: number): Generator<Buffer> {
  // The shortest fields there are: each takes far more room in memory than on the wire.
  const fields = Array.from({ length: 2000 }, (_, place) => ['a', String(place % 10)] as const)
  for (let station = 0; station < stations; station++)
    for (let number = 1; number <= packets; number++)
      yield encodeHj212({
        qn: `20261125093000${String(number).padStart(3, '0')}`,
        ...{ st: '22', cn: '2011', mn: String(station).padStart(24, '0'), flag: 6, packet: { total: 64, number } },
        groups: [fields],
      })
}

t.test('HJ 212: uploads of many packets of which the last never comes', async (t) => {
  flood(t, new Hj212Session(), hj212(20, 63), 8e6)
})

t.test('HJ 212: a new station in every frame, each with minutes that are missing', async (t) => {
  function* frames(): Generator<Buffer> {
    for (let station = 0; station < 1000; station++)
      for (const time of ['20261124093000', '20261125093000'])
        yield encodeHj212({
          ...{ qn: '20261125093000000', st: '22', cn: '2051', mn: String(station).padStart(24, '0'), flag: 4 },
          groups: [[['DataTime', time]], [['a34004-Avg', '1']]],
        })
  }
  // A day of minutes of each of 256 stations.
  flood(t, new Hj212Session({ minuteInterval: 1 }), frames(), 40e6)
})

t.test('SL 651: bodies of 4095 packets of which the last never comes', async (t) => {
  function* frames(): Generator<Buffer> {
    for (let station = 0; station < 5; station++)
      for (let number = 1; number <= 3000; number++)
        yield encodeSl651({
          ...{ encoding: 'hex', direction: 'up', centre: 1, station: String(1_000_000_000 + station) },
          ...{ password: '1234', function: 0x36, packet: { total: 4095, number }, end: 'ETB' },
          body: Buffer.alloc(400, number),
        })
  }
  flood(t, new Sl651Session(), frames(), 6e6)
})

t.test('GB/T 26875.3: a new device in every frame, each with a clock that is wrong', async (t) => {
  function* frames(): Generator<Buffer> {
    for (let device = 0; device < 20_000; device++)
      yield encodeGb26875({
        ...{ serial: 1, version: [1, 1], at: now - 86_400_000, target: '060504030201', command: 2 },
        source: device.toString(16).padStart(12, '0'),
        data: Buffer.alloc(0),
      })
  }
  flood(t, new Gb26875Session(), frames(), 1e6)
})

t.test('JT/T 808: messages of 65,535 packets of which the last never comes', async (t) => {
  function* frames(): Generator<Buffer> {
    for (let vehicle = 0; vehicle < 12; vehicle++)
      for (let index = 1; index <= 1500; index++) yield jtt808Packet(10_000_000_000 + vehicle, index)
  }
  flood(t, new Jtt808Session(), frames(), 4e6)
})

/** One byte of a message 0801 [JT/T 808-2013 4.4]. */
function jtt808Packet(phone: number, index: number): Buffer {
  const head = Buffer.from('0801200100000000000000000000000000', 'hex')
  head.write(String(phone).padStart(12, '0'), 4, 'hex')
  head.writeUInt16BE(index, 10)
  head.writeUInt16BE(0xffff, 12)
  head.writeUInt16BE(index, 14)
  const sum = head.reduce((xor, byte) => xor ^ byte, 0)
  const inner = [...head, sum].flatMap((byte) => (byte === 0x7e ? [0x7d, 2] : byte === 0x7d ? [0x7d, 1] : [byte]))
  return Buffer.from([0x7e, ...inner, 0x7e])
}

t.test('JSON: ids without end are not remembered', async (t) => {
  const reader = new MqttJsonReader()
  function* messages(): Generator<Buffer> {
    for (let number = 0; number < 2000; number++)
      yield Buffer.from(
        JSON.stringify({
          deduplicationId: `${number}${'x'.repeat(50_000)}`,
          deviceInfo: { devEui: '0101010101010101' },
          object: { t: 1 },
        }),
      )
  }
  let reports = 0
  const peak = peakOf(messages(), (payload) => {
    if (reader.read({ topic: 'application/1/device/1/event/up', payload }).kind === 'report') reports++
  })
  t.equal(reports, 2000)
  t.ok(peak < 4e6, `${peak} bytes at most`)
})
