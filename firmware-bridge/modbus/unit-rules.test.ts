// What a profile says of its terminal, seen on the wire: from the text of the profile to the requests that are sent.
import { FakeClock } from '@civitals/contracts/clock'
import { printProblem } from '@civitals/contracts/document'
import t from 'tap'
import { checkProfile } from '../check-profile.ts'
import { readTerminal } from '../driver.ts'
import { modbusPoints, type Profile } from '../profile.ts'
import { listenRtu, listenTcp, rtuReply, type SeenRequest, tcpReply } from '../testing/scripted-terminal.ts'
import { pass } from '../wire/io/pass-time.ts'
import { MemoryWire } from '../wire/memory-wire.ts'
import { modbusTcpLine, rtuOverTcpLine } from './io/open-line.ts'
import { ModbusReader } from './reader.ts'
import { askingRules, UnitRules } from './unit-rules.ts'

/** A terminal with u16 points at these holding registers. */
function profileOf(addresses: readonly number[], says = ''): Profile {
  const points = addresses.map(
    (address) => `  - id: p${address}
    name: { zh: 点, en: Point }
    unit: none
    class: normal
    resolution: 1
    range: [0, 65535]
    read: { function: holding, address: ${address}, type: u16 }
`,
  )
  const text = `profile: gauge
version: 1
kind: gauge
group: water
protocol: modbus
name: { zh: 计, en: Gauge }
source: test
reportEvery: 60s
${says}points:
${points.join('')}`
  const checked = checkProfile(text, 'gauge/profile.yaml')
  if (!checked.ok) throw new Error(checked.problems.map(printProblem).join('\n'))
  return checked.value
}

interface Seen extends SeenRequest {
  readonly at: number
}

/** A line with the rules of one terminal, unit 1; `delayMs` until it answers, undefined: never. */
function rtuLine(profile: Profile, delayMs: (request: SeenRequest) => number | undefined = () => 5) {
  const clock = new FakeClock()
  const seen: Seen[] = []
  const wire = new MemoryWire((far) =>
    listenRtu(far, (request) => {
      seen.push({ ...request, at: clock.mono() })
      const delay = delayMs(request)
      if (delay !== undefined) clock.after(delay, () => far.destroyed || far.write(rtuReply(request)))
    }),
  )
  const rules = new UnitRules()
  rules.set(1, profile)
  const line = rtuOverTcpLine(wire.dial, { clock, ...rules })
  const reader = new ModbusReader({ line, unit: 1, points: modbusPoints(profile), clock, ...askingRules(profile) })
  return { clock, seen, line, reader, asked: () => seen.map(({ address, count }) => `${address}+${count}`) }
}

async function readAll({ clock, reader }: ReturnType<typeof rtuLine>, profile: Profile) {
  const readings = Promise.all(reader.plansFor(modbusPoints(profile)).map((plan) => reader.read(plan)))
  await pass(clock, 10_000, 5)
  return await readings
}

const addresses = [0, 1, 2, 4, 5, 8]

t.test('without limits one read brings what stands close together', async (t) => {
  const profile = profileOf(addresses)
  const terminal = rtuLine(profile)
  await readAll(terminal, profile)
  t.same(terminal.asked(), ['0+9'])
})

t.test('a terminal that gives few registers at once is asked for few', async (t) => {
  const profile = profileOf(addresses, 'limits: { maxRegisters: 3 }\n')
  const terminal = rtuLine(profile)
  await readAll(terminal, profile)
  t.same(terminal.asked(), ['0+3', '4+2', '8+1'])
})

t.test('forbidden places are never on the way', async (t) => {
  const profile = profileOf(addresses, 'limits: { forbidden: [{ function: holding, from: 6, to: 7 }] }\n')
  const terminal = rtuLine(profile)
  await readAll(terminal, profile)
  t.same(terminal.asked(), ['0+6', '8+1'])
})

t.test('a terminal that answers for one point at a time is asked so', async (t) => {
  const profile = profileOf(addresses, 'quirks: { oneRequestPerPoint: true }\n')
  const terminal = rtuLine(profile)
  await readAll(terminal, profile)
  t.same(terminal.asked(), ['0+1', '1+1', '2+1', '4+1', '5+1', '8+1'])
})

t.test('one who reads a terminal once keeps its limits too', async (t) => {
  const profile = profileOf(addresses, 'limits: { maxRegisters: 3 }\n')
  const { clock, line, asked } = rtuLine(profile)
  const reading = readTerminal(line, 1, profile)
  await pass(clock, 2000, 5)
  t.same((await reading).values, { p0: 1000, p1: 1001, p2: 1002, p4: 1004, p5: 1005, p8: 1008 })
  t.same(asked(), ['0+3', '4+2', '8+1'])
})

