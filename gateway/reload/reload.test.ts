// A configuration is changed while three lines run: who is read when, what samples say of it, and what is left alone.
import { FakeClock } from '@civitals/contracts/clock'
import type { Configuration } from '@civitals/contracts/configuration'
import { decodeEnvelope, type Sample } from '@civitals/contracts/envelope'
import { CivitalsError } from '@civitals/contracts/errors'
import { ModbusReader } from '@civitals/firmware-bridge/modbus/reader'
import { modbusPoints, type Profile } from '@civitals/firmware-bridge/profile'
import { pino } from 'pino'
import t from 'tap'
import type { Prepared } from '../config/io/prepare.ts'
import type { LineConfig } from '../config/schema.ts'
import { Gateway } from '../gateway.ts'
import { Assembly } from '../lines/assemble.ts'
import { memorySpool } from '../spool/memory.ts'
import { SerialModel } from '../testing/serial-model.ts'
import { ScriptedCentre } from '../uplink/scripted-centre.ts'
import { Reloader } from './reloader.ts'

const profile: Profile = {
  profile: 'gauge',
  version: 1,
  kind: 'gauge',
  group: 'water',
  protocol: 'modbus',
  name: { zh: '计', en: 'gauge' },
  source: 'test',
  reportEvery: '30s',
  points: [
    {
      id: 'depth',
      name: { zh: '深', en: 'depth' },
      unit: 'cm',
      class: 'alarm',
      resolution: 1,
      range: [0, 65_535],
      read: { function: 'holding', address: 0, type: 'u16' },
    },
  ],
}
const logger = pino({ level: 'silent' })
const line = (id: string, baud: number, units: readonly number[]): LineConfig => ({
  id,
  transport: { kind: 'serial', path: `/dev/${id}`, baud },
  terminals: units.map((unit) => ({ id: `${id}-${unit}`, unit, profile: 'gauge' })),
})
const prepared = (hash: string, lines: LineConfig[], more: Partial<Prepared['settings']> = {}): Prepared => ({
  hash,
  configuration: { config: hash, settings: '', sets: {}, terminals: {} },
  profiles: { gauge: profile },
  settings: {
    ...{
      gateway: 'gw-01',
      url: 'mqtt://centre',
      password: { env: 'SECRET' },
      metered: false,
      qos: 1,

      spoolFolder: '/spool',
    },
    ...{ budgetBytes: 1e9, periods: { alarm: 1000, normal: 5000, bulk: 60_000 }, lines, ...more },
  },
})
const before = [line('a', 9600, [1, 2, 3]), line('b', 9600, [1, 2]), line('c', 9600, [1, 2])]

async function start() {
  const clock = new FakeClock()
  const spool = memorySpool({
    id: 's1',
    limits: { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false },
    clock,
  })
  const centre = new ScriptedCentre(clock)
  const opened: string[] = []
  const closed: string[] = []
  const wires: { readonly id: string; readonly model: SerialModel }[] = []
  const assembly = new Assembly(async ({ id, transport }) => {
    const baud = transport.kind === 'serial' ? transport.baud : 0
    opened.push(`${id}@${baud}`)
    const model = new SerialModel({ clock, baud, turnaroundMs: 10 })
    wires.push({ id, model })
    model.close = async () => void closed.push(`${id}@${baud}`)
    return {
      line: model,
      readerOf: ({ unit = 0 }, profile) =>
        new ModbusReader({ line: model, unit, points: modbusPoints(profile), clock }),
    }
  })
  const first = prepared('first', before)
  let told: Configuration | undefined = first.configuration
  const gateway = new Gateway({
    ...{ lines: await assembly.lines(first), spool, clock, connect: centre.connect, random: () => 0.5, logger },
    ...{ periods: first.settings.periods, config: 'first', version: '0.0.0', lingerMs: 1000 },
    configurations: () => told && Buffer.from(told.config),
  })
  let next: Prepared | readonly string[] = first
  const load = async (): Promise<Prepared> => {
    if (!Array.isArray(next)) return next as Prepared
    throw new CivitalsError('CIV_GATEWAY_CONFIG', 'wrong', { context: { problems: next } })
  }
  const tell = async (configuration: Configuration) => {
    told = configuration
  }
  const reloader = new Reloader({ gateway, assembly, logger, load, tell }, first)
  const stop = new AbortController()
  const running = gateway.run(stop.signal)
  const alive = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      await clock.advance(1000)
      centre.ping()
    }
  }
  const reload = async (what: Prepared | readonly string[]) => {
    next = what
    const outcome = reloader.reload()
    await clock.advance(0)
    return outcome
  }
  const samples = (): (Sample & { config: string; spool: string })[] =>
    centre.arrivals.flatMap(({ payload }) => {
      const decoded = decodeEnvelope(payload)
      if (!decoded.ok) return []
      const { config, spool: id } = decoded.envelope
      return decoded.envelope.samples.map((sample) => ({ ...sample, config, spool: id }))
    })
  const end = async (): Promise<void> => {
    stop.abort()
    await alive(2)
    await running
  }
  const startedMono = clock.mono()
  /** When a terminal was asked on the wire, ms since the start. */
  const asked = (line: string, unit: number): number[] =>
    wires.flatMap(({ id, model }) =>
      id === line ? model.spent.filter((one) => one.unit === unit).map(({ from }) => from - startedMono) : [],
    )
  const transactions = (): number => wires.reduce((sum, { model }) => sum + model.spent.length, 0)
  const startedAt = clock.now()
  return { gateway, spool, centre, alive, reload, samples, end, opened, closed, asked, transactions, startedAt }
}

