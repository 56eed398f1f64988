// DTUs dial in on a real port and their Modbus terminals and meters are asked. Frames: [MODBUS 6.3], and meter frames built outside this project.
import { systemClock } from '@civitals/contracts/system-clock'
import { freePort } from '@civitals/contracts/testing/free-port'
import type { ModbusProfile } from '@civitals/firmware-bridge/profile'
import t, { type Test } from 'tap'
import type { LineConfig } from '../config/schema.ts'
import { type Caller, dialIn, elementProfile, listeningGateway, until } from '../testing/listening-gateway.ts'

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const imei = '867512039847561'
const other = '861111111111118'
const point = (id: string, address: number): ModbusProfile['points'][number] => ({
  ...{ id, name: { zh: id, en: id }, unit: 'none', class: 'alarm', resolution: 1, range: [0, 65_535] },
  read: { function: 'holding', address, type: 'u16' },
})
const gauge: ModbusProfile = {
  ...{ profile: 'gauge', version: 1, kind: 'gauge', group: 'water', protocol: 'modbus', source: 'test' },
  ...{ name: { zh: '计', en: 'Gauge' }, reportEvery: '60s' },
  points: [point('a', 107), point('b', 108), point('c', 109)],
}
const line = (port: number, more: Partial<Extract<LineConfig['transport'], { kind: 'tcp-server' }>> = {}) => ({
  id: `line-${more.dtu ?? imei}`,
  transport: { kind: 'tcp-server' as const, listen: String(port), dtu: imei, ...more },
  terminals: [{ id: `gauge-${more.dtu ?? imei}`, unit: 17, profile: 'gauge' }],
})
/** Question and answer of the specification's example: registers 107 to 109 of unit 17. */
const question = '1103006b00037687'
const answer = hex('11 03 06 02 2B 00 00 00 64 C8 BA')
const values = { a: 555, b: 0, c: 100 }

/** A terminal behind the DTU: `reply` is what it sends when it is asked. */
function behind({ socket }: Caller, reply: (ask: Buffer) => readonly Buffer[]): void {
  socket.on('data', (ask) => {
    for (const part of reply(ask)) socket.write(part)
  })
}
const faithful = (ask: Buffer): readonly Buffer[] => (ask.toString('hex') === question ? [answer] : [])

async function dtu(t: Test, port: number, name: string | Buffer, reply = faithful): Promise<Caller> {
  const caller = await dialIn(t, port)
  behind(caller, reply)
  caller.socket.write(name)
  return caller
}

t.test('a DTU names itself and its terminal is polled; the status names who is there', async (t) => {
  const port = await freePort()
  const { samples, status, logged } = await listeningGateway(t, [line(port)], [gauge])
  await until(t, () => status()?.trouble !== undefined, 'nobody is there')
  t.match(status(), { listening: true, connected: false, connections: 0, trouble: /has not dialled in/ })
  await dtu(t, port, imei)
  await until(t, () => samples().some(({ values: { a } }) => a === 555), 'it is read')
  const good = samples().filter(({ quality }) => quality === undefined)
  for (const sample of good) t.same(sample.values, values)
  t.match(status(), { connected: true, connections: 1, peers: [{ from: /^127\.0\.0\.1:\d+$/, name: imei }] })
  t.type(status()?.lastHeardAt, 'number')
  t.equal(status()?.trouble, undefined)
  const told = logged.map(({ msg }) => msg).filter((msg) => msg.startsWith('line'))
  t.same(told, ['line is down', 'line works again'], 'each told once')
})

