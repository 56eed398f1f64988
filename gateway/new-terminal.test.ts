// A type of terminal nobody here has heard of: one profile and one golden folder beside gateway.yaml, and no line of code.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@civitals/contracts/testing/free-port'
import { lintGolden } from '@civitals/firmware-bridge/golden'
import { lintProfiles } from '@civitals/firmware-bridge/profiles'
import t, { type Test } from 'tap'
import { prepare } from './config/io/prepare.ts'
import { listen } from './testing/file-gateway.ts'
import { dialIn, listeningGateway, until } from './testing/listening-gateway.ts'

const about = (id: string, protocol: string): string => `profile: ${id}
version: 1
kind: trial
group: trial
protocol: ${protocol}
name: { zh: 试用, en: Trial }
source: manual of the maker
reportEvery: 1s
`

const well = `${about('trial-well', 'modbus')}points:
  - id: level
    name: { zh: 水位, en: Level }
    unit: cm
    class: normal
    resolution: 0.1
    range: [-100, 1000]
    read: { function: holding, address: 16, type: i16, scale: 0.1 }
  - id: temperature
    name: { zh: 水温, en: Temperature }
    unit: celsius
    class: normal
    resolution: 0.1
    range: [-40, 80]
    read: { function: holding, address: 17, type: i16, scale: 0.1 }
`
// Check sums made with Python from the polynomial of [MODBUS SERIAL 6.2.2].
const [question, answer] = ['07 03 00 10 00 02 C5 A8', '07 03 04 00 7B FF CE 2C 4E']
const wellCase = (level: number): string => `unit: 7
exchanges: [ { request: ${question}, reply: ${answer} } ]
values: { level: ${level}, temperature: -5 }
quality: {}
`

const noise = `${about('trial-noise', 'hj212')}points:
  - id: loudness
    name: { zh: 声级, en: Loudness }
    unit: dBA
    class: normal
    resolution: 0.1
    range: [20, 140]
    read: { element: LA-Rtd }
`
// HJ 212-2017 C.25.
const mn = '010000A8900016F000169DC0'
const said = `##0123QN=20160801085857223;ST=23;CN=2011;PW=123456;MN=${mn};Flag=5;CP=&&DataTime=20160801085857; LA-Rtd=50.1&&1E00`
const noiseCase = `frames: [ '${said}' ]
samples:
  - { address: '${mn}', at: '2016-08-01T08:58:57+08:00', values: { loudness: 50.1 }, quality: {} }
`

function boxFolder(t: Test, ports: { readonly modbus: number; readonly hj212: number }, level = 12.3): string {
  const folder = mkdtempSync(join(tmpdir(), 'new-terminal-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const put = (name: string, text: string): void => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  put('profiles/trial-well/profile.yaml', well)
  put('profiles/trial-well/golden/usual.yaml', wellCase(level))
  put('profiles/trial-noise/profile.yaml', noise)
  put('profiles/trial-noise/golden/usual.yaml', noiseCase)
  put('password', 'secret\n')
  put(
    'gateway.yaml',
    `gateway: gw-01
uplink: { url: mqtt://127.0.0.1:1, passwordFile: ./password }
spool: { folder: ./spool }
poll: { alarm: 100ms, normal: 100ms, bulk: 100ms }
profiles: ./profiles
lines:
  - id: well
    transport: { kind: rtu-over-tcp, host: 127.0.0.1, port: ${ports.modbus} }
    terminals: [ { id: well-01, unit: 7, profile: trial-well } ]
  - id: stations
    transport: { kind: tcp-server, listen: '127.0.0.1:${ports.hj212}' }
    terminals: [ { id: noise-01, address: '${mn}', profile: trial-noise } ]
`,
  )
  return folder
}

t.test('its golden case is replayed by the lint, and a wrong one is told at its line', async (t) => {
  const lint = async (level: number) => {
    const folder = join(boxFolder(t, { modbus: 1, hj212: 1 }, level), 'profiles')
    const { profiles, problems } = await lintProfiles(folder)
    t.same(problems, [])
    return await lintGolden(folder, profiles)
  }
  t.same(await lint(12.3), { cases: 2, problems: [], without: [], unseen: new Map() })
  const [wrong, ...others] = (await lint(123)).problems
  t.match(wrong, { line: 3, path: 'values.level', message: '123 is expected, 12.3 is read' })
  t.same(others, [])
})

t.test('a gateway that is told its folder delivers its readings', async (t) => {
  const frame = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')
  const modbus = await listen(t, (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (asked) => asked.equals(frame(question)) && socket.write(frame(answer)))
  })
  const hj212 = await freePort()
  const prepared = await prepare(join(boxFolder(t, { modbus, hj212 }), 'gateway.yaml'))
  if (!prepared.ok) throw new Error(prepared.problems.join('\n'))
  const { settings, profiles } = prepared.prepared
  const { samples } = await listeningGateway(t, [...settings.lines], Object.values(profiles))
  const station = await dialIn(t, hj212)
  station.socket.write(`${said}\r\n`)
  const valuesOf = (id: string) => samples().find(({ terminal }) => terminal === id)?.values
  await until(t, () => valuesOf('well-01') !== undefined && valuesOf('noise-01') !== undefined, 'both were heard')
  t.same(valuesOf('well-01'), { level: 12.3, temperature: -5 })
  t.same(valuesOf('noise-01'), { loudness: 50.1 })
})
