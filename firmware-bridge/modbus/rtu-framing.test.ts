import fc from 'fast-check'
import t from 'tap'
import { crc16, crcHolds, withCrc } from './crc.ts'
import type { ModbusRequest } from './line.ts'
import { RtuFraming } from './rtu-framing.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

// Published frames: a live capture (telegraf #9253) and the example of the specification.
const published: readonly { request: ModbusRequest; sent: string; reply?: string; registers?: number[] }[] = [
  {
    request: { unit: 10, function: 'holding', address: 0x1004, count: 2 },
    sent: '0A 03 10 04 00 02 80 71',
    reply: '0A 03 04 00 00 00 00 40 F3',
    registers: [0, 0],
  },
  { request: { unit: 10, function: 'holding', address: 0x106a, count: 2 }, sent: '0A 03 10 6A 00 02 E1 AC' },
  {
    request: { unit: 17, function: 'holding', address: 107, count: 3 },
    sent: '11 03 00 6B 00 03 76 87',
    reply: '11 03 06 02 2B 00 00 00 64 C8 BA',
    registers: [555, 0, 100],
  },
]

t.test('published requests and replies', async (t) => {
  for (const { request, sent, reply, registers } of published) {
    const framing = new RtuFraming()
    t.same(framing.begin(request, 1), hex(sent))
    if (reply) t.match(framing.push(hex(reply), 0), [{ reply: { ok: true, registers } }])
  }
})

t.test('the check sum travels low byte first: a published frame with swapped bytes is wrong', async (t) => {
  // ESPEasy PR 2549 prints 39 84.
  t.notOk(crcHolds(hex('02 03 00 00 00 01 39 84'), 0, 8))
  t.ok(crcHolds(hex('02 03 00 00 00 01 84 39'), 0, 8))
  t.equal(crc16(Buffer.from('123456789')), 0x4b37, 'check value of CRC-16/MODBUS')
})

const request: ModbusRequest = { unit: 1, function: 'input', address: 0, count: 2 }
const reply = withCrc(hex('01 04 04 00 01 00 02'))

t.test('what stands before the frame is skipped: noise, an echo of the request', async (t) => {
  for (const before of [Buffer.from([0]), Buffer.from([0xff, 0x01]), 'echo'] as const) {
    const framing = new RtuFraming()
    const sent = framing.begin(request, 1)
    t.same(framing.push(before === 'echo' ? sent : before, 0), [])
    t.match(framing.push(reply, 0), [{ reply: { ok: true, registers: [1, 2] } }])
  }
})

t.test('an exception is told apart from data', async (t) => {
  const framing = new RtuFraming()
  framing.begin(request, 1)
  t.same(framing.push(withCrc(hex('01 84 02')), 0), [
    { kind: 'reply', id: 1, reply: { ok: false, kind: 'exception', code: 2 }, bytes: 5 },
  ])
})

t.test('[H] bits come without what pads their last byte', async (t) => {
  const framing = new RtuFraming()
  framing.begin({ unit: 1, function: 'coil', address: 0, count: 10 }, 1)
  const [verdict] = framing.push(withCrc(hex('01 01 02 CD FF')), 0)
  t.match(verdict, { reply: { ok: true, bits: [true, false, true, true, false, false, true, true, true, true] } })
  t.equal(verdict?.kind === 'reply' && verdict.reply.ok && 'bits' in verdict.reply && verdict.reply.bits.length, 10)
})

t.test('one changed byte is never taken for an answer', async (t) => {
  const byte = fc.integer({ min: 0, max: reply.length - 1 })
  fc.assert(
    fc.property(byte, fc.integer({ min: 1, max: 255 }), (place, change) => {
      const framing = new RtuFraming()
      framing.begin(request, 1)
      const bad = Buffer.from(reply)
      bad.writeUInt8(bad.readUInt8(place) ^ change, place)
      t.same(framing.push(bad, 0), [])
      t.match(framing.abandon(1, 0), { check: /^(start|length|checksum|field)$/, detail: /bytes/ })
    }),
  )
})

t.test('a reply in any pieces is one reply', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), (piece) => {
      const framing = new RtuFraming()
      framing.begin(request, 1)
      const verdicts: unknown[] = []
      for (let from = 0; from < reply.length; from += piece) {
        verdicts.push(...framing.push(reply.subarray(from, from + piece), 0))
      }
      t.match(verdicts[0], { reply: { ok: true, registers: [1, 2] } })
    }),
  )
})

t.test('bytes nobody asked for are thrown away, and noise does not pile up', async (t) => {
  const framing = new RtuFraming()
  t.same(framing.push(reply, 0), [{ kind: 'foreign' }])
  framing.begin(request, 1)
  t.equal(framing.abandon(1, 0), undefined, 'nothing of it was kept')
  framing.begin(request, 1)
  t.match(framing.push(Buffer.alloc(600, 0x55), 0), [
    { reply: { ok: false, kind: 'crc', detail: 'noise on the line' } },
  ])
})
