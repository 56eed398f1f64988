// Frames of both sides were built outside this project (escapes and XOR by a script of its own); the phone is 13800138000.
import t from 'tap'
import { explainJtt808 } from './explain.ts'
import { Jtt808Session } from './session.ts'

const now = Date.parse('2026-11-25T09:30:07+08:00')
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')
const hexOf = (frames: readonly Buffer[]): string[] => frames.map((frame) => frame.toString('hex'))

const register =
  '7e0100002d0138001380000005002c012d373031313143562d31000000000000000000000000000000003030303030343202d4c1453132333435e97e'
const position = '7e020000220138001380000007000000020000000301cba5c0073109f1000c020b010f2611250930000104000004d21e7e'

t.test('a terminal registers and is given its authentication code', async (t) => {
  const open = new Jtt808Session().receive(bytes(register), now)
  t.same(hexOf(open.answers), ['7e8100000e01380013800000000005003133383030313338303030107e'])
  const kept = new Jtt808Session({ password: 'secret' }).receive(bytes(register), now)
  t.same(hexOf(kept.answers), ['7e810000090138001380000000000500736563726574317e'])
})

t.test('a position is answered and reported', async (t) => {
  const { answers, reports, refused } = new Jtt808Session().receive(bytes(position), now)
  t.same(hexOf(answers), ['7e80010005013800138000000000070200002b7e'])
  t.same(refused, [])
  t.match(reports, [
    {
      address: '13800138000',
      at: Date.parse('2026-11-25T09:30:00+08:00'),
      elements: { latitude: 30.123456, longitude: 120.654321, speed: 52.3, direction: 271, mileage: 123.4 },
    },
  ])
  t.match(reports[0]?.elements, { 'alarm/overspeed': 1, 'alarm/emergency': 0, 'status/acc': 1 })
})

t.test('with a password a terminal is heard only after it has shown it', async (t) => {
  const session = new Jtt808Session({ password: 'secret' })
  const early = session.receive(bytes(position), now)
  t.same(hexOf(early.answers), ['7e80010005013800138000000000070200012a7e'])
  t.same(early.reports, [])
  session.receive(bytes('7e0102000501380013800000066775657373dd7e'), now)
  t.same(session.receive(bytes(position), now).reports, [], 'a wrong code opens nothing')
  session.receive(bytes('7e010200060138001380000006736563726574bf7e'), now)
  t.equal(session.receive(bytes(position), now).reports.length, 1)
})

t.test('without a fix there is no position, and it is said to be uncertain', async (t) => {
  const { reports } = new Jtt808Session().receive(
    bytes('7e0200001c013800138000000800000000000000010000000000000000000c020b010f2611250930009d7e'),
    now,
  )
  t.equal(reports[0]?.elements.latitude, undefined)
  t.match(reports[0]?.bad, { latitude: 'uncertain', longitude: 'uncertain', speed: 'uncertain' })
})

const first = '7e0704201e0138001380000014000200010002010022000000020000000301cba5c0073109f1000c020b010f261125d87e'
const second =
  '7e070420270138001380000015000200020930000104000004d2001c000000000000000301e0a6e0073109f1000c020b010f261125093100067e'

t.test('a batch spread over two frames is joined in any order, and is history', async (t) => {
  for (const order of [
    [first, second],
    [second, first],
  ]) {
    const session = new Jtt808Session()
    const [a, b] = order.map((frame) => session.receive(bytes(frame), now))
    t.equal(a?.reports.length, 0)
    t.equal(a?.answers.length, 1, 'every packet is answered')
    t.same(
      b?.reports.map(({ elements, history }) => [elements.latitude, history]),
      [
        [30.123456, true],
        [31.5, true],
      ],
    )
  }
})

t.test('a packet that never comes is given up after two minutes, and counted', async (t) => {
  const session = new Jtt808Session()
  session.receive(bytes(first), now)
  t.same(session.receive(bytes(position), now + 119_000).refused, [])
  t.match(session.receive(bytes(position), now + 120_000).refused, [{ check: 'length', detail: /1 of 2 packets/ }])
  t.same(session.receive(bytes(second), now + 121_000).reports, [], 'the rest alone makes no message')
})

