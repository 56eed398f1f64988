// Requests and replies as the examples of the specification print them, byte for byte [MODBUS 6.1-6.21].
import fc from 'fast-check'
import t from 'tap'
import type { ModbusRequest } from './line.ts'
import { checkRequest, decodeReply, requestLength, writeRequest } from './pdu.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const unit = 1

interface Example {
  readonly request: ModbusRequest
  readonly sent: string
  readonly reply: string
  readonly says: object
}

// The tables "Example of a request to ..." of the specification, in its order.
const examples: readonly Example[] = [
  {
    request: { unit, function: 'coil', address: 19, count: 19 },
    sent: '01 0013 0013',
    reply: '01 03 CD 6B 05',
    says: { bits: [1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1].map(Boolean) },
  },
  {
    request: { unit, function: 'discrete', address: 196, count: 22 },
    sent: '02 00C4 0016',
    reply: '02 03 AC DB 35',
    says: { bits: [0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1].map(Boolean) },
  },
  {
    request: { unit, function: 'holding', address: 107, count: 3 },
    sent: '03 006B 0003',
    reply: '03 06 022B 0000 0064',
    says: { registers: [555, 0, 100] },
  },
  {
    request: { unit, function: 'input', address: 8, count: 1 },
    sent: '04 0008 0001',
    reply: '04 02 000A',
    says: { registers: [10] },
  },
  {
    request: { unit, function: 'write-coil', address: 172, value: true },
    sent: '05 00AC FF00',
    reply: '05 00AC FF00',
    says: { written: true },
  },
  {
    request: { unit, function: 'write-register', address: 1, value: 3 },
    sent: '06 0001 0003',
    reply: '06 0001 0003',
    says: { written: true },
  },
  {
    request: { unit, function: 'write-coils', address: 19, values: [1, 0, 1, 1, 0, 0, 1, 1, 1, 0].map(Boolean) },
    sent: '0F 0013 000A 02 CD 01',
    reply: '0F 0013 000A',
    says: { written: true },
  },
  {
    request: { unit, function: 'write-registers', address: 1, values: [10, 258] },
    sent: '10 0001 0002 04 000A 0102',
    reply: '10 0001 0002',
    says: { written: true },
  },
  {
    request: {
      ...{ unit, function: 'read-write-registers', address: 3, count: 6 },
      ...{ writeAddress: 14, values: [0xff, 0xff, 0xff] },
    },
    sent: '17 0003 0006 000E 0003 06 00FF 00FF 00FF',
    reply: '17 0C 00FE 0ACD 0001 0003 000D 00FF',
    says: { registers: [254, 2765, 1, 3, 13, 255] },
  },
  {
    request: { unit, function: 'identify', level: 'basic', object: 0 },
    sent: '2B 0E 01 00',
    // "Company identification", "Product code XX", "V2.11" as the example names them.
    reply: `2B 0E 01 01 00 00 03 00 16 ${Buffer.from('Company identification').toString('hex')} 01 0F ${Buffer.from('Product code XX').toString('hex')} 02 05 ${Buffer.from('V2.11').toString('hex')}`,
    says: { objects: { 0: 'Company identification', 1: 'Product code XX', 2: 'V2.11' } },
  },
]

const decode = (request: ModbusRequest, pdu: Buffer): unknown => decodeReply(request, pdu, 0, pdu.length)

function encode(request: ModbusRequest): Buffer {
  const pdu = Buffer.alloc(requestLength(request))
  writeRequest(request, pdu, 0)
  return pdu
}

t.test('the examples of the specification', async (t) => {
  for (const { request, sent, reply, says } of examples) {
    t.same(encode(request), hex(sent), `${request.function}: request`)
    t.same(decode(request, hex(reply)), { ok: true, ...says }, `${request.function}: reply`)
    const code = hex(sent).readUInt8(0)
    t.same(decode(request, Buffer.from([code | 0x80, 2])), { ok: false, kind: 'exception', code: 2 })
  }
})

