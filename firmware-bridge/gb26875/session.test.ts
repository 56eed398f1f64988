// Frames of both sides were built outside this project; 000102030405 is the device, 060708090A0B the centre.
import t from 'tap'
import { Gb26875Session } from './session.ts'

const now = Date.parse('2026-11-25T09:30:07+08:00')
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')
const hexOf = (frames: readonly Buffer[]): string[] => frames.map((frame) => frame.toString('hex'))

const fire =
  '404034120101051e09190b1a0504030201000b0a090807063000020201010328d90006000300d2bbb2e3d7dfc0c80000000000000000000000000000000000000000000000001e09190b1afc2323'
const confirmation = '404034120101071e09190b1a0b0a09080706050403020100000003f92323'

t.test('a report is confirmed under its serial number, and its state comes as 0 and 1', async (t) => {
  const { answers, reports, refused } = new Gb26875Session().receive(bytes(fire), now)
  t.same(hexOf(answers), [confirmation])
  t.same(refused, [])
  t.equal(reports.length, 1)
  t.match(reports[0], {
    address: '000102030405',
    at: Date.parse('2026-11-25T09:30:00+08:00'),
    elements: { '1/3/000600D9/normal': 1, '1/3/000600D9/fire': 1, '1/3/000600D9/fault': 0 },
  })
})

t.test('an analog quantity is a number under its own name', async (t) => {
  const frame = '404009000101051e09190b1a0504030201000b0a0908070612000203010b015b02000000040700001e09190b1aa82323'
  t.same(new Gb26875Session().receive(bytes(frame), now).reports[0]?.elements, { '11/1/00000002/pressureMpa': 0.7 })
})

t.test('data that cannot be read are denied and reported as refused', async (t) => {
  const broken =
    '404035120101051e09190b1a0504030201000b0a090807062f00020201010328d90006000300d2bbb2e3d7dfc0c80000000000000000000000000000000000000000000000001e09190be22323'
  const { answers, reports, refused } = new Gb26875Session().receive(bytes(broken), now)
  t.same(hexOf(answers), ['404035120101071e09190b1a0b0a09080706050403020100000006fd2323'])
  t.same(reports, [])
  t.match(refused, [{ check: 'field' }])
})

t.test('a clock that is wrong is set right, once an hour', async (t) => {
  const session = new Gb26875Session()
  const lost = bytes('4040070001010000000101140504030201000b0a09080706000002632323')
  const set = '404007000101071e09190b1a0b0a090807060504030201000800015a01071e09190b1a872323'
  t.equal(hexOf(session.receive(lost, now).answers)[1], set)
  t.equal(session.receive(lost, now + 3_599_000).answers.length, 1)
  t.equal(session.receive(lost, now + 3_600_000).answers.length, 2)
})

t.test('a device that asks for the time is told', async (t) => {
  const { answers } = new Gb26875Session().receive(
    bytes('404008000101051e09190b1a0504030201000b0a090807060200045a00162323'),
    now,
  )
  t.equal(answers.length, 1)
  t.equal(answers[0]?.subarray(26, 35).toString('hex'), '015a01071e09190b1a')
})

t.test('no clock is set by one nobody trusts; who asks is denied', async (t) => {
  const lost = bytes('4040070001010000000101140504030201000b0a09080706000002632323')
  t.equal(new Gb26875Session().receive(lost, now, false).answers.length, 1, 'it is confirmed')
  const asks = bytes('404008000101051e09190b1a0504030201000b0a090807060200045a00162323')
  const { answers } = new Gb26875Session().receive(asks, now, false)
  t.same(
    answers.map((answer) => answer[26]),
    [6],
  )
})

t.test('nothing is answered to confirmations: two centres would never end', async (t) => {
  t.same(new Gb26875Session().receive(bytes(confirmation), now), {
    ...{ answers: [], reports: [], refused: [] },
    heard: ['060708090A0B'],
  })
})

t.test('rubbish on the line is counted and the next report is heard', async (t) => {
  const noise = Buffer.from('4040ff23230040', 'hex')
  const { reports, refused } = new Gb26875Session().receive(
    Buffer.concat([noise, Buffer.alloc(1100), bytes(fire)]),
    now,
  )
  t.equal(reports.length, 1)
  t.ok(refused.length > 0)
})

t.test('a beginning that announces a kilobyte does not hold back the alarm behind it', async (t) => {
  const beginning = bytes(`4040${'01'.repeat(22)}000402`)
  const { reports, refused } = new Gb26875Session().receive(Buffer.concat([beginning, bytes(fire)]), now)
  t.equal(reports.length, 1)
  t.match(refused, [{ check: 'length', detail: /another frame/ }])
})
