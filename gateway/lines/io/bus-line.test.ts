// A line as the configuration opens it, with a Modbus terminal and meters of two kinds on it. Meter frames were built outside this project.
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { systemClock } from '@civitals/contracts/system-clock'
import type { ElementProfile, ModbusProfile, Profile } from '@civitals/firmware-bridge/profile'
import t from 'tap'
import type { Prepared } from '../../config/io/prepare.ts'
import { LineRunner } from '../../scheduling/line-runner.ts'
import type { LineTerminal } from '../../scheduling/terminal-state.ts'
import { Assembly } from '../assemble.ts'
import { openLines } from './open-line.ts'

const head = (profile: string) => ({
  ...{
    profile,
    version: 1,
    kind: 'k',
    group: 'g',
    name: { zh: '表', en: 'meter' },
    source: 'test',
    reportEvery: '60s',
  },
})
const point = (id: string) => ({
  ...({ id, name: { zh: id, en: id }, unit: 'none', class: 'normal', resolution: 0.1 } as const),
  range: [0, 100_000] as [number, number],
})
const electricity: ElementProfile = {
  ...head('electricity'),
  protocol: 'dlt645',
  points: [
    { ...point('a'), read: { element: '02010100' } },
    { ...point('b'), read: { element: '02010200' } },
  ],
}
const water: ElementProfile = {
  ...head('water'),
  protocol: 'cjt188',
  meter: { type: '10' },
  points: [{ ...point('total'), read: { element: '901F.total' } }],
}
const gauge: ModbusProfile = {
  ...head('gauge'),
  protocol: 'modbus',
  points: [{ ...point('depth'), read: { function: 'holding', address: 7, type: 'u16' } }],
}

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const askDepth = '050300070001344F'
const askVoltages = 'FEFEFEFE68785634122020681104333234350716'
const askWater = 'FEFEFEFE68104433221100337801031F90'

/** The reading of the water meter; the number of the question, which is the line's, is repeated in it. */
function waterOf(serial: number): Buffer {
  const reply = bytes(
    '68 10 44 33 22 11 00 33 78 81 16 1F 90 00 45 23 01 00 2C 00 00 01 00 2C 31 01 22 11 05 15 20 84 21 19 16',
  )
  reply.writeUInt8(serial, 13)
  reply.writeUInt8((0x19 + serial) & 0xff, reply.length - 2)
  return reply
}

const prepared = (port: number): Prepared => ({
  hash: 'c0ffee',
  profiles: { electricity, water, gauge } satisfies Record<string, Profile>,
  settings: {
    ...{
      gateway: 'gw',
      url: 'mqtt://centre',
      password: { env: 'SECRET' },
      metered: false,
      qos: 1,
      spoolFolder: '/spool',
    },
    ...{ budgetBytes: 1e9, periods: { alarm: 200, normal: 200, bulk: 200 } },
    lines: [
      {
        id: 'bus',
        transport: { kind: 'rtu-over-tcp', host: '127.0.0.1', port },
        terminals: [
          { id: 'gauge-1', unit: 5, profile: 'gauge' },
          { id: 'meter-1', address: '202012345678', profile: 'electricity' },
          { id: 'water-1', address: '78330011223344', profile: 'water' },
        ],
      },
    ],
  },
})

t.test('a Modbus terminal, an electricity meter and a water meter are read on one line', async (t) => {
  const server = createServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      const asked = chunk.toString('hex').toUpperCase()
      if (asked === askDepth) socket.write(bytes('05 03 02 03 EF 08 F8'))
      if (asked === askVoltages)
        socket.write(bytes('68 78 56 34 12 20 20 68 91 0A 33 32 34 35 34 56 45 56 32 32 16 16'))
      if (asked.startsWith(askWater)) socket.write(waterOf(chunk.readUInt8(17)))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const settings = prepared((server.address() as AddressInfo).port)
  const [line] = await new Assembly(openLines(systemClock, 'gw')).lines(settings)
  if (!line || !('line' in line)) return t.fail('no line')
  const values: Record<string, unknown> = {}
  const stop = new AbortController()
  const runner = new LineRunner({
    ...{ terminals: line.terminals as readonly LineTerminal[], periods: settings.settings.periods, clock: systemClock },
    onReading: ({ id }, reading) => {
      values[id] = reading.values
      if (Object.keys(values).length === 3) stop.abort()
    },
  })
  await runner.run(stop.signal)
  t.same(values, { 'gauge-1': { depth: 1007 }, 'meter-1': { a: 230.1, b: 231.2 }, 'water-1': { total: 123.5 } })
  await line.line.close()
  server.close()
})