t.test('a terminal added on one line and another line at a new speed: nobody else misses a poll', async (t) => {
  const { gateway, alive, reload, samples, end, opened, closed, startedAt } = await start()
  await alive(20)
  const after = [line('a', 9600, [1, 2, 3, 4]), line('b', 19_200, [1, 2]), line('c', 9600, [1, 2])]
  const outcome = await reload(prepared('second', after))
  t.match(outcome, { kind: 'applied', config: 'second', difference: { restartNeeded: [], ended: [] } })
  await alive(20)
  t.equal(gateway.status().config, 'second')
  await end()
  const rounds = (terminal: string): number[] => {
    const own = samples().filter((sample) => sample.terminal === terminal)
    const seconds = new Set(own.map(({ at }) => Math.floor((at - startedAt) / 1000)))
    return [...seconds].filter((second) => second < 40)
  }
  const all = Array.from({ length: 40 }, (_, second) => second)
  for (const terminal of ['a-1', 'a-2', 'a-3', 'c-1', 'c-2']) t.same(rounds(terminal), all, `${terminal}: every round`)
  t.same(rounds('a-4').slice(0, 3), [20, 21, 22])
  for (const terminal of ['b-1', 'b-2'])
    t.ok(rounds(terminal).length >= 39, `${terminal}, whose own line was opened anew`)
  t.same(opened, ['a@9600', 'b@9600', 'c@9600', 'b@19200'])
  t.equal(closed[0], 'b@9600')
  t.same([...new Set(samples().map(({ spool }) => spool))], ['s1'], 'the spool goes on')
})

const secondsOf = (times: readonly number[]): number[] => times.map((time) => Math.floor(time / 1000))
const seconds = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at)

t.test('on the wire: each terminal that stays is asked once a second through five reloads, nobody twice', async (t) => {
  const { alive, reload, end, asked } = await start()
  const [a, b, c] = [line('a', 9600, [1, 2, 3]), line('b', 9600, [1, 2]), line('c', 9600, [1, 2])]
  const changes: readonly LineConfig[][] = [
    [line('a', 9600, [1, 2, 3, 4]), b, c],
    [line('a', 9600, [1, 2, 4]), b, c],
    [line('a', 9600, [1, 2]), line('b', 19_200, [1, 2]), c, line('d', 9600, [1])],
    [a, c, line('d', 9600, [1])],
    [c, a, b],
  ]
  await alive(4)
  for (const [place, lines] of changes.entries()) {
    await reload(prepared(`change ${place}`, lines))
    await alive(4)
  }
  for (const [id, unit] of [
    ['a', 1],
    ['a', 2],
    ['c', 1],
    ['c', 2],
  ] as const) {
    const times = asked(id, unit)
    // The first round is spread over less than a period, so that somebody may be asked twice in the first second.
    t.same(
      secondsOf(times).filter((second) => second > 0),
      seconds(1, 24),
      `${id}-${unit}: once in every second`,
    )
    const longest = Math.max(...times.slice(1).map((time, at) => time - (times[at] ?? 0)))
    t.ok(longest < 1100, `${id}-${unit}: ${Math.round(longest)} ms at most from one to the next`)
  }
  t.same(secondsOf(asked('d', 1)), seconds(12, 20), 'a line that came and went')
  t.same([...new Set(secondsOf(asked('a', 4)))], seconds(4, 12), 'a terminal that came and went')
  await end()
})

