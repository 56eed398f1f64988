import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { decodeSl651, encodeSl651, type Sl651Frame } from './frame.ts'
import { Sl651Session } from './session.ts'

const at = (text: string): number => Date.parse(`${text}+08:00`)
const golden = (name: string): Buffer =>
  Buffer.from(parse(readFileSync(join(import.meta.dirname, 'golden', `${name}.yaml`), 'utf8')).frame, 'hex')
const read = (frame: Buffer | undefined): Sl651Frame | undefined => {
  const decoded = frame && decodeSl651(frame)
  return decoded?.ok ? decoded.message : undefined
}
const refit = (name: string, changes: Partial<Sl651Frame>): Buffer => {
  const frame = read(golden(name))
  if (!frame) throw new Error(name)
  return encodeSl651({ ...frame, ...changes })
}
const now = at('2014-12-05T11:00:02')

t.test('a timed report is confirmed as published, and its values reported with their times', async (t) => {
  // Both frames of the published exchange; there the centre wants the station to stay on the line.
  const session = new Sl651Session({ stayOnline: true })
  const { answers, reports, refused } = session.receive(golden('quick-32-9fe1'), now)
  t.same(
    answers.map((answer) => answer.toString('hex')),
    [golden('quick-down-32-bd6c').toString('hex')],
  )
  t.same(reports, [
    { address: '0012345678', at: at('2014-12-05T11:00:00'), elements: { 20: 10, 26: 10, 38: 12.2, 39: 14.42 } },
  ])
  t.same(refused, [])
})

t.test('ETX is confirmed by EOT, ETB by ACK: more follows', async (t) => {
  const session = new Sl651Session()
  t.match(read(session.receive(golden('quick-32-9fe1'), now).answers[0]), { end: 'EOT', direction: 'down' })
  t.match(read(session.receive(refit('quick-32-9fe1', { end: 'ETB' }), now).answers[0]), { end: 'ACK' })
})

t.test('keeping the link has no answer', async (t) => {
  t.match(new Sl651Session().receive(golden('yu-2f'), now), {
    answers: [],
    reports: [],
    refused: [],
    heard: [/^\d{10}$/],
  })
})

t.test(
  'an hourly report gives each five minutes its own time; only the last is live; gaps have no value',
  async (t) => {
    const { reports, answers } = new Sl651Session().receive(golden('yu-34'), at('2017-07-18T11:00:20'))
    t.equal(answers.length, 1)
    const rain = reports.filter(({ elements, bad }) => 'F4' in elements || 'F4' in (bad ?? {}))
    t.equal(rain.length, 12)
    t.same(rain[4], { address: '0011223344', at: at('2017-07-18T10:25:00'), elements: { F4: 2 }, history: true })
    t.same(rain[5], {
      address: '0011223344',
      at: at('2017-07-18T10:30:00'),
      elements: {},
      bad: { F4: 'device_exception' },
      history: true,
    })
    t.same(rain[11], { address: '0011223344', at: at('2017-07-18T11:00:00'), elements: { F4: 0 } })
    t.match(
      reports.filter(({ elements }) => '39' in elements),
      [{ at: at('2017-07-18T11:00:00'), elements: { 39: 10.49, 20: 4, 38: 10.99 } }],
    )
  },
)

t.test('what is older than what was heard, and what answers a query of history, is history', async (t) => {
  const session = new Sl651Session()
  const early = refit('quick-32-9fe1', {
    body: Buffer.from('0011141205100002F1F100123456784 8F0F01412051000392300014430'.replaceAll(' ', ''), 'hex'),
  })
  t.same(session.receive(golden('quick-32-9fe1'), now).reports[0]?.history, undefined)
  t.same(session.receive(early, now).reports[0]?.history, true)
  t.ok(session.receive(golden('yu-38'), at('2017-07-18T11:02:00')).reports.every(({ history }) => history))
})

const picture = Array.from({ length: 13 }, (_, index) => golden(`yu-36-packet-${String(index + 1).padStart(2, '0')}`))

t.test('thirteen packets of a picture are confirmed once, when the last has come', async (t) => {
  const session = new Sl651Session()
  const answers = picture.flatMap((packet) => session.receive(packet, now).answers)
  t.equal(answers.length, 1)
  t.match(read(answers[0]), { end: 'EOT', function: 0x36, packet: { total: 13, number: 13 }, direction: 'down' })
  t.equal(read(answers[0])?.body.toString('hex', 0, 2), '0005', 'under the serial number of the first packet')
})

