// A profile that would read outside what its protocol or its terminal allows does not load: not in the lint, not in the check of a
// configuration, and not into a gateway, which does not start. Each names the file, the place and the reason.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { run } from '../testing/run.ts'

const head = (protocol: string, more = ''): string => `profile: NAME
version: 1
kind: gauge
group: water
protocol: ${protocol}
name: { zh: 计, en: Gauge }
source: manual, page 12
reportEvery: 60s
${more}points:
  - id: level
    name: { zh: 位, en: Level }
    class: `
const registers = (read: string, more = ''): string => `${head('modbus', more)}identity\n    read: { ${read} }\n`
const element = (protocol: string, name: string, more = ''): string => `${head(protocol, more)}bulk
    unit: none
    resolution: 1
    range: [0, 1]
    read: { element: '${name}' }
`

const profiles: Readonly<Record<string, readonly [text: string, place: RegExp, reason: RegExp]>> = {
  'more registers in a read than Modbus has': [
    registers('function: holding, address: 0, type: u16', 'limits: { maxRegisters: 200 }\n'),
    /9:\d+: limits\.maxRegisters: /,
    /must be <= 125/,
  ],
  'more bits in a read than Modbus has': [
    registers('function: coil, address: 0, type: bit', 'limits: { maxBits: 2001 }\n'),
    /9:\d+: limits\.maxBits: /,
    /must be <= 2000/,
  ],
  'registers beyond the last address': [
    registers('function: holding, address: 65530, type: string, length: 10'),
    /13:\d+: points\.0\.read\.address: /,
    /reaches beyond 65535/,
  ],
  'a number wider than the terminal allows a read to be': [
    registers('function: holding, address: 0, type: f64', 'limits: { maxRegisters: 2 }\n'),
    /14:\d+: points\.0\.read\.type: /,
    /takes 4 registers, but one read may ask for 2/,
  ],
  'a place the terminal forbids': [
    registers(
      'function: holding, address: 15, type: u16',
      'limits: { forbidden: [{ function: holding, from: 10, to: 19 }] }\n',
    ),
    /14:\d+: points\.0\.read\.address: /,
    /must not be read/,
  ],
  'an identifier of DL/T 645 that is too long': [
    element('dlt645', '0001000000'),
    /16:\d+: points\.0\.read\.element: /,
    /is no/,
  ],
  'an identifier of CJ/T 188 that is too long': [
    element('cjt188', '901F1F.total', 'meter: { type: "10" }\n'),
    /17:\d+: points\.0\.read\.element: /,
    /not read|is no/,
  ],
}

function folderWith(t: Test): { readonly folder: string; readonly config: string } {
  const folder = mkdtempSync(join(tmpdir(), 'profiles-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const [number, [text]] of Object.values(profiles).entries()) {
    mkdirSync(join(folder, 'mine', `odd-${number}`), { recursive: true })
    writeFileSync(join(folder, 'mine', `odd-${number}`, 'profile.yaml'), text.replace('NAME', `odd-${number}`))
  }
  writeFileSync(join(folder, 'password'), 'secret\n')
  writeFileSync(
    join(folder, 'gateway.yaml'),
    `gateway: gw-01
uplink: { url: mqtt://127.0.0.1:1, passwordFile: ./password }
spool: { folder: ./spool }
profiles: ./mine
lines:
  - id: line-1
    transport: { kind: serial, path: ./none, baud: 9600 }
    terminals: [{ id: odd-01, unit: 1, profile: odd-0 }]
`,
  )
  return { folder, config: join(folder, 'gateway.yaml') }
}

t.test('refused by the lint, by the check and by the gateway, with place and reason', async (t) => {
  const { folder, config } = folderWith(t)
  const ways = {
    lint: await run('profile', 'lint', join(folder, 'mine')),
    check: await run('gateway', 'run', '--config', config, '--check'),
    gateway: await run('gateway', 'run', '--config', config),
  }
  for (const [way, { code, out, err }] of Object.entries(ways)) {
    t.not(code, 0, `${way} fails`)
    t.notMatch(err, /gateway runs/, `${way}: nothing starts`)
    const lines = `${out}\n${err}`.split('\n')
    for (const [number, [what, [, place, reason]]] of Object.entries(profiles).entries()) {
      const said = lines.filter((line) => line.includes(`odd-${number}/profile.yaml:`))
      t.equal(said.length, 1, `${way}: ${what}: one line`)
      t.match(said[0], place, `${way}: ${what}: the place`)
      t.match(said[0], reason, `${way}: ${what}: the reason`)
    }
  }
  t.notOk(existsSync(join(folder, 'spool')), 'no spool was made')
})