t.test(
  'the spool is untouched: all that was read is in it, numbered without a hole, and nobody opened or closed it',
  async (t) => {
    const { gateway, spool, centre, alive, reload, end, transactions } = await start()
    let closed = 0
    const close = spool.close.bind(spool)
    spool.close = () => {
      closed++
      return close()
    }
    await alive(5)
    for (const unit of [4, 5]) {
      await reload(prepared(`with ${unit}`, [line('a', 9600, [1, 2, 3, unit]), line('b', 19_200, [1, 2])]))
      await alive(5)
    }
    t.equal(closed, 0)
    t.equal(centre.sessions, 1, 'the link to the centre stays')
    await end()
    t.equal(gateway.status().spool?.producedReadings, transactions(), 'one reading for each transaction on the wire')
    const seqs = centre.arrivals.map(({ seq }) => seq)
    t.same(
      seqs,
      seqs.map((_, at) => at + 1),
    )
    t.same([...new Set(centre.arrivals.map((arrival) => arrival.spool))], ['s1'])
  },
)

t.test('samples carry the hash of the configuration they were read with', async (t) => {
  const { alive, reload, samples, end, startedAt } = await start()
  await alive(10)
  await reload(prepared('second', [line('a', 9600, [1, 2, 3])]))
  await alive(10)
  await end()
  for (const { config, at, terminal } of samples())
    t.equal(config, at < startedAt + 10_000 ? 'first' : 'second', `${terminal} at ${at - startedAt}`)
  const late = samples().filter(({ at }) => at > startedAt + 10_100)
  t.same(
    [...new Set(late.map(({ terminal }) => terminal))].sort(),
    ['a-1', 'a-2', 'a-3'],
    'lines that ended are silent',
  )
})

t.test('a wrong configuration is refused with its lines, and nothing changes', async (t) => {
  const { gateway, alive, reload, samples, end, opened } = await start()
  await alive(5)
  t.same(await reload(['gw.yaml:3:1: spol: unknown key']), {
    kind: 'refused',
    problems: ['gw.yaml:3:1: spol: unknown key'],
  })
  t.same(await reload(prepared('first', before)), { kind: 'unchanged' })
  await alive(5)
  t.equal(gateway.status().config, 'first')
  t.equal(opened.length, 3)
  await end()
  t.equal(samples().filter(({ terminal }) => terminal === 'a-1').length, 10)
})

t.test('a terminal may move to another line', async (t) => {
  const { alive, reload, samples, end, startedAt } = await start()
  await alive(5)
  const moved = [line('a', 9600, [1, 2]), line('b', 9600, [1, 2]), line('c', 9600, [1, 2])]
  moved[2]?.terminals.push({ id: 'a-3', unit: 3, profile: 'gauge' })
  await reload(prepared('second', moved))
  await alive(5)
  await reload(prepared('third', before))
  await alive(5)
  await end()
  const seconds = samples().filter(({ terminal }) => terminal === 'a-3')
  const seen = new Set(seconds.map(({ at }) => Math.floor((at - startedAt) / 1000)))
  t.same(
    [...seen].filter((second) => second < 15),
    Array.from({ length: 15 }, (_, second) => second),
  )
})

t.test('other periods hold at once; keys of uplink and spool are named as needing a restart', async (t) => {
  const { alive, reload, samples, end, startedAt } = await start()
  await alive(5)
  const periods = { alarm: 500, normal: 5000, bulk: 60_000 }
  const outcome = await reload(prepared('second', before, { periods, url: 'mqtt://other' }))
  t.match(outcome, { kind: 'applied', difference: { restartNeeded: ['uplink.url'] } })
  await alive(10)
  await end()
  const own = samples().filter(
    ({ terminal, at }) => terminal === 'a-1' && at > startedAt + 6000 && at < startedAt + 14_000,
  )
  t.ok(Math.abs(own.length - 16) <= 1, `${own.length} in 8 s`)
})

t.test(
  'the centre hears of a configuration before the first envelope read with it, and again on every connection',
  async (t) => {
    const { alive, reload, end, centre } = await start()
    await alive(5)
    await reload(prepared('second', before))
    await alive(5)
    centre.cut()
    await alive(5)
    await end()
    const told = centre.configurations.map(({ payload, arrivals }) => [String(payload), arrivals] as const)
    t.same(
      told.map(([config]) => config),
      ['first', 'second', 'second'],
    )
    const configs = centre.arrivals.map(({ payload }) => {
      const decoded = decodeEnvelope(payload)
      return decoded.ok ? decoded.envelope.config : ''
    })
    t.equal(told[0]?.[1], 0)
    t.ok((told[1]?.[1] ?? 0) > 0 && (told[1]?.[1] ?? 0) <= configs.indexOf('second'), `${told} ${configs}`)
  },
)
