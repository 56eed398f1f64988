import t from 'tap'
import { crc16, readRtu, rtuFrame, rtuRequestLength, takeTcp, tcpFrame } from './frame.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

/** Frames others published: a live capture (telegraf issue 9253) and the example of the Modbus documents. */
const published = [
  '0A 03 10 04 00 02 80 71',
  '0A 03 04 00 00 00 00 40 F3',
  '0A 03 10 6A 00 02 E1 AC',
  '11 03 00 6B 00 03 76 87',
  '11 03 06 02 2B 00 00 00 64 C8 BA',
]

t.test('published serial frames hold and are made again byte for byte', async (t) => {
  for (const hex of published) {
    const adu = readRtu(bytes(hex))
    t.ok(adu, hex)
    t.same(adu && rtuFrame(adu), bytes(hex))
  }
})

t.test('the check value of CRC-16/MODBUS is 0x4B37', async (t) => {
  t.equal(crc16(new TextEncoder().encode('123456789')), 0x4b37)
})

t.test('a frame with one bit wrong is no frame', async (t) => {
  const frame = bytes(published[3]!)
  for (let bit = 0; bit < frame.length * 8; bit++) {
    const spoilt = frame.slice()
    spoilt[bit >> 3] = spoilt[bit >> 3]! ^ (1 << (bit & 7))
    t.equal(readRtu(spoilt), undefined)
  }
  t.equal(readRtu(frame.subarray(0, 3)), undefined)
})

t.test('requests of known length', async (t) => {
  t.equal(rtuRequestLength(bytes('11 03')), 8)
  t.equal(rtuRequestLength(bytes('11 10 00 01 00 02')), undefined)
  t.equal(rtuRequestLength(bytes('11 10 00 01 00 02 04')), 13)
  t.equal(rtuRequestLength(bytes('11 2B 0E 01 00')), undefined)
})

t.test('Modbus TCP requests are taken whole, in pieces and in heaps', async (t) => {
  const one = tcpFrame({ transaction: 258, unit: 17, pdu: bytes('03 00 6B 00 03') })
  t.same(one, bytes('01 02 00 00 00 06 11 03 00 6B 00 03'))
  const heap = Buffer.concat([one, one, one.subarray(0, 9)])
  const { requests, rest, broken } = takeTcp(heap)
  t.equal(requests.length, 2)
  t.same(requests[0], { transaction: 258, unit: 17, pdu: bytes('03 00 6B 00 03') })
  t.equal(rest.length, 9)
  t.notOk(broken)
})

t.test('what cannot be Modbus breaks the stream', async (t) => {
  t.ok(takeTcp(bytes('00 01 00 01 00 06 01 03 00 00 00 01')).broken, 'protocol id')
  t.ok(takeTcp(bytes('00 01 00 00 00 01 01 03')).broken, 'too short')
  t.ok(takeTcp(bytes('00 01 00 00 00 FF 01 03')).broken, 'too long')
})
