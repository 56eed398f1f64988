// The time of a reading is the arrival of its reply minus the time the reply's bytes took on the wire: when the terminal took its values.
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { MeterReader } from '../bus/meter-reader.ts'
import { checkDlt645, Dlt645Framing } from '../dlt645/framing.ts'
import { checkRequest } from '../modbus/pdu.ts'
import { ModbusReader } from '../modbus/reader.ts'
import { RtuFraming } from '../modbus/rtu-framing.ts'
import { characterMs, serialTiming } from '../modbus/timing.ts'
import type { ElementPoint, ModbusPoint } from '../profile.ts'
import { listenRtu, rtuReply } from '../testing/scripted-terminal.ts'
import type { SerialTransport } from '../transport.ts'
import { pass } from './io/pass-time.ts'
import { MemoryWire } from './memory-wire.ts'
import { StreamLine } from './stream-line.ts'

const about = { name: { zh: 'a', en: 'a' }, unit: 'none', class: 'normal', resolution: 0.1 } as const
const repliesAfterMs = 80

t.test('Modbus at 9600 baud: 13 bytes of four registers took 13.5 ms', async (t) => {
  const transport: SerialTransport = { kind: 'serial', path: 'none', baud: 9600 }
  const clock = new FakeClock()
  let repliedAt = 0
  const wire = new MemoryWire((far) =>
    listenRtu(far, (request) =>
      clock.after(repliesAfterMs, () => {
        repliedAt = clock.now()
        far.write(rtuReply(request))
      }),
    ),
  )
  const line = new StreamLine({
    ...{ clock, check: checkRequest, dial: wire.dial, framing: new RtuFraming(), timing: serialTiming(transport) },
    ...{ quarantineMs: 300, silentLimit: 9 },
  })
  const points: ModbusPoint[] = [0, 1, 2, 3].map((address) => ({
    ...{ ...about, id: `r${address}`, range: [0, 9999], read: { function: 'holding', address, type: 'u16' } },
  }))
  const reader = new ModbusReader({ line, unit: 1, points, clock })
  const [plan] = reader.plansFor(points)
  if (!plan) return t.fail('no plan')
  const pending = reader.read(plan)
  await pass(clock, 200, 1)
  const { at = 0, values } = await pending
  t.same(values, { r0: 1000, r1: 1001, r2: 1002, r3: 1003 })
  t.ok(Math.abs(repliedAt - at - (13 * 10_000) / 9600) < 0.01, `${repliedAt - at} ms before the reply had come`)
  await line.close()
})

t.test('DL/T 645 at 2400 baud, 8E1: 18 bytes took 82.5 ms', async (t) => {
  const transport: SerialTransport = { kind: 'serial', path: 'none', baud: 2400, parity: 'even' }
  const clock = new FakeClock()
  let repliedAt = 0
  const reply = Buffer.from('687856341220206891063334343534561516', 'hex')
  const wire = new MemoryWire((far) =>
    far.on('data', () =>
      clock.after(repliesAfterMs, () => {
        repliedAt = clock.now()
        far.write(reply)
      }),
    ),
  )
  const timing = { gapMs: 0, characterMs: characterMs(transport), timeoutMs: () => 800 }
  const line = new StreamLine({
    ...{ clock, check: checkDlt645, dial: wire.dial, framing: new Dlt645Framing(), timing },
    ...{ quarantineMs: 300, silentLimit: 9 },
  })
  const point: ElementPoint = { ...about, id: 'voltage', range: [0, 500], read: { element: '02010100' } }
  const reader = new MeterReader({
    line,
    meter: '202012345678',
    profile: {
      ...{ profile: 'p', version: 1, kind: 'k', group: 'g', name: about.name, source: 'test', reportEvery: '60s' },
      ...{ protocol: 'dlt645', points: [point] },
    },
  })
  const [plan] = reader.plansFor([point])
  if (!plan) return t.fail('no plan')
  const pending = reader.read(plan)
  await pass(clock, 300, 1)
  const { at = 0, values } = await pending
  t.same(values, { voltage: 230.1 })
  t.ok(Math.abs(repliedAt - at - (18 * 11_000) / 2400) < 0.01, `${repliedAt - at} ms before the reply had come`)
  await line.close()
})
