// One line with scripted terminals: who is asked when, and what is said of those that do not answer.
import { FakeClock } from '@civitals/contracts/clock'
import type { ModbusLine, ModbusOutcome, ModbusRead } from '@civitals/firmware-bridge/modbus/line'
import { ModbusReader } from '@civitals/firmware-bridge/modbus/reader'
import { type ModbusPoint, modbusPoints, type Profile } from '@civitals/firmware-bridge/profile'
import t from 'tap'
import { type PollReport, TerminalReporter } from '../readings/reporter.ts'
import { runWithDead } from '../testing/dead-terminals.ts'
import { SerialModel } from '../testing/serial-model.ts'
import { LineRunner, type LineRunnerOptions, mostAsked } from './line-runner.ts'
import type { LineTerminal } from './terminal-state.ts'

const point = (id: string, address: number, pointClass: ModbusPoint['class']): ModbusPoint => ({
  id,
  name: { zh: id, en: id },
  unit: 'cm',
  class: pointClass,
  resolution: 1,
  range: [0, 1000],
  read: { function: 'holding', address, type: 'u16' },
})
const profile: Profile = {
  profile: 'gauge',
  version: 1,
  kind: 'gauge',
  group: 'water',
  protocol: 'modbus',
  name: { zh: '计', en: 'gauge' },
  source: 'test',
  reportEvery: '30s',
  points: [point('depth', 0, 'alarm'), point('battery', 100, 'normal')],
}

type Answer = (request: ModbusRead) => Omit<ModbusOutcome & { ok: true }, 'arrivedAt' | 'wireMs'> | ModbusOutcome

interface Said extends PollReport {
  readonly terminal: string
  readonly second: number
}

async function poll(units: readonly number[], seconds: number, answer: Answer, silenceMs = 300) {
  const clock = new FakeClock()
  const asked: { unit: number; second: number }[] = []
  const line: ModbusLine = {
    async transact(request) {
      asked.push({ unit: request.unit, second: clock.mono() / 1000 })
      const outcome = answer(request as ModbusRead)
      if (!outcome.ok) await new Promise<void>((resolve) => void clock.after(silenceMs, resolve))
      return { ...outcome, arrivedAt: clock.now(), wireMs: 0 } as ModbusOutcome
    },
    close: async () => undefined,
    health: { connected: true, transactions: 0, timeouts: 0, crcErrors: 0, exceptions: 0, linkErrors: 0, connects: 1 },
  }
  const said: Said[] = []
  const silences: string[] = []
  const reporters = new Map(units.map((unit) => [`t${unit}`, new TerminalReporter(profile, { report: 'every' })]))
  const poller = new LineRunner({
    clock,
    periods: { alarm: 1000, normal: 5000, bulk: 60_000 },
    terminals: units.map((unit) => {
      const points = modbusPoints(profile)
      return { id: `t${unit}`, unit, points, reader: new ModbusReader({ line, unit, points, clock }) }
    }),
    onReading: (terminal, reading) => {
      const report = reporters.get(terminal.id)?.report(reading, clock.now(), clock.mono())
      if (report) said.push({ terminal: terminal.id, second: clock.mono() / 1000, ...report })
    },
    onSilence: (terminal, silent) => void silences.push(`${terminal.id} ${silent}`),
  })
  const stop = new AbortController()
  const running = poller.run(stop.signal)
  await clock.advance(seconds * 1000 - 1)
  stop.abort()
  await clock.advance(10_000)
  await running
  return { asked, said, silences, silent: poller.silent, startedAt: clock.now() - seconds * 1000 - 9999 }
}

const value = (number: number) => ({ ok: true as const, registers: [number] })
const timeout: ModbusOutcome = { ok: false, kind: 'timeout' }

t.test('values carry the time of their reply, alarm points are urgent when they change', async (t) => {
  let depth = 5
  const { said } = await poll([1], 6, ({ address }) => value(address === 0 ? (depth === 5 ? depth++ : depth) : 12))
  const depths = said.filter((one) => one.values.depth !== undefined)
  t.equal(depths.length, 6)
  t.same(
    depths.map((one) => one.class === 'alarm'),
    [true, true, false, false, false, false],
  )
  t.same(
    depths.map((one) => one.at - (depths[0]?.at ?? 0)),
    [0, 1000, 2000, 3000, 4000, 5000],
  )
  t.equal(said.filter((one) => one.values.battery === 12).length, 2, 'the ordinary point comes every 5 s')
  t.ok(
    said.every((one) => Object.keys(one.values).length === 1),
    'each transaction is a sample of its own',
  )
})

