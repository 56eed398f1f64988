import t from 'tap'
import { DtuPackets } from './dtu-packets.ts'

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')
/** The reply of the specification's example [MODBUS 6.3]. */
const reply = hex('11 03 06 02 2B 00 00 00 64 C8 BA')
const imei = Buffer.from('867512039847561')

function through(packets: DtuPackets, chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([...chunks.map((chunk) => packets.push(chunk)), packets.flush()])
}

t.test('a heartbeat is taken out at every place of a reply, torn at every byte', async (t) => {
  const beat = Buffer.from('PING')
  for (let place = 0; place <= reply.length; place++) {
    const all = Buffer.concat([reply.subarray(0, place), beat, reply.subarray(place), beat, beat])
    for (let tear = 0; tear <= all.length; tear++) {
      const got = through(new DtuPackets('PING'), [all.subarray(0, tear), all.subarray(tear)])
      if (!got.equals(reply)) t.same(got, reply, `at ${place}, torn at ${tear}`)
    }
  }
  const bytes = [...Buffer.concat([beat, reply, beat])].map((byte) => Buffer.of(byte))
  t.same(through(new DtuPackets('PING'), bytes), reply, 'byte by byte')
})

t.test('what only begins like a heartbeat is kept back, and given when nothing follows', async (t) => {
  const packets = new DtuPackets('0xBA010203')
  t.same(packets.push(reply), reply.subarray(0, -1))
  t.equal(packets.held, 1)
  t.same(packets.flush(), reply.subarray(-1))
})

t.test('a heartbeat that may stand in data by chance is taken out only where it stands alone', async (t) => {
  for (const [beat, digits] of [
    ['0xFE01', 'FE01'],
    ['0000', '30303030'],
  ] as const) {
    const packet = hex(digits)
    const data = Buffer.concat([hex('01 03 04'), packet, packet, hex('38 24')])
    t.equal(through(new DtuPackets(beat), [packet]).length, 0, 'alone')
    t.equal(through(new DtuPackets(beat), [Buffer.concat([packet, packet])]).length, 0, 'twice')
    t.equal(through(new DtuPackets(beat), [packet.subarray(0, 1), packet.subarray(1)]).length, 0, 'torn')
    t.same(through(new DtuPackets(beat), [data]), data, 'in data')
  }
})

t.test('the registration packet sent again is none of the data; the same number in registers is', async (t) => {
  t.equal(through(new DtuPackets(undefined, imei), [imei]).length, 0)
  t.equal(through(new DtuPackets(undefined, imei), [imei.subarray(0, 7), imei.subarray(7)]).length, 0)
  t.same(through(new DtuPackets('PING', imei), [Buffer.concat([imei, reply])]), reply)
  const registers = Buffer.concat([hex('01 03 10'), imei, hex('00 12 34')])
  t.same(through(new DtuPackets('PING', imei), [registers]), registers)
})
