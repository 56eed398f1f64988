// Each frame a polled line refuses is counted once, by the check it failed.
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { busThroughSocket } from '../bus/io/open-bus.ts'
import type { BusRequest } from '../bus/line.ts'
import { withCrc } from '../modbus/crc.ts'
import { MbapFraming } from '../modbus/mbap-framing.ts'
import { RtuFraming } from '../modbus/rtu-framing.ts'
import { pass } from './io/pass-time.ts'
import { MemoryWire } from './memory-wire.ts'

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const registers = { unit: 5, function: 'holding', address: 7, count: 1 } as const
const voltage = { protocol: 'dlt645', meter: '202012345678', identifier: '02010100' } as const
const volume = { protocol: 'cjt188', meter: '78330011223344', type: 0x10, identifier: '901F' } as const

/** One request, and what came instead of its reply: what the line counts. */
async function counted(request: BusRequest, ...came: readonly Buffer[]) {
  const clock = new FakeClock()
  let turn = 0
  const wire = new MemoryWire((far) => far.on('data', () => far.write(came[turn++] ?? Buffer.alloc(0))))
  const line = busThroughSocket(wire.dial, { clock, timeoutMs: 500 })
  const outcomes: unknown[] = []
  for (const _ of came) {
    void line.transact(request).then((outcome) => outcomes.push(outcome))
    await pass(clock, 4000, 100)
  }
  const { refused, crcErrors } = line.health
  await line.close()
  return { outcomes, refused, crcErrors }
}

const good = withCrc(bytes('05 03 02 03 EF'))
const damaged = bytes('05 03 02 03 EE 08 F8')
const meterReply = bytes('68 78 56 34 12 20 20 68 91 06 33 34 34 35 34 56 15 16')
const damagedMeter = bytes('68 78 56 34 12 20 20 68 91 06 33 34 34 35 35 56 15 16')
// The standard's answer of a water meter with the sum most blogs copy [CJ/T 188].
const damagedWater = bytes(
  '68 10 44 33 22 11 00 33 78 81 16 1F 90 00 00 77 66 55 2C 00 77 66 55 2C 31 01 22 11 05 15 20 21 84 08 16',
)

const cases: readonly (readonly [what: string, request: BusRequest, came: Buffer, check: string])[] = [
  ['Modbus, a wrong CRC', registers, damaged, 'checksum'],
  ['Modbus, cut off', registers, good.subarray(0, 5), 'length'],
  ['Modbus, a byte count of another length and a wrong CRC', registers, bytes('05 03 04 03 EE 08 F8'), 'field'],
  ['Modbus, an exception with a wrong CRC', registers, bytes('05 83 02 00 00'), 'checksum'],
  ['Modbus, rubbish', registers, Buffer.alloc(9, 0x55), 'start'],
  ['DL/T 645, a wrong sum', voltage, damagedMeter, 'checksum'],
  ['DL/T 645, cut off', voltage, meterReply.subarray(0, 15), 'length'],
  ['DL/T 645, no end mark', voltage, Buffer.concat([meterReply.subarray(0, 17), bytes('17')]), 'end'],
  ['DL/T 645, rubbish', voltage, Buffer.alloc(9, 0x55), 'start'],
  ['CJ/T 188, a wrong sum', volume, damagedWater, 'checksum'],
  ['CJ/T 188, cut off', volume, damagedWater.subarray(0, 20), 'length'],
]

for (const [what, request, came, check] of cases)
  t.test(`${what}: counted as ${check}, told with the outcome`, async (t) => {
    const { outcomes, refused, crcErrors } = await counted(request, came)
    t.match(outcomes, [{ ok: false, kind: 'crc', check }])
    t.same(refused, { [check]: 1 })
    t.equal(crcErrors, 1)
  })

t.test('rubbish before a good reply is counted, the reply counts, and nothing is counted twice', async (t) => {
  const noisy = Buffer.concat([bytes('00 FF'), good])
  const { outcomes, refused } = await counted(registers, noisy, noisy, good, damaged, good)
  t.match(outcomes, [{ ok: true }, { ok: true }, { ok: true }, { ok: false }, { ok: true }])
  t.same(refused, { start: 2, checksum: 1 })
})

t.test('FE bytes before a meter answers are no rubbish', async (t) => {
  const { refused } = await counted(voltage, Buffer.concat([Buffer.alloc(7, 0xfe), meterReply]))
  t.same(refused, {})
})

t.test('Modbus TCP: what breaks the connection is counted, and what a lost connection left unfinished', async (t) => {
  const request = { unit: 1, function: 'holding', address: 0, count: 1 } as const
  const checks = (hex: string): unknown[] => {
    const framing = new MbapFraming()
    framing.begin(request, 1)
    const verdicts = framing.push(bytes(hex), 0)
    return verdicts.map((one) => (one.kind === 'violation' ? one.check : one.kind === 'reply' && one.reply))
  }
  t.same(checks('0001 0001 0005 01 03 02 0000'), ['start'])
  t.same(checks('0001 0000 00FF 01 03 02 0000'), ['length'])
  t.same(checks('0777 0000 0005 01 03 02 0000'), ['field'])
  t.match(checks('0001 0000 0005 02 03 02 0000'), [{ kind: 'crc', check: 'address' }])
  t.match(checks('0001 0000 0005 01 04 02 0000'), [{ kind: 'crc', check: 'code' }])
  t.match(checks('0001 0000 0004 01 03 01 00'), [{ kind: 'crc', check: 'length' }])
  const torn = new MbapFraming()
  torn.begin(request, 1)
  torn.push(bytes('0001 0000 0005 01'), 0)
  t.equal(torn.reset(), 'length')
  t.equal(torn.reset(), undefined)
})

t.test('noise without end is counted by the buffer full, whether somebody waits or not', async (t) => {
  const framing = new RtuFraming()
  t.same(framing.push(Buffer.alloc(600, 0x55), 0), [{ kind: 'refused', check: 'start' }])
  framing.begin(registers, 1)
  t.match(framing.push(Buffer.alloc(600, 0x55), 0), [{ kind: 'reply', reply: { kind: 'crc', check: 'start' } }])
  t.equal(framing.giveUp(), undefined)
})