t.test('the registration packet torn at every byte, or with a reply behind it, names the same DTU', async (t) => {
  const port = await freePort()
  const { samples } = await listeningGateway(t, [line(port)], [gauge])
  const calls: (readonly Buffer[])[] = [
    [Buffer.concat([Buffer.from(imei), hex('11 03 06 00 01 00 02 00 03 30 B4')])],
    ...[1, 7, 14].map((place) => [Buffer.from(imei.slice(0, place)), Buffer.from(imei.slice(place))]),
    [...imei].map((digit) => Buffer.from(digit)),
  ]
  for (const parts of calls) {
    const before = samples().filter(({ quality }) => !quality).length
    const caller = await dialIn(t, port)
    behind(caller, faithful)
    for (const part of parts) {
      caller.socket.write(part)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await until(t, () => samples().filter(({ quality }) => !quality).length > before, `${parts.length} parts`)
  }
  for (const sample of samples()) if (!sample.quality) t.same(sample.values, values, 'no value of before it was asked')
})

t.test('heartbeats before, behind and in the middle of replies, and torn, are no data', async (t) => {
  const port = await freePort()
  const ping = Buffer.from('PING')
  let turn = 0
  const noisy = (ask: Buffer): readonly Buffer[] => {
    if (ask.toString('hex') !== question) return []
    const place = turn++ % (answer.length + 1)
    const [head, tail] = [answer.subarray(0, place), answer.subarray(place)]
    return turn % 2 ? [Buffer.concat([head, ping, tail])] : [head, ping.subarray(0, 2), ping.subarray(2), tail, ping]
  }
  const { samples, status } = await listeningGateway(t, [line(port, { heartbeat: 'PING' })], [gauge])
  await dtu(t, port, imei, noisy)
  await until(t, () => turn > 2 * answer.length, 'it is asked often')
  t.equal(status()?.crcErrors, 0)
  t.equal(status()?.timeouts, 0)
  for (const sample of samples()) if (!sample.quality) t.same(sample.values, values)
})

t.test('a second dial-in takes the place of the first, whose late answer is nobody’s', async (t) => {
  const port = await freePort()
  const { samples, status } = await listeningGateway(t, [line(port)], [gauge])
  const first = await dtu(t, port, imei, () => [])
  await until(t, () => first.heard().length > 0, 'the first is asked and half open: it says nothing')
  // The answer to that question, kept by the DTU, with values of before.
  const kept = hex('11 03 06 00 01 00 02 00 03 30 B4')
  const second = await dialIn(t, port)
  behind(second, faithful)
  second.socket.write(Buffer.concat([Buffer.from(imei), kept]))
  await until(t, first.closed, 'the first is closed')
  await until(t, () => samples().some(({ quality }) => !quality), 'the second is read')
  for (const sample of samples()) if (!sample.quality) t.same(sample.values, values)
  t.equal(status()?.connections, 1)
})

t.test('a DTU that went: told once, no value; back at once when it dials in again', async (t) => {
  const port = await freePort()
  const { samples, logged, status } = await listeningGateway(t, [line(port)], [gauge])
  const first = await dtu(t, port, imei)
  await until(t, () => samples().some(({ quality }) => !quality), 'it is read')
  first.socket.destroy()
  await until(t, () => samples().at(-1)?.quality?.a === 'comm_fail', 'it is missed')
  t.same(samples().at(-1)?.values, {}, 'no old value')
  const at = Date.now()
  await dtu(t, port, imei)
  await until(t, () => samples().at(-1)?.quality === undefined, 'it is back')
  // Not at the next probe of a silent terminal, which would be a minute away.
  t.ok(Date.now() - at < 15_000, `${Date.now() - at} ms`)
  const told = logged.map(({ msg }) => msg).filter((msg) => msg.startsWith('line'))
  t.same(told.slice(-2), ['line is down', 'line works again'])
  t.equal(status()?.silent, 0)
})

t.test('several DTUs on one port, each its line; an unknown one is told once and waits to be sent away', async (t) => {
  const port = await freePort()
  const lines = [line(port), line(port, { dtu: other })]
  const { samples, status, logged } = await listeningGateway(t, lines, [gauge])
  const stranger = await dtu(t, port, '89860012345678901234')
  const again = await dtu(t, port, '89860012345678901234')
  const theirs = hex('11 03 06 00 01 00 02 00 03 30 B4')
  await dtu(t, port, other, (ask) => (ask.toString('hex') === question ? [theirs] : []))
  await dtu(t, port, imei)
  const read = (id: string) => samples().filter(({ terminal, quality }) => terminal === id && !quality)
  await until(t, () => read(`gauge-${imei}`).length > 2 && read(`gauge-${other}`).length > 2, 'both are read')
  for (const sample of read(`gauge-${imei}`)) t.same(sample.values, values)
  for (const sample of read(`gauge-${other}`)) t.same(sample.values, { a: 1, b: 2, c: 3 })
  t.same(
    logged.filter(({ msg }) => msg === 'a DTU no line has').map((one) => one.dtu),
    ['89860012345678901234'],
  )
  t.same(status()?.strangers, ['89860012345678901234'])
  t.notOk(stranger.closed() || again.closed(), 'not closed at once, so that it does not dial in at once')
  t.equal(stranger.heard().length, 0)
  for (let wait = 0; wait < 2; wait++) await until(t, () => stranger.closed(), 'closed after a while')
  t.match(status(), { refused: { 'unknown-dtu': Number } })
})

t.test(
  'a reload that adds lines beside a DTU that is polled: it keeps its connection and misses no poll',
  async (t) => {
    const port = await freePort()
    const { status, reload } = await listeningGateway(t, [line(port)], [gauge])
    const asked: number[] = []
    const first = await dtu(t, port, imei, (ask) => {
      asked.push(systemClock.mono())
      return faithful(ask)
    })
    await until(t, () => asked.length > 5, 'it is polled')
    const busy = line(port, { dtu: other })
    const fresh = {
      ...{ ...line(await freePort(), { dtu: other }), id: 'on-a-port-of-its-own' },
      terminals: [{ id: 'gauge-fresh', unit: 17, profile: 'gauge' }],
    }
    for (const lines of [[line(port), busy], [busy, fresh, line(port)], [line(port)]]) {
      const before = asked.length
      await reload(lines)
      await until(t, () => asked.length > before + 5, `${lines.length} lines: it is polled on`)
    }
    t.notOk(first.closed())
    t.match(status(), { connections: 1, timeouts: 0 })
    const gaps = asked.slice(1).map((at, place) => at - (asked[place] ?? 0))
    t.ok(Math.max(...gaps) < 1000, `${Math.max(...gaps)} ms at most between two polls of 100 ms`)
  },
)

t.test('who never registers is closed after a time; more than may be unknown: the oldest goes', async (t) => {
  const port = await freePort()
  const { samples, status } = await listeningGateway(t, [line(port, { identify: { within: '1500ms' } })], [gauge])
  const silent = await dialIn(t, port)
  const crowd = await Promise.all(Array.from({ length: 300 }, () => dialIn(t, port)))
  await dtu(t, port, imei)
  await until(t, () => samples().some(({ quality }) => !quality), 'the DTU is read all the same')
  t.ok((status()?.refused?.['no-room'] ?? 0) >= 300 - 256, 'the oldest made room')
  await until(t, () => silent.closed() && crowd.every(({ closed }) => closed()), 'all others are closed')
  t.equal(status()?.connections, 1)
})

t.test('a station that speaks first shares the port with a DTU: each goes to its own line', async (t) => {
  const port = await freePort()
  const noise = elementProfile('hj212', { voltage: { element: 'd20105-Rtd' } })
  // caoyiliang/HJ212, UploadElectricityMonitoringRealTimeDataReq: see hj212/golden.
  const electricity =
    '##0172QN=20260101080000123;ST=44;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&DataTime=20260101080000;d20105-Rtd=220.20,d20105-Flag=N;d30406-Rtd=0.04,d30406-Flag=N&&A441\r\n'
  const stations: LineConfig = {
    ...{ id: 'stations', transport: { kind: 'tcp-server', listen: String(port) } },
    terminals: [{ id: 'station-01', address: '010000A8900016F000169DC0', profile: 'hj212' }],
  }
  const start = Date.parse('2026-01-01T08:00:05+08:00')
  const { samples } = await listeningGateway(t, [line(port), stations], [gauge, noise], start)
  const station = await dialIn(t, port)
  station.socket.write(electricity)
  await dtu(t, port, imei)
  const read = (id: string) => samples().filter(({ terminal, quality }) => terminal === id && !quality)
  await until(t, () => read('station-01').length > 0 && read(`gauge-${imei}`).length > 0, 'both are read')
  t.equal(read('station-01')[0]?.values.voltage, 220.2)
})

t.test('an electricity meter and a water meter behind a DTU', async (t) => {
  const port = await freePort()
  const electricity = elementProfile('dlt645', { a: { element: '02010100' }, b: { element: '02010200' } })
  const water = { ...elementProfile('cjt188', { total: { element: '901F.total' } }), meter: { type: '10' as const } }
  const meters: LineConfig = {
    ...{ id: 'meters', transport: { kind: 'tcp-server', listen: String(port), dtu: imei, heartbeat: 'PING' } },
    terminals: [
      { id: 'meter-1', address: '202012345678', profile: 'dlt645' },
      { id: 'water-1', address: '78330011223344', profile: 'cjt188' },
    ],
  }
  const { samples } = await listeningGateway(t, [meters], [electricity, water])
  await dtu(t, port, imei, (ask) => {
    const asked = ask.toString('hex').toUpperCase()
    if (asked === 'FEFEFEFE68785634122020681104333234350716')
      return [Buffer.from('PING'), hex('68 78 56 34 12 20 20 68 91 0A 33 32 34 35 34 56 45 56 32 32 16 16')]
    if (!asked.startsWith('FEFEFEFE68104433221100337801031F90')) return []
    const reply = hex(
      '68 10 44 33 22 11 00 33 78 81 16 1F 90 00 45 23 01 00 2C 00 00 01 00 2C 31 01 22 11 05 15 20 84 21 19 16',
    )
    // The number of the question, which is the line's, is repeated in the reply.
    reply.writeUInt8(ask.readUInt8(17), 13)
    reply.writeUInt8((0x19 + ask.readUInt8(17)) & 0xff, reply.length - 2)
    return [reply.subarray(0, 9), reply.subarray(9)]
  })
  const read = (id: string) => samples().filter(({ terminal, quality }) => terminal === id && !quality)
  await until(t, () => read('meter-1').length > 0 && read('water-1').length > 0, 'both are read')
  t.same(read('meter-1')[0]?.values, { a: 230.1, b: 231.2 })
  t.same(read('water-1')[0]?.values, { total: 123.45 })
})
