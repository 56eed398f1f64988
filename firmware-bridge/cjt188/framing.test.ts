// Frames were built outside this project (Python, from the standard), never with our own encoder.
import t from 'tap'
import { Cjt188Framing, type Cjt188Read, checkCjt188 } from './framing.ts'

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const ask: Cjt188Read = { protocol: 'cjt188', meter: '78330011223344', type: 0x10, identifier: '901F' }
const reply = (serial: string, sum: string): Buffer =>
  bytes(
    `68 10 44 33 22 11 00 33 78 81 16 1F 90 ${serial} 45 23 01 00 2C 00 00 01 00 2C 31 01 22 11 05 15 20 84 21 ${sum} 16`,
  )

t.test("the question is the standard's, its number counts", async (t) => {
  const framing = new Cjt188Framing()
  t.same(framing.begin(ask, 256), bytes('FE FE FE FE 68 10 44 33 22 11 00 33 78 01 03 1F 90 00 80 16'))
  const swapped = framing.begin({ ...ask, swapped: true }, 256)
  t.same(swapped.subarray(-5), bytes('90 1F 00 80 16'))
})

t.test('the answer with its quantities, valve and battery', async (t) => {
  const framing = new Cjt188Framing()
  framing.begin(ask, 1)
  const [verdict] = framing.push(reply('01', '1A'), 1)
  t.match(verdict, {
    kind: 'reply',
    id: 1,
    reply: {
      ok: true,
      elements: { '901F.total': 123.45, '901F.settlementTotal': 100, '901F.valve': 0, '901F.batteryLow': 1 },
      texts: { '901F.time': '2015-05-11T22:01:31+08:00' },
    },
  })
})

t.test('litres are cubic metres; a number in a unit that is none of its kind is no value', async (t) => {
  const framing = new Cjt188Framing()
  framing.begin(ask, 1)
  const frame =
    '68 10 44 33 22 11 00 33 78 81 16 1F 90 01 45 23 51 00 29 00 00 01 00 05 31 01 22 11 05 15 20 01 00 9C 16'
  const [verdict] = framing.push(bytes(frame), 1)
  t.match(verdict, { reply: { elements: { '901F.total': 5.12345, '901F.valve': 1 } } })
  t.match(verdict, { reply: { texts: { '901F.settlementTotal': '100 kWh' } } })
  t.notMatch(verdict, { reply: { elements: { '901F.settlementTotal': Number } } })
})

t.test('a late answer is known by its number', async (t) => {
  const framing = new Cjt188Framing()
  framing.begin(ask, 1)
  framing.abandon(1, 700)
  framing.begin(ask, 2)
  t.match(framing.push(reply('01', '1A'), 900), [{ kind: 'late', id: 1 }])
  t.match(framing.push(reply('02', '1B'), 950), [{ kind: 'reply', id: 2, reply: { ok: true } }])
})

t.test('a meter that does not count is read all the same', async (t) => {
  const framing = new Cjt188Framing()
  framing.begin(ask, 1)
  t.match(framing.push(reply('07', '20'), 1), [{ kind: 'reply', id: 1, reply: { ok: true } }])
})

t.test('a refusal, and the address of whoever is alone', async (t) => {
  const framing = new Cjt188Framing()
  framing.begin(ask, 1)
  const refusal = bytes('68 10 44 33 22 11 00 33 78 C1 03 01 04 00 96 16')
  t.match(framing.push(refusal, 1), [{ reply: { ok: false, kind: 'exception', code: 4 } }])
  const sent = framing.begin({ protocol: 'cjt188', meter: 'AAAAAAAAAAAAAA', type: 0xaa, find: true }, 1)
  t.same(sent.subarray(4), bytes('68 AA AA AA AA AA AA AA AA 03 03 0A 81 01 4A 16'))
  const found = framing.push(bytes('68 10 44 33 22 11 00 33 78 83 03 0A 81 01 DF 16'), 1)
  t.match(found, [{ reply: { ok: true, texts: { meter: '78330011223344', type: '10' } } }])
})

t.test('what no meter could answer is the mistake of the caller', async (t) => {
  for (const wrong of [
    { ...ask, meter: '12' },
    { ...ask, type: 0x50 },
    { ...ask, identifier: '90' },
  ])
    t.throws(() => checkCjt188(wrong), { code: 'CIV_BRIDGE_REQUEST' })
  t.doesNotThrow(() => checkCjt188(ask))
})