t.test('a dead terminal is only probed and does not make the live ones wait', async (t) => {
  const { asked, said, silences, silent } = await poll([1, 2], 60, ({ unit }) => (unit === 2 ? timeout : value(1)))
  const probes = asked.filter((one) => one.unit === 2)
  t.ok(probes.length <= 3 + 6, `${probes.length} transactions spent on it in a minute`)
  t.equal(
    said.filter((one) => one.terminal === 't1' && one.values.depth !== undefined).length,
    60,
    'the live one is read every second',
  )
  t.same(silences, ['t2 true'])
  t.equal(silent, 1)
})

t.test('its points are comm_fail without a value: at once, then every reportEvery', async (t) => {
  const { said } = await poll([2], 100, () => timeout)
  t.ok(said.every((one) => Object.keys(one.values).length === 0))
  const depth = said.filter((one) => one.quality.depth !== undefined)
  t.ok(depth.every((one) => one.quality.depth === 'comm_fail'))
  t.same(
    depth.map((one) => Math.floor(one.second / 30)),
    [0, 1, 2, 3],
  )
  t.equal(depth[0]?.class, 'alarm')
  t.equal(depth[1]?.class, 'telemetry', 'old news can wait')
})

t.test('it is read whole as soon as it answers again', async (t) => {
  let asked = 0
  const { said, silences } = await poll([1], 40, ({ address }) => {
    asked++
    return asked <= 5 ? timeout : value(address === 0 ? 7 : 12)
  })
  t.same(silences, ['t1 true', 't1 false'])
  const first = said.findIndex((one) => one.values.depth === 7)
  t.ok(
    said.slice(first, first + 3).some((one) => one.values.battery === 12),
    'the ordinary point comes with it',
  )
})

t.test('a terminal that refuses one table is alive: device_exception for these points only', async (t) => {
  const refusal: ModbusOutcome = { ok: false, kind: 'exception', code: 2 }
  const { said, silences } = await poll([1], 20, ({ address }) => (address === 100 ? refusal : value(3)))
  t.same(silences, [])
  t.same(said[0]?.values, { depth: 3 })
  t.same(said[1]?.quality, { battery: 'device_exception' })
  t.equal(said.filter((one) => one.quality.battery).length, 1)
})

t.test('a gateway in the field that answers for a dead terminal (exception 0B) opens the breaker too', async (t) => {
  const { silences } = await poll([1], 20, () => ({ ok: false, kind: 'exception', code: 0x0b }))
  t.same(silences, ['t1 true'])
})

/** Terminals with one point each on a line that says itself what a transaction costs. */
function work(line: ModbusLine, clock: FakeClock, units: readonly number[], more: Partial<LineRunnerOptions> = {}) {
  const read: { terminal: string; at: number }[] = []
  const terminalOf = (unit: number, address = 0): LineTerminal => {
    const points = [point('depth', address, 'alarm')]
    return { id: `t${unit}`, unit, points, reader: new ModbusReader({ line, unit, points, clock }) }
  }
  const runner = new LineRunner({
    clock,
    periods: { alarm: 1000, normal: 5000, bulk: 60_000 },
    terminals: units.map((unit) => terminalOf(unit)),
    onReading: ({ id }, { values }) =>
      void (values.depth !== undefined && read.push({ terminal: id, at: clock.mono() })),
    ...more,
  })
  const stop = new AbortController()
  const running = runner.run(stop.signal)
  const end = async (): Promise<void> => {
    stop.abort()
    await clock.advance(5000)
    await running
  }
  return { runner, read, terminalOf, end }
}

