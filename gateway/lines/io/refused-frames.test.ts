// Whatever a line of any protocol refuses stands in the gateway's status under its reason; the status stays within its schema.
import { decodeStatus } from '@civitals/contracts/status'
import { freePort } from '@civitals/contracts/testing/free-port'
import type { ElementProfile, ModbusProfile, Profile } from '@civitals/firmware-bridge/profile'
import t, { type Test } from 'tap'
import type { PushProtocol } from '../../config/protocol-rules.ts'
import type { LineConfig } from '../../config/schema.ts'
import { listen } from '../../testing/file-gateway.ts'
import { dialIn, elementProfile, listeningGateway, until } from '../../testing/listening-gateway.ts'

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')

const gauge: ModbusProfile = {
  ...{ profile: 'gauge', version: 1, kind: 'k', group: 'g', name: { zh: '水位', en: 'gauge' }, source: 'test' },
  ...{ reportEvery: '60s', protocol: 'modbus' },
  points: [
    {
      ...{ id: 'depth', name: { zh: '水位', en: 'depth' }, unit: 'none', class: 'normal', resolution: 1 },
      ...{ range: [0, 9999], read: { function: 'holding', address: 7, type: 'u16' } },
    },
  ],
}
const electricity = elementProfile('dlt645', { voltage: { element: '02010100' } })
const water: ElementProfile = {
  ...elementProfile('cjt188', { total: { element: '901F.total' } }),
  meter: { type: '10' },
}

type Status = Awaited<ReturnType<typeof listeningGateway>>

/** Once the line has refused something: why, and that the whole status is one a centre reads. */
async function refusal(t: Test, { gateway, status }: Status) {
  await until(t, () => status()?.refused !== undefined, 'something is refused')
  t.ok(decodeStatus(Buffer.from(JSON.stringify(gateway.status()))), 'the status is within its schema')
  const { refused = {}, crcErrors } = status() ?? {}
  return { reasons: Object.keys(refused), count: Object.values(refused)[0] ?? 0, crcErrors }
}

const asked: readonly (readonly [
  kind: 'rtu-over-tcp' | 'modbus-tcp',
  Profile,
  terminal: object,
  says: string,
  why: string,
])[] = [
  ['rtu-over-tcp', gauge, { unit: 5 }, '05 03 02 03 EE 08 F8', 'checksum'],
  ['rtu-over-tcp', gauge, { unit: 5 }, '05 03 02 03', 'length'],
  ['modbus-tcp', gauge, { unit: 5 }, '00 01 00 07 00 05 05 03 02 03 EF', 'start'],
  [
    ...(['rtu-over-tcp', electricity, { address: '202012345678' }] as const),
    ...(['68 78 56 34 12 20 20 68 91 06 33 34 34 35 35 56 15 16', 'checksum'] as const),
  ],
  [
    ...(['rtu-over-tcp', water, { address: '78330011223344' }] as const),
    '68 10 44 33 22 11 00 33 78 81 16 1F 90 00 00 77 66 55 2C 00 77 66 55 2C 31 01 22 11 05 15 20 21 84 08 16',
    'checksum',
  ],
]

for (const [kind, profile, terminal, says, why] of asked)
  t.test(`${profile.protocol} asked over ${kind}: ${why}`, async (t) => {
    const port = await listen(t, (socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => socket.write(bytes(says)))
    })
    const line: LineConfig = {
      ...{ id: 'l', transport: { kind, host: '127.0.0.1', port }, timeout: '100ms' },
      terminals: [{ id: 't1', profile: profile.profile, ...terminal }],
    }
    const { reasons, count } = await refusal(t, await listeningGateway(t, [line], [profile]))
    t.same(reasons, [why])
    t.ok(count >= 1)
  })

const heard: readonly (readonly [protocol: PushProtocol, address: string, says: Buffer, why: string])[] = [
  [
    ...(['hj212', '010000A8900016F000169DC0'] as const),
    Buffer.from(
      '##0087QN=20260101080000124;ST=31;CN=9015;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&F3C1\r\n',
    ),
    'checksum',
  ],
  ['sl651', '0012345678', bytes('7E7E01001234567812342F0008020003591011155111036BCB'), 'checksum'],
  [
    ...(['gb26875', '000102030405'] as const),
    bytes('40 40 01 00 00 01 05 00 09 02 07 15 05 04 03 02 01 00 0B 0A 09 08 07 06 03 00 04 59 01 00 D2 23 23'),
    'checksum',
  ],
  ['jtt808', '12345678900', bytes('7E 00 02 00 00 01 23 45 67 89 00 00 0A 82 7E'), 'checksum'],
]

for (const [protocol, address, says, why] of heard)
  t.test(`${protocol} heard: ${why}`, async (t) => {
    const port = await freePort()
    const line: LineConfig = {
      ...{ id: 'l', protocol, transport: { kind: 'tcp-server', listen: String(port) } },
      terminals: [{ id: 't1', profile: protocol, address }],
    }
    const running = await listeningGateway(t, [line], [elementProfile(protocol, { any: { element: 'any' } })])
    const { socket } = await dialIn(t, port)
    socket.write(says)
    t.same(await refusal(t, running), { reasons: [why], count: 1, crcErrors: 1 })
  })
