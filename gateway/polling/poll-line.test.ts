// One line with scripted terminals: who is asked when, and what is said of those that do not answer.
import { FakeClock } from '@civitals/contracts/clock'
import type { ModbusLine, ModbusOutcome, ModbusRead } from '@civitals/firmware-bridge/modbus/line'
import type { Profile, ProfilePoint } from '@civitals/firmware-bridge/profile'
import t from 'tap'
import type { PollReport } from '../readings/reporter.ts'
import { LinePoller } from './poll-line.ts'

const point = (id: string, address: number, pointClass: ProfilePoint['class']): ProfilePoint => ({
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
  const poller = new LinePoller({
    line,
    clock,
    periods: { alarm: 1000, normal: 5000, bulk: 60_000 },
    terminals: units.map((unit) => ({ id: `t${unit}`, unit, profile })),
    onReport: (terminal, report) => void said.push({ terminal: terminal.id, second: clock.mono() / 1000, ...report }),
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
  t.equal(said.length, 6)
  t.same(
    said.map((one) => one.urgent),
    [true, true, false, false, false, false],
  )
  t.same(said[0]?.values, { depth: 5, battery: 12 })
  t.same(said[1]?.values, { depth: 6 }, 'the ordinary point is not due')
  t.same(
    said.map((one) => one.at - (said[0]?.at ?? 0)),
    [0, 1000, 2000, 3000, 4000, 5000],
  )
})

t.test('a dead terminal is only probed and does not make the live ones wait', async (t) => {
  const { asked, said, silences, silent } = await poll([1, 2], 60, ({ unit }) => (unit === 2 ? timeout : value(1)))
  const probes = asked.filter((one) => one.unit === 2)
  t.ok(probes.length <= 3 + 6, `${probes.length} transactions spent on it in a minute`)
  t.equal(said.filter((one) => one.terminal === 't1').length, 60, 'the live one is read every second')
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
  t.equal(depth[0]?.urgent, true)
  t.equal(depth[1]?.urgent, false, 'old news can wait')
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
    said.slice(first, first + 2).some((one) => one.values.battery === 12),
    'the ordinary point comes with it',
  )
})

t.test('a terminal that refuses one table is alive: device_exception for these points only', async (t) => {
  const refusal: ModbusOutcome = { ok: false, kind: 'exception', code: 2 }
  const { said, silences } = await poll([1], 20, ({ address }) => (address === 100 ? refusal : value(3)))
  t.same(silences, [])
  t.same(said[0]?.quality, { battery: 'device_exception' })
  t.same(said[0]?.values, { depth: 3 })
  t.equal(said.filter((one) => one.quality.battery).length, 1)
})

t.test('a gateway in the field that answers for a dead terminal (exception 0B) opens the breaker too', async (t) => {
  const { silences } = await poll([1], 20, () => ({ ok: false, kind: 'exception', code: 0x0b }))
  t.same(silences, ['t1 true'])
})