t.test('what people ask for goes in its turn: a write before polls that are late, one at a time', async (t) => {
  const clock = new FakeClock()
  const line = new SerialModel({ clock, baud: 1200, turnaroundMs: 200 })
  const { runner, end } = work(line, clock, [1, 2, 3, 4, 5, 6])
  await clock.advance(10_100)
  const before = line.spent.length
  const asked = (['bulk', 'normal', 'write'] as const).map((priority) =>
    runner.ask(priority, 9, () => line.transact({ unit: 9, function: 'holding', address: 0, count: 1 })),
  )
  t.equal((await Promise.all([...asked, clock.advance(10_000)])).length, 4)
  const order = line.spent.slice(before).map(({ unit }) => unit)
  t.equal(order.indexOf(9), 1, 'the write waits for the transaction in hand alone')
  t.ok(order.lastIndexOf(9) < 20, `${order.join(' ')}`)
  await end()
  await t.rejects(
    runner.ask('write', 1, async () => 1),
    { code: 'CIV_GATEWAY_LINE_BUSY' },
  )
})

t.test('what people ask for is bounded, and refused when the line stops', async (t) => {
  const clock = new FakeClock()
  const line = new SerialModel({ clock, baud: 9600, turnaroundMs: 10 })
  const { runner, end } = work(line, clock, [])
  const never = new Promise<never>(() => {})
  const held = runner.ask('normal', 1, (signal) =>
    Promise.race([never, new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))]),
  )
  const waiting = Array.from({ length: mostAsked - 1 }, () => runner.ask('bulk', 2, async () => never))
  await clock.advance(10)
  await t.rejects(
    runner.ask('write', 3, async () => 1),
    { code: 'CIV_GATEWAY_LINE_BUSY', retryable: true },
  )
  const ended = Promise.allSettled([held, ...waiting])
  await end()
  t.ok((await ended).every(({ status }) => status === 'rejected'))
})

t.test('a window carries several transactions at once, never two of one terminal', async (t) => {
  const clock = new FakeClock()
  let most = 0
  const inFlight: number[] = []
  const line: ModbusLine = {
    async transact(request) {
      const { unit, count } = request as ModbusRead
      t.notOk(inFlight.includes(unit), `${unit} is asked twice at once`)
      inFlight.push(unit)
      most = Math.max(most, inFlight.length)
      await new Promise<void>((resolve) => void clock.after(400, resolve))
      inFlight.splice(inFlight.indexOf(unit), 1)
      return { ok: true, registers: Array.from({ length: count }, () => 1), arrivedAt: clock.now(), wireMs: 0 }
    },
    close: async () => undefined,
    health: { connected: true, transactions: 0, timeouts: 0, crcErrors: 0, exceptions: 0, linkErrors: 0, connects: 1 },
  }
  const { read, end } = work(line, clock, [1, 2, 3, 4, 5, 6], { window: () => 4 })
  await clock.advance(20_000)
  await end()
  t.equal(most, 4)
  t.ok(read.length >= 6 * 19, `${read.length} readings in 20 s; one at a time there would be 50`)
})

t.test('a plan that proves wrong is replaced at once: its points come in the same round', async (t) => {
  const clock = new FakeClock()
  const asked: string[] = []
  const line: ModbusLine = {
    async transact(request) {
      const { address, count } = request as ModbusRead
      asked.push(`${address}+${count}`)
      const hole = address <= 1 && address + count > 2
      await new Promise<void>((resolve) => void clock.after(10, resolve))
      if (hole) return { ok: false, kind: 'exception', code: 2 }
      return { ok: true, registers: Array.from({ length: count }, () => 5), arrivedAt: clock.now(), wireMs: 0 }
    },
    close: async () => undefined,
    health: { connected: true, transactions: 0, timeouts: 0, crcErrors: 0, exceptions: 0, linkErrors: 0, connects: 1 },
  }
  const points = [point('a', 0, 'normal'), point('b', 4, 'normal')]
  const said: unknown[] = []
  const runner = new LineRunner({
    clock,
    periods: { alarm: 1000, normal: 5000, bulk: 60_000 },
    terminals: [{ id: 't1', unit: 1, points, reader: new ModbusReader({ line, unit: 1, points, clock }) }],
    onReading: (_, { values, quality }) => void said.push({ ...values, ...quality }),
  })
  const stop = new AbortController()
  const running = runner.run(stop.signal)
  await clock.advance(100)
  t.same(said, [{ a: 5 }, { b: 5 }], `asked ${asked.join(', ')}`)
  const first = asked.length
  await clock.advance(5000)
  t.equal(asked.length, first + 2, 'and it is remembered')
  stop.abort()
  await clock.advance(100)
  await running
})

