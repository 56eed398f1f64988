// Frames were built outside this project (Python, from the standard), never with our own encoder.
import t from 'tap'
import { checkDlt645, Dlt645Framing, type Dlt645Read } from './framing.ts'

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const meter = '202012345678'
const voltageA: Dlt645Read = { protocol: 'dlt645', meter, identifier: '02010100' }
const voltageB: Dlt645Read = { ...voltageA, identifier: '02010200' }
const replyA = bytes('68 78 56 34 12 20 20 68 91 06 33 34 34 35 34 56 15 16')
const replyB = bytes('68 78 56 34 12 20 20 68 91 06 33 35 34 35 45 56 27 16')
const refusal = bytes('68 78 56 34 12 20 20 68 D1 01 35 2B 16')
const answer = (id: number, elements: Record<string, number>) => [
  { kind: 'reply', id, reply: { ok: true, elements }, bytes: 18 },
]

t.test('a question goes out behind FE bytes as the standard writes it', async (t) => {
  const sent = new Dlt645Framing().begin(voltageA, 1)
  t.same(sent, bytes('FE FE FE FE 68 78 56 34 12 20 20 68 11 04 33 34 34 35 09 16'))
})

t.test('the answer is found behind noise, FE bytes and the echo, however it is cut', async (t) => {
  const framing = new Dlt645Framing()
  const sent = framing.begin(voltageA, 1)
  const stream = Buffer.concat([bytes('00 68 11 68'), sent, bytes('FE FE 68'), replyA])
  const verdicts = [...stream].flatMap((byte) => framing.push(Buffer.of(byte), 0))
  t.match(verdicts.slice(0, -1), [{ kind: 'refused' }, { kind: 'refused' }], 'what stood before each frame')
  t.same(verdicts.slice(-1), answer(1, { '02010100': 230.1 }))
})

t.test('a late answer is not taken for that to another question of the same meter', async (t) => {
  const framing = new Dlt645Framing()
  framing.begin(voltageA, 1)
  framing.abandon(1, 700)
  framing.begin(voltageB, 2)
  t.same(framing.push(replyA, 900), [{ kind: 'late', id: 1, bytes: 18 }])
  t.same(framing.push(replyB, 950), answer(2, { '02010200': 231.2 }))
})

t.test('another meter, a damaged frame and another master are no answers', async (t) => {
  const framing = new Dlt645Framing()
  framing.begin(voltageA, 1)
  t.same(framing.push(bytes('68 79 56 34 12 20 20 68 91 06 33 34 34 35 44 44 14 16'), 1), [{ kind: 'foreign' }])
  t.same(framing.push(bytes('68 78 56 34 12 20 20 68 91 06 33 34 34 35 35 56 15 16'), 2), [])
  t.same(framing.push(bytes('68 79 56 34 12 20 20 68 11 04 33 34 34 35 0A 16'), 3), [
    { kind: 'refused', check: 'checksum' },
    { kind: 'foreign' },
  ])
  t.same(framing.abandon(1, 9), { detail: '2 frames that are no answer' })
})

t.test('a refusal is the error byte; a late one goes to the question it belongs to', async (t) => {
  const framing = new Dlt645Framing()
  framing.begin(voltageA, 1)
  const refused = { ok: false, kind: 'exception', code: 2, detail: 'no such data' }
  t.match(framing.push(refusal, 5), [{ kind: 'reply', id: 1, reply: refused }])
  framing.begin(voltageA, 2)
  framing.abandon(2, 700)
  framing.begin(voltageB, 3)
  t.match(framing.push(refusal, 900), [{ kind: 'late', id: 2 }])
  t.match(framing.push(replyB, 950), [{ kind: 'reply', id: 3, reply: { ok: true } }])
})

t.test('the same question waits until no copy of its last answer can come', async (t) => {
  const framing = new Dlt645Framing()
  framing.begin(voltageA, 1)
  framing.push(replyA, 1000)
  t.equal(framing.holdMs(voltageA, 1100, 300), 200)
  t.equal(framing.holdMs(voltageB, 1100, 300), 0)
  t.same(framing.push(replyA, 1150), [{ kind: 'foreign' }], 'the copy')
})

t.test('an answer of several frames is joined in order', async (t) => {
  const framing = new Dlt645Framing()
  const rates: Dlt645Read = { protocol: 'dlt645', meter, identifier: '0000FF00' }
  framing.begin(rates, 1)
  const first = bytes('68 78 56 34 12 20 20 68 B1 0C 33 32 33 33 78 56 34 33 33 43 33 33 BD 16')
  t.match(framing.push(first, 1), [{ kind: 'reply', id: 1, reply: { ok: true, more: 1 } }])
  const ask = framing.begin({ ...rates, follow: 1 }, 2)
  t.same(ask.subarray(4), bytes('68 78 56 34 12 20 20 68 12 05 33 32 33 33 34 3A 16'))
  const second = '68 78 56 34 12 20 20 68 92 09 33 32 33 33 33 53 33 33 35 AB 16'
  t.same(framing.push(bytes(second), 2), [{ kind: 'foreign' }], 'the frame after next')
  const last = bytes('68 78 56 34 12 20 20 68 92 0D 33 32 33 33 33 53 33 33 78 C6 33 33 34 52 16')
  const elements = { '00000000': 123.45, '00000100': 10, '00000200': 20, '00000300': 93.45 }
  t.match(framing.push(last, 3), [{ kind: 'reply', id: 2, reply: { ok: true, elements } }])
})

t.test('frames that go on without a number are told, not guessed', async (t) => {
  const framing = new Dlt645Framing()
  framing.begin({ protocol: 'dlt645', meter: '000000000001', identifier: '901F' }, 1)
  const verdicts = framing.push(bytes('68 01 00 00 00 00 00 68 A1 06 52 C3 AB 89 67 45 6D 16'), 1)
  t.match(verdicts, [{ reply: { ok: false, kind: 'crc', detail: /no number/ } }])
})

t.test('whoever is alone on the line says its address', async (t) => {
  const framing = new Dlt645Framing()
  const sent = framing.begin({ protocol: 'dlt645', meter: 'AAAAAAAAAAAA', find: true }, 1)
  t.same(sent.subarray(4), bytes('68 AA AA AA AA AA AA 68 13 00 DF 16'))
  const verdicts = framing.push(bytes('68 01 00 00 00 00 00 68 93 06 34 33 33 33 33 33 9D 16'), 1)
  t.match(verdicts, [{ reply: { ok: true, texts: { meter: '000000000001' } } }])
})

t.test('what no meter could answer is the mistake of the caller', async (t) => {
  for (const wrong of [
    { ...voltageA, meter: '12' },
    { ...voltageA, identifier: '020101' },
  ])
    t.throws(() => checkDlt645(wrong), { code: 'CIV_BRIDGE_REQUEST' })
  t.doesNotThrow(() => checkDlt645(voltageA))
})