t.test('the pause a terminal needs is kept from its reply to the next request; others are not delayed', async (t) => {
  const { clock, line, seen } = rtuLine(profileOf(addresses, 'quirks: { pauseMs: 120 }\n'))
  const ask = (unit: number) => line.transact({ unit, function: 'holding', address: 0, count: 1 })
  const all = [ask(1), ask(2), ask(1), ask(1)]
  await pass(clock, 2000, 1)
  t.ok((await Promise.all(all)).every(({ ok }) => ok))
  const [first = 0, other = 0, second = 0, third = 0] = seen.map(({ at }) => at)
  t.ok(other - first < 20, `unit 2 after ${other - first} ms`)
  t.ok(second - first >= 125 && second - first < 140, `${second - first} ms`)
  t.ok(third - second >= 125 && third - second < 140, `${third - second} ms`)
})

t.test('a terminal known to be slow is waited for from its first request on', async (t) => {
  const slow = () => 2000
  const patient = rtuLine(profileOf([0], 'quirks: { turnaroundMs: 2500 }\n'), slow)
  const ask = ({ line }: typeof patient) => line.transact({ unit: 1, function: 'holding', address: 0, count: 1 })
  const known = ask(patient)
  await pass(patient.clock, 4000)
  t.match(await known, { ok: true })
  const hasty = rtuLine(profileOf([0]), slow)
  const unknown = ask(hasty)
  await pass(hasty.clock, 4000)
  t.match(await unknown, { ok: false, kind: 'timeout' })
  t.equal(patient.reader.learned.turnaroundMs, 2500, 'the planner begins with it too')
})

t.test('transaction ids stay below what a server stands', async (t) => {
  const ids = new Set<number>()
  const wire = new MemoryWire((far) =>
    listenTcp(far, (request) => {
      ids.add(request.id)
      far.write(tcpReply(request))
    }),
  )
  const rules = new UnitRules()
  rules.set(1, profileOf([0], 'quirks: { highestTransactionId: 255 }\n'))
  rules.set(2, profileOf([0]))
  const line = modbusTcpLine(wire.dial, { clock: new FakeClock(), ...rules })
  for (let turn = 0; turn < 600; turn++)
    t.match(await line.transact({ unit: 2, function: 'holding', address: 0, count: 1 }), { ok: true })
  t.equal(ids.size, 255)
  t.equal(Math.max(...ids), 255)
})

t.test(
  'to tell a late reply from the awaited, more is read: inside the map, never where it is forbidden',
  async (t) => {
    const lateOnce = (seen: Set<number>) => (request: SeenRequest) => {
      if (request.address !== 0 || seen.has(0)) return 5
      seen.add(0)
      return 3000
    }
    const fenced = async (says: string) => {
      const profile = profileOf([0, 1, 2, 3], says)
      const { clock, line, asked } = rtuLine(profile, lateOnce(new Set()))
      const ask = (address: number) => line.transact({ unit: 1, function: 'holding', address, count: 1 })
      const both = [ask(0), ask(3)]
      await pass(clock, 9000)
      t.notMatch((await both[1]) ?? {}, { registers: [1000] }, 'the late reply answers nothing')
      return asked()
    }
    t.same(await fenced(''), ['0+1', '2+2', '3+1'], '2+2 is told from a late 0+1 by its length')
    const closed = await fenced('limits: { maxRegisters: 1 }\n')
    t.same(closed, ['0+1'], 'none may be read: the line waits')
    t.same(await fenced('quirks: { oneRequestPerPoint: true }\n'), ['0+1'], 'nor here')
  },
)

t.test('places that may be read beside those asked for', async (t) => {
  const rules = new UnitRules()
  rules.set(
    1,
    profileOf([10, 20], 'limits: { maxRegisters: 8, forbidden: [{ function: holding, from: 15, to: 16 }] }\n'),
  )
  const may = (address: number, count: number, unit = 1) => rules.mayRead({ unit, function: 'holding', address, count })
  t.ok(may(10, 5))
  t.ok(may(17, 4))
  t.notOk(may(9, 2), 'before the first')
  t.notOk(may(20, 2), 'behind the last')
  t.notOk(may(12, 4), 'meets 15')
  t.notOk(may(16, 2), 'meets 16')
  t.notOk(may(10, 5, 2), 'a unit nobody knows')
  rules.set(1, profileOf([10, 40], 'limits: { maxRegisters: 8 }\n'))
  t.notOk(may(10, 9), 'too many')
  t.notOk(rules.mayRead({ unit: 1, function: 'input', address: 10, count: 1 }), 'a table it does not have')
  rules.set(1, profileOf([10, 20], 'quirks: { oneRequestPerPoint: true }\n'))
  t.notOk(may(10, 2))
})