t.test('a terminal that needs a pause gets it; the others do not wait', async (t) => {
  const clock = new FakeClock()
  const line = new SerialModel({ clock, baud: 9600, turnaroundMs: 10 })
  const points = [point('a', 0, 'alarm'), point('b', 1000, 'alarm')]
  const reader = (unit: number, pauseMs = 0) => new ModbusReader({ line, unit, points, clock, pauseMs })
  const runner = new LineRunner({
    clock,
    periods: { alarm: 1000, normal: 5000, bulk: 60_000 },
    terminals: [
      { id: 'slow', unit: 1, points, reader: reader(1, 200) },
      { id: 'fast', unit: 2, points, reader: reader(2) },
    ],
    onReading: () => {},
  })
  const stop = new AbortController()
  const running = runner.run(stop.signal)
  await clock.advance(10_000)
  stop.abort()
  await clock.advance(1000)
  await running
  const pauses = (unit: number): number[] => {
    const own = line.spent.filter((one) => one.unit === unit)
    return own.slice(1).map(({ from }, index) => from - (own[index]?.to ?? 0))
  }
  t.ok(pauses(1).length >= 18)
  t.ok(Math.min(...pauses(1)) > 199.9)
  t.ok(Math.min(...pauses(2)) < 1, `${pauses(2)}`)
})

t.test('terminals are taken in and given up while the line runs; the others miss nothing', async (t) => {
  const clock = new FakeClock()
  const line = new SerialModel({ clock, baud: 9600, turnaroundMs: 10 })
  const { runner, read, terminalOf, end } = work(line, clock, [1, 2, 3])
  await clock.advance(10_500)
  const [first, second, third] = runner.terminals as [LineTerminal, LineTerminal, LineTerminal]
  runner.setTerminals([first, terminalOf(2, 50), terminalOf(4)])
  await clock.advance(10_000)
  await end()
  const times = (id: string): number[] =>
    read.filter(({ terminal }) => terminal === id).map(({ at }) => Math.floor(at / 1000))
  t.same(
    times('t1').slice(0, 20),
    Array.from({ length: 20 }, (_, second) => second),
    'each round, in its time',
  )
  t.same([second.unit, third.unit], [2, 3])
  const phases = read
    .filter(({ terminal, at }) => terminal === 't1' && at > 5000)
    .map(({ at }) => Math.round(at % 1000))
  t.equal(new Set(phases).size, 1, 'and on its grid')
  t.equal(Math.max(...times('t3')), 9)
  t.same(times('t4').slice(0, 3), [10, 11, 12])
  t.ok(times('t2').length >= 20, 'changed: read with its new map from the next round on')
})

t.test('a line that is down opens no breaker: all are read at once when it is back', async (t) => {
  const clock = new FakeClock()
  let down = true
  const line: ModbusLine = {
    transact: async () =>
      down ? { ok: false, kind: 'link' } : { ok: true, registers: [1], arrivedAt: clock.now(), wireMs: 0 },
    close: async () => undefined,
    health: { connected: true, transactions: 0, timeouts: 0, crcErrors: 0, exceptions: 0, linkErrors: 0, connects: 1 },
  }
  const { runner, read, end } = work(line, clock, [1, 2, 3])
  await clock.advance(600_000)
  t.equal(read.length, 0)
  t.equal(runner.silent, 0)
  down = false
  await clock.advance(1000)
  t.equal(new Set(read.map(({ terminal }) => terminal)).size, 3)
  await end()
})

t.test(
  '20 terminals, 5 of them dead: the live ones do not wait for them, and one that recovers is noticed',
  async (t) => {
    const alone = await runWithDead({ live: 15, dead: 0, baud: 9600, minutes: 5 })
    const burdened = await runWithDead({ live: 15, dead: 5, baud: 9600, minutes: 8 })
    const growth = burdened.cycleMs / alone.cycleMs - 1
    t.ok(growth < 0.05, `the cycle of the live ones grew by ${(growth * 100).toFixed(1)} %`)
    t.ok(growth > 0, 'probes do cost something')
    t.equal(burdened.recoveries.length, 5)
    for (const { tookMs, intervalMs } of burdened.recoveries)
      t.ok(tookMs <= intervalMs, `${tookMs} of ${intervalMs} ms`)
    t.ok(Math.max(...burdened.recoveries.map(({ intervalMs }) => intervalMs)) <= 125_000)
  },
)
