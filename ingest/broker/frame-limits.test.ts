// Lengths of MQTT packets in a byte stream, cut at every place [MQTT-3.1.1 2.2.3].
import mqtt from 'mqtt-packet'
import t from 'tap'
import { FrameLimits, maxPacketBeforeLogin } from './frame-limits.ts'

const connect = mqtt.generate({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  clientId: 'g1',
  keepalive: 60,
})
const publish = (size: number) =>
  mqtt.generate({
    cmd: 'publish',
    topic: 'a',
    qos: 1,
    messageId: 1,
    dup: false,
    retain: false,
    payload: Buffer.alloc(size),
  })

t.test('packets within the limit pass, however the stream is cut', async (t) => {
  const stream = Buffer.concat([connect, publish(0), publish(1_000), publish(127), publish(128), connect])
  for (let size = 1; size <= stream.length; size += size < 50 ? 1 : 97) {
    const limits = new FrameLimits()
    for (let place = 0; place < stream.length; place += size) {
      const fault = limits.check(stream.subarray(place, place + size))
      if (fault) t.fail(`chunks of ${size}: ${fault}`)
    }
  }
  t.pass()
})

t.test('a packet beyond the limit is found in its header, before its body comes', async (t) => {
  const limits = new FrameLimits()
  t.equal(limits.check(connect), undefined)
  t.match(limits.check(publish(maxPacketBeforeLogin + 1).subarray(0, 4)), /at most 4096/)
})

t.test('the limit may be raised between packets', async (t) => {
  const limits = new FrameLimits()
  limits.check(connect)
  limits.limit = 300_000
  t.equal(limits.check(publish(200_000)), undefined)
  t.match(limits.check(publish(400_000)), /at most 300000/)
})

t.test('what is no CONNECT ends at its first byte', async (t) => {
  t.match(new FrameLimits().check(Buffer.from('GET / HTTP/1.1\r\n')), /no CONNECT/)
  t.match(new FrameLimits().check(publish(1)), /no CONNECT/)
})

t.test('a length of five bytes is none', async (t) => {
  const limits = new FrameLimits()
  limits.limit = Number.MAX_SAFE_INTEGER
  t.match(limits.check(Uint8Array.of(0x10, 0x80, 0x80, 0x80, 0x80, 0x01)), /more than four bytes/)
})