t.test('a missing packet is asked for after five seconds of silence, three times at most', async (t) => {
  const session = new Jtt808Session()
  session.receive(bytes(first), now)
  t.same(session.due(now + 4_999), [])
  t.same(hexOf(session.due(now + 5_000)), ['7e80030005013800138000000100140100023a7e'])
  t.same(session.due(now + 5_001), [], 'patience grows')
  t.same(hexOf(session.due(now + 10_000)), ['7e8003000501380013800000020014010002397e'])
  t.equal(session.due(now + 15_000).length, 1)
  t.same(session.due(now + 60_000), [])
  t.equal(session.receive(bytes(second), now + 61_000).reports.length, 2, 'and it may still come')
})

t.test('packets of messages without end are bounded', async (t) => {
  const session = new Jtt808Session()
  let refused = 0
  for (let serial = 0; serial < 100; serial++) {
    const plain = Buffer.concat([bytes('070420020138001380 00'.replace(' ', '')), Buffer.alloc(8)])
    plain.writeUInt16BE(serial * 3, 10)
    plain.writeUInt16BE(2, 12)
    plain.writeUInt16BE(1, 14)
    const sum = plain.reduce((xor, byte) => xor ^ byte, 0)
    const inner = [...plain, sum].flatMap((byte) => (byte === 0x7e ? [0x7d, 2] : byte === 0x7d ? [0x7d, 1] : [byte]))
    refused += session.receive(Buffer.from([0x7e, ...inner, 0x7e]), now).refused.length
  }
  t.equal(refused, 92, 'eight wait, the older gave way')
})

t.test('the answer speaks the edition of the question', async (t) => {
  const heartbeat = bytes('7e0002400001000000000138001380000003ea7e')
  t.same(hexOf(new Jtt808Session().receive(heartbeat, now).answers), [
    '7e800140050100000000013800138000000000030002006e7e',
  ])
})

t.test('a phone is named without the zeros that pad it, in either edition, and answered with them', async (t) => {
  const frames = { of2013: '7e000200000138001380000003ab7e', of2019: '7e0002400001000000000138001380000003ea7e' }
  for (const [edition, frame] of Object.entries(frames)) {
    const { heard, answers } = new Jtt808Session().receive(bytes(frame), now)
    t.same(heard, ['13800138000'], edition)
    t.match(hexOf(answers)[0], edition === 'of2013' ? /^7e80010005013800138000/ : /^7e800140050100000000013800138000/)
    t.match(explainJtt808(bytes(frame)), { valid: true, phone: '13800138000' })
  }
  t.match(explainJtt808(bytes('7e000200000000000000000003017e')), { valid: true, phone: '0' })
  t.match(explainJtt808(bytes('7e0002400001000000852912345678900003747e')), { valid: true, phone: '85291234567890' })
})

t.test('a terminal that asks for the time is told', async (t) => {
  const { answers } = new Jtt808Session().receive(bytes('7e00040000013800138000001eb07e'), now)
  t.same(hexOf(answers), ['7e800400060138001380000000261125093007047e'])
})

t.test('a terminal is not told a time nobody trusts', async (t) => {
  const { answers } = new Jtt808Session().receive(bytes('7e00040000013800138000001eb07e'), now, false)
  t.equal(answers.length, 1)
  t.match(answers[0]?.toString('hex'), /^7e80010005013800138000....001e000401..7e$/)
})

t.test('what is not known is answered so, what cannot be read too', async (t) => {
  const unknown = new Jtt808Session().receive(bytes('7e0f000001013800138000000901ac7e'), now)
  t.same(hexOf(unknown.answers), ['7e80010005013800138000000000090f00032b7e'])
  const short = new Jtt808Session().receive(
    bytes('7e020000140138001380000009000000000000000301cba5c0073109f1000c020bd27e'),
    now,
  )
  t.same(hexOf(short.answers), ['7e8001000501380013800000000009020002277e'])
  t.match(short.refused, [{ check: 'field' }])
})

t.test('an answer of a platform is refused, never answered', async (t) => {
  const { answers, refused } = new Jtt808Session().receive(bytes('7e80010005013800138000000300030002002c7e'), now)
  t.same(answers, [])
  t.match(refused, [{ check: 'code' }])
})