t.test('a confirmation of another write is none', async (t) => {
  const wrong: Record<string, string> = {
    'write-coil': '05 00AD FF00',
    'write-register': '06 0001 0004',
    'write-coils': '0F 0013 0009',
    'write-registers': '10 0002 0002',
  }
  for (const { request } of examples) {
    const reply = wrong[request.function]
    if (reply) t.match(decode(request, hex(reply)), { ok: false, kind: 'crc', detail: /another write/ })
  }
})

t.test('an identification that does not fit one reply says where to go on', async (t) => {
  const request = { unit, function: 'identify', level: 'basic', object: 0 } as const
  t.same(decode(request, hex('2B 0E 01 01 FF 02 01 00 03 414243')), { ok: true, objects: { 0: 'ABC' }, next: 2 })
})

t.test('texts are read as their makers write them: padded, or GB 18030', async (t) => {
  const request = { unit, function: 'identify', level: 'one', object: 0 } as const
  // "上海" in GB 18030: C9CF BAA3.
  t.match(decode(request, hex('2B 0E 04 01 00 00 01 00 06 C9CF BAA3 2000')), { objects: { 0: '上海' } })
})

t.test('whatever bytes come: an outcome, never an exception, and data only of the asked length', async (t) => {
  const any = fc.uint8Array({ maxLength: 40 })
  const example = fc.constantFrom(...examples)
  fc.assert(
    fc.property(example, any, fc.boolean(), fc.nat(), ({ request, reply }, noise, mutate, place) => {
      const pdu = mutate ? hex(reply) : Buffer.from(noise)
      if (mutate) pdu[place % pdu.length] = noise[0] ?? 0
      const said = decodeReply(request, pdu, 0, pdu.length)
      if (!said.ok) return
      if ('registers' in said && 'count' in request) t.equal(said.registers.length, request.count)
      if ('bits' in said && 'count' in request) t.equal(said.bits.length, request.count)
    }),
    { numRuns: 20_000 },
  )
})

t.test('limits of each function', async (t) => {
  const flags = (length: number): boolean[] => Array.from({ length }, () => true)
  const numbers = (length: number): number[] => Array.from({ length }, () => 1)
  const exchange = { unit, function: 'read-write-registers', address: 0, writeAddress: 0 } as const
  const both: readonly [(n: number) => ModbusRequest, most: number][] = [
    [(count) => ({ unit, function: 'coil', address: 0, count }), 2000],
    [(count) => ({ unit, function: 'discrete', address: 0, count }), 2000],
    [(count) => ({ unit, function: 'holding', address: 0, count }), 125],
    [(count) => ({ unit, function: 'input', address: 0, count }), 125],
    [(n) => ({ unit, function: 'write-coils', address: 0, values: flags(n) }), 1968],
    [(n) => ({ unit, function: 'write-registers', address: 0, values: numbers(n) }), 123],
    [(count) => ({ ...exchange, count, values: [1] }), 125],
    [(n) => ({ ...exchange, count: 1, values: numbers(n) }), 121],
  ]
  for (const [request, most] of both) {
    checkRequest(request(most))
    t.ok(requestLength(request(most)) <= 253, 'fits a PDU')
    for (const wrong of [0, most + 1]) t.throws(() => checkRequest(request(wrong)), { code: 'CIV_BRIDGE_REQUEST' })
  }
  const refused = [
    { unit, function: 'write-register', address: 0, value: 65536 },
    { unit, function: 'write-register', address: 0, value: -1 },
    { unit, function: 'write-registers', address: 65535, values: [1, 2] },
    { unit, function: 'identify', level: 'basic', object: 256 },
    { unit: 256, function: 'identify', level: 'basic', object: 0 },
    { unit, function: 'unlock', address: 0, count: 1 },
  ]
  for (const request of refused) {
    t.throws(() => checkRequest(request as ModbusRequest), { code: 'CIV_BRIDGE_REQUEST' })
  }
})
