// A line of the configuration keeps to what the profiles of its terminals say, on a real socket.
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { systemClock } from '@civitals/contracts/system-clock'
import type { ModbusProfile } from '@civitals/firmware-bridge/profile'
import t from 'tap'
import { openLines } from './open-line.ts'

const point = (address: number): ModbusProfile['points'][number] => ({
  ...{ id: `p${address}`, name: { zh: '点', en: 'Point' }, unit: 'none', class: 'normal' },
  ...{ resolution: 1, range: [0, 65535], read: { function: 'holding', address, type: 'u16' } },
})
const profile: ModbusProfile = {
  ...{ profile: 'gauge', version: 1, kind: 'gauge', group: 'water', protocol: 'modbus', source: 'test' },
  ...{ name: { zh: '计', en: 'Gauge' }, reportEvery: '60s' },
  limits: { maxRegisters: 4, forbidden: [{ function: 'holding', from: 5, to: 6 }] },
  quirks: { pauseMs: 30, highestTransactionId: 16 },
  points: [0, 3, 4, 7].map(point),
}

t.test('limits and quirks of a profile reach the wire', async (t) => {
  const seen: { readonly id: number; readonly what: string; readonly at: number }[] = []
  const server = createServer((socket) => {
    socket.on('data', (frame) => {
      const count = frame.readUInt16BE(10)
      seen.push({ id: frame.readUInt16BE(0), what: `${frame.readUInt16BE(8)}+${count}`, at: performance.now() })
      const data = Buffer.alloc(2 * count)
      const head = Buffer.from([...frame.subarray(0, 4), 0, 3 + data.length, frame.readUInt8(6), 3, data.length])
      socket.write(Buffer.concat([head, data]))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const transport = { kind: 'modbus-tcp', host: '127.0.0.1', port } as const
  const terminal = { id: 'gauge-1', unit: 1, profile: 'gauge' }
  const opened = await openLines(systemClock, 'gw-01')({ id: 'line', transport, terminals: [terminal] }, 'modbus')
  if (!('line' in opened)) throw new Error('a line in which the gateway asks')
  const { line, readerOf } = opened
  t.teardown(async () => {
    await line.close()
    server.close()
  })
  const reader = readerOf(terminal, profile)
  t.equal(reader.pauseMs, 30)
  for (let round = 0; round < 10; round++)
    for (const plan of reader.plansFor(profile.points)) t.match(await reader.read(plan), { answered: true })
  t.same([...new Set(seen.map(({ what }) => what))], ['0+1', '3+2', '7+1'])
  t.equal(Math.max(...seen.map(({ id }) => id)), 16)
  const gaps = seen.slice(1).map(({ at }, place) => at - (seen[place]?.at ?? 0))
  t.ok(Math.min(...gaps) > 28, `${Math.min(...gaps)} ms`)
})