t.test('a lost packet is asked for again, and the whole confirmed when it comes', async (t) => {
  const session = new Sl651Session()
  const some = picture.filter((_, index) => index !== 3 && index !== 6)
  const first = some.flatMap((packet) => session.receive(packet, now).answers)
  t.match(first.map(read), [{ end: 'NAK', packet: { total: 13, number: 4 } }])
  const again = (index: number): Buffer => refit(`yu-36-packet-0${index}`, { end: 'ETX' })
  t.match(session.receive(again(4), now).answers.map(read), [{ end: 'NAK', packet: { total: 13, number: 7 } }])
  t.match(session.receive(again(7), now).answers.map(read), [{ end: 'EOT', packet: { total: 13, number: 13 } }])
})

t.test('packets that stop coming are asked for twice, then given up with a reason', async (t) => {
  const session = new Sl651Session()
  session.receive(picture[0] ?? Buffer.alloc(0), now)
  let asked = 0
  for (let second = 1; second < 59; second++) asked += session.due(now + second * 1000).length
  t.equal(asked, 2)
  t.match(session.receive(Buffer.alloc(0), now + 60_000).refused, [{ check: 'length', detail: /1 of 13 packets/ }])
  t.same(session.receive(Buffer.alloc(0), now + 61_000).refused, [])
})

t.test('values cut into packets are read as one body', async (t) => {
  const whole = read(golden('even-periods-31'))
  if (!whole) throw new Error('golden')
  const part = (number: number, body: Buffer, end: 'ETB' | 'ETX'): Buffer =>
    encodeSl651({ ...whole, packet: { total: 2, number }, body, end })
  const session = new Sl651Session()
  const when = at('2024-06-01T11:00:00')
  t.match(session.receive(part(1, whole.body.subarray(0, 37), 'ETB'), when), { answers: [], reports: [], refused: [] })
  const { reports } = session.receive(part(2, whole.body.subarray(37), 'ETX'), when)
  t.same(
    reports.map(({ elements }) => elements),
    [{ 39: 10.49 }, {}, { 39: 10.51 }],
  )
})

t.test('two stations in one frame, and two on one connection, do not mix', async (t) => {
  const session = new Sl651Session()
  const { reports } = session.receive(
    Buffer.concat([golden('two-stations'), golden('yu-32')]),
    at('2024-06-01T08:00:30'),
  )
  t.same(
    reports.map(({ address, elements }) => [address, elements]),
    [
      ['0012345678', { 39: 10.49 }],
      ['0087654321', { 20: 1.5 }],
      ['0011223344', { 20: 4, 26: 4, 38: 10.99, 39: 10.49 }],
    ],
  )
})

t.test('ASCII coded stations are confirmed in ASCII', async (t) => {
  const { answers, reports } = new Sl651Session().receive(golden('ascii-32'), at('2024-06-01T08:00:30'))
  t.match(read(answers[0]), { encoding: 'ascii', end: 'EOT', body: Buffer.from('0012240601080030') })
  t.match(reports, [{ address: '0012345678', elements: { 20: 12.5, 39: 12.345 } }])
})

t.test('state and alarms are reported as the word they are, a value that is none as bad', async (t) => {
  const session = new Sl651Session()
  t.match(session.receive(golden('alarms'), at('2024-06-01T08:00:30')).reports, [
    { elements: { 38: 10.8 } },
    { elements: { 45: 6 } },
  ])
  t.match(session.receive(golden('no-data-all-f'), at('2024-06-01T08:00:30')).reports, [
    { elements: { 38: 12.2 }, bad: { 39: 'device_exception' } },
  ])
})

t.test(
  'damaged frames, unreadable bodies and rubbish are refused, not confirmed, and cost no other frame',
  async (t) => {
    const session = new Sl651Session()
    const stream = ['handsomest-bad', 'quick-32-9fe1', 'bad-time', 'quick-33-17b4'].flatMap((name) => [
      Buffer.from('AT\r\n'),
      golden(name),
    ])
    const { answers, reports, refused } = session.receive(Buffer.concat(stream), now)
    t.same([answers.length, reports.length], [2, 2])
    t.ok(['checksum', 'field', 'start'].every((check) => refused.some((fault) => fault.check === check)))
  },
)

t.test('what a centre sends is an echo; with a password, others are refused', async (t) => {
  const nothing = { answers: [], reports: [], refused: [], heard: [] }
  t.same(new Sl651Session().receive(golden('quick-down-32-bd6c'), now), nothing)
  t.match(new Sl651Session({ password: 'FFFF' }).receive(golden('quick-32-9fe1'), now), {
    answers: [],
    reports: [],
    refused: [{ check: 'field' }],
  })
  t.equal(new Sl651Session({ password: '04d2' }).receive(golden('quick-32-9fe1'), now).reports.length, 1)
})

t.test('golden frames are all taken by a session without a throw', async (t) => {
  const session = new Sl651Session()
  const files = globSync(join(import.meta.dirname, 'golden', '*.yaml'))
  for (const file of files) session.receive(Buffer.from(parse(readFileSync(file, 'utf8')).frame, 'hex'), now)
  t.ok(files.length > 80)
})
