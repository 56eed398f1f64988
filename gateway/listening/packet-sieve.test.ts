// Messages too long to be read, taken out of what a broker sends; its packets are made and read by mqtt-packet.

import { generate, type Packet, parser } from 'mqtt-packet'
import t from 'tap'
import { PacketSieve } from './packet-sieve.ts'

const most = 1000

function read(bytes: Buffer): Packet[] {
  const found: Packet[] = []
  const reader = parser({ protocolVersion: 4 })
  reader.on('packet', (packet) => found.push(packet))
  reader.on('error', (error) => {
    throw error
  })
  reader.parse(bytes)
  return found
}

const message = (length: number, qos: 0 | 1, topic = 'wells/w-7'): Packet => ({
  ...{ cmd: 'publish', topic, payload: Buffer.alloc(length, 'x'), qos, dup: false, retain: false, messageId: 7 },
})

t.test('whatever the chunks: what is short goes on as it is, what is long goes on empty and is told', async (t) => {
  const packets: Packet[] = [
    { cmd: 'connack', returnCode: 0, sessionPresent: false },
    message(10, 1),
    message(most + 1, 1),
    { cmd: 'suback', messageId: 2, granted: [1] },
    message(most, 0),
    message(300_000, 0),
    message(most, 1, 'long/'.repeat(900)),
    message(most + 1, 1, 'long/'.repeat(900)),
    message(0, 1),
    { cmd: 'pingresp' },
  ]
  const sent = Buffer.concat(packets.map((packet) => generate(packet)))
  const expected = read(sent).map((packet) =>
    packet.cmd === 'publish' && packet.payload.length > most
      ? { ...packet, payload: Buffer.alloc(0), length: 0 }
      : packet,
  )
  for (const size of [1, 2, 3, 7, 100, 4096, 65_536, sent.length]) {
    const refused: number[] = []
    const sieve = new PacketSieve(most, (bytes) => refused.push(bytes))
    const parts: Buffer[] = []
    for (let at = 0; at < sent.length; at += size) parts.push(sieve.push(sent.subarray(at, at + size)))
    const got = read(Buffer.concat(parts))
    t.same(
      got.map((packet) => ({ ...packet, length: 0 })),
      expected.map((packet) => ({ ...packet, length: 0 })),
      `${size}`,
    )
    t.same(refused, [most + 1, 300_000, most + 1])
  }
})

t.test('the longest message there is, in small pieces: nothing of it is kept', async (t) => {
  const refused: number[] = []
  const sieve = new PacketSieve(most, (bytes) => refused.push(bytes))
  const longest = 268_435_455
  const begin = Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f, 0, 1, 97, 0, 7])
  let [passed, held] = [sieve.push(begin).length, 0]
  const piece = Buffer.alloc(65_536)
  for (let left = longest - 5; left > 0; left -= piece.length) {
    passed += sieve.push(left < piece.length ? piece.subarray(0, left) : piece).length
    held = Math.max(held, sieve.held)
  }
  t.same([refused, passed, held], [[longest - 5], 7, 0])
  t.match(read(sieve.push(generate(message(10, 1)))), [{ payload: { length: 10 } }], 'the next one is read')
})

t.test('rubbish is passed on to whoever reads it, and nothing of it is kept', async (t) => {
  const sieve = new PacketSieve(most, () => undefined)
  const rubbish = Buffer.alloc(100_000, 0xff)
  t.equal(sieve.push(rubbish).length, rubbish.length)
  t.equal(sieve.held, 0)
  // A topic longer than its packet.
  const liar = Buffer.concat([Buffer.from([0x30, 0xff, 0x7f, 0xff, 0xff]), Buffer.alloc(16_381)])
  const other = new PacketSieve(most, () => undefined)
  t.equal(other.push(liar).length, liar.length)
})
