// What a person gets to read when a configuration is wrong: file, line, column, key and the nearest valid one.
import { printProblem } from '@civitals/contracts/document'
import t from 'tap'
import { checkConfig, defaultConfig, type KnownProfiles, settingsDigest } from './config.ts'
import { settingsOf } from './settings.ts'

const speaks = (protocol: string, ...points: string[]) => ({ protocol, points: points.map((id) => ({ id })) })
const profiles: KnownProfiles = new Map([
  ['air-weather-station', speaks('modbus', 'pm25')],
  ['road-water-gauge', speaks('modbus', 'level')],
  ['noise-meter', speaks('modbus', 'leq')],
  ['hj212-air', speaks('hj212', 'pm25')],
  ['dlt645-meter', speaks('dlt645', 'energy')],
  ['jtt808-vehicle', speaks('jtt808', 'speed')],
  ['mqtt-level', speaks('mqtt-json', 'level')],
])
const good = `gateway: gw-01
uplink: { url: mqtt://127.0.0.1:1883, passwordFile: ./gw-01.password }
spool: { folder: ./spool }
lines:
  - id: tcp-1
    transport: { kind: modbus-tcp, host: 127.0.0.1, port: 15020 }
    terminals:
      - { id: air-01, unit: 1, profile: air-weather-station }
      - { id: water-01, unit: 2, profile: road-water-gauge }
  - id: rs485-1
    transport: { kind: serial, path: ./ttyS0, baud: 9600 }
    terminals:
      - { id: noise-01, unit: 1, profile: noise-meter }
`

const problems = (text: string): string[] => {
  const checked = checkConfig(text, 'gw.yaml', profiles)
  return checked.ok ? [] : checked.problems.map(printProblem)
}
const changed = (from: string | RegExp, to: string): string[] => {
  const text = good.replace(from, to)
  if (text === good) throw new Error(`the configuration has no ${from}`)
  return problems(text)
}

t.test('a good configuration has no problems', async (t) => {
  t.same(problems(good), [])
})

t.test('golden texts', async (t) => {
  const cases: [string, string | RegExp, string, string[]][] = [
    [
      'unknown key',
      'spool:',
      'spol:',
      ['gw.yaml:1:1: key spool is missing', 'gw.yaml:3:1: spol: unknown key; did you mean spool?'],
    ],
    [
      'unknown key of a transport',
      'baud: 9600',
      'baudrate: 9600',
      [
        'gw.yaml:11:16: lines.1.transport: key baud is missing',
        'gw.yaml:11:47: lines.1.transport.baudrate: unknown key; did you mean baud?',
      ],
    ],
    [
      'unknown kind',
      'kind: modbus-tcp',
      'kind: modbus-tpc',
      ['gw.yaml:6:24: lines.0.transport.kind: modbus-tpc is not known; did you mean modbus-tcp?'],
    ],
    [
      'terminal twice',
      'id: noise-01',
      'id: air-01',
      ['gw.yaml:13:15: lines.1.terminals.0.id: terminal air-01 is already on line tcp-1'],
    ],
    [
      'unit twice',
      'unit: 2',
      'unit: 1',
      ['gw.yaml:9:31: lines.0.terminals.1.unit: unit 1 of line tcp-1 is already air-01'],
    ],
    [
      'broadcast unit on a serial line',
      'noise-01, unit: 1',
      'noise-01, unit: 0',
      ['gw.yaml:13:31: lines.1.terminals.0.unit: units of a serial line are 1 to 247 [MODBUS SERIAL 2.2]'],
    ],
    [
      'unknown profile',
      'profile: road-water-gauge',
      'profile: road-water-guage',
      [
        'gw.yaml:9:43: lines.0.terminals.1.profile: profile road-water-guage is not known; did you mean road-water-gauge?',
      ],
    ],
    [
      'one serial port, two lines',
      /transport: { kind: modbus-tcp.*}/,
      'transport: { kind: serial, path: ./ttyS0, baud: 9600 }',
      ['gw.yaml:11:38: lines.1.transport.path: ./ttyS0 is already line tcp-1'],
    ],
    ['line twice', 'id: rs485-1', 'id: tcp-1', ['gw.yaml:10:9: lines.1.id: line tcp-1 is already defined']],
    [
      'no password',
      ', passwordFile: ./gw-01.password',
      '',
      ['gw.yaml:2:9: uplink: key passwordFile (or passwordEnv) is missing'],
    ],
    [
      'two passwords',
      './gw-01.password',
      './gw-01.password, passwordEnv: PW',
      ['gw.yaml:2:84: uplink.passwordEnv: give passwordFile or passwordEnv, not both'],
    ],
    [
      'budget too small',
      'folder: ./spool',
      'folder: ./spool, budget: 4kB',
      ['gw.yaml:3:35: spool.budget: must be at least 1MiB'],
    ],
  ]
  for (const [name, from, to, expected] of cases) t.same(changed(from, to), expected, name)
})

const listening = `gateway: gw-01
uplink: { url: mqtt://127.0.0.1:1883, passwordFile: ./gw-01.password }
spool: { folder: ./spool }
report: { onChange: true, heartbeat: 10min }
lines:
  - id: air
    transport: { kind: tcp-server, listen: '127.0.0.1:15300' }
    zone: '+08:00'
    terminals:
      - { id: air-01, address: 010000A8900016F000169DC0, profile: hj212-air, points: { pm25: { deadband: 2 } } }
  - id: dtu
    transport: { kind: tcp-server, listen: '127.0.0.1:15301', dtu: '861234567890123', heartbeat: '0xFE01' }
    terminals:
      - { id: noise-01, unit: 1, profile: noise-meter }
  - id: lora
    transport: { kind: mqtt, url: 'mqtt://127.0.0.1:1884' }
    terminals:
      - { id: level-01, address: '24e124136b502217', profile: mqtt-level }
  - id: meters
    transport: { kind: serial, path: ./ttyS0, baud: 2400, parity: even, rs485: { rtsPolarity: low, rtsDelayAfter: 1ms } }
    terminals:
      - { id: meter-01, address: '000000000001', profile: dlt645-meter }
`

t.test('lines on which the gateway listens', async (t) => {
  t.same(problems(listening), [])
  const beside = `${listening}      - { id: noise-02, unit: 7, profile: noise-meter }\n`
  t.same(problems(beside), [], 'meters and Modbus terminals go side by side')
  const cases: [string, string | RegExp, string, string[]][] = [
    [
      'a protocol its transport cannot carry',
      'profile: mqtt-level',
      'profile: hj212-air',
      [
        'gw.yaml:18:63: lines.2.terminals.0.profile: hj212 of profile hj212-air cannot go over mqtt; it needs tcp-server, tcp, serial',
      ],
    ],
    [
      'two protocols on one line',
      /$/,
      "      - { id: air-02, address: '24', profile: hj212-air }\n",
      ['gw.yaml:23:47: lines.3.terminals.1.profile: profile hj212-air speaks hj212, but this line speaks dlt645'],
    ],
    [
      'a meter number that is none',
      "'000000000001'",
      "'1'",
      ['gw.yaml:22:34: lines.3.terminals.0.address: must be the 12 digits of the meter [DL/T 645-2007 5.2]'],
    ],
    [
      'a number where the quotes were forgotten',
      "'000000000001'",
      '1',
      ['gw.yaml:22:34: lines.3.terminals.0.address: must be string'],
    ],
    [
      'a phone with the zeros that pad it on the wire',
      '010000A8900016F000169DC0, profile: hj212-air, points: { pm25: { deadband: 2 } }',
      "'013800138000', profile: jtt808-vehicle",
      [
        'gw.yaml:10:32: lines.0.terminals.0.address: must be the phone number without zeros in front [JT/T 808-2019 4.4.3]',
      ],
    ],
    [
      'a unit where an address belongs',
      "address: '000000000001'",
      'unit: 1',
      ['gw.yaml:22:31: lines.3.terminals.0.unit: only Modbus terminals have a unit; write address'],
    ],
    [
      'a Modbus line without its DTU',
      "dtu: '861234567890123', ",
      '',
      ['gw.yaml:12:16: lines.1.transport: key dtu is missing: which DTU leads to these terminals'],
    ],
    [
      'meters alone without their DTU, told once for all of them',
      /kind: serial, path.*$/s,
      `kind: tcp-server, listen: '127.0.0.1:15302' }
    terminals:
      - { id: meter-01, address: '000000000001', profile: dlt645-meter }
      - { id: meter-02, address: '000000000002', profile: dlt645-meter }
`,
      ['gw.yaml:20:16: lines.3.transport: key dtu is missing: which DTU leads to these terminals'],
    ],
    [
      'a pattern without the name it looks for',
      "heartbeat: '0xFE01'",
      "identify: { pattern: '^ID' }",
      ['gw.yaml:12:108: lines.1.transport.identify.pattern: must hold (?<id>...), the part that is the name'],
    ],
    [
      'two lines that would take everybody on one port',
      "listen: '127.0.0.1:15301', dtu: '861234567890123', heartbeat: '0xFE01' }",
      "listen: '127.0.0.1:15300' }\n    protocol: hj212",
      [
        'gw.yaml:12:44: lines.1.transport.listen: 127.0.0.1:15300 is already line air',
        'gw.yaml:15:43: lines.1.terminals.0.profile: profile noise-meter speaks modbus, but this line speaks hj212',
        'gw.yaml:12:16: lines.1.transport: key dtu is missing: which DTU leads to these terminals',
      ],
    ],
    [
      'an unknown key of a new transport',
      'listen: ',
      'lisen: ',
      [
        'gw.yaml:7:16: lines.0.transport: key listen is missing',
        'gw.yaml:7:36: lines.0.transport.lisen: unknown key; did you mean listen?',
      ],
    ],
    [
      'a point the profile does not have',
      'pm25: {',
      'pm52: {',
      ['gw.yaml:10:94: lines.0.terminals.0.points.pm52: no point of the profile; did you mean pm25?'],
    ],
    [
      'an authority without TLS',
      "'mqtt://127.0.0.1:1884'",
      "'mqtt://127.0.0.1:1884', caFile: ./ca.pem",
      ['gw.yaml:16:68: lines.2.transport.caFile: says whom to trust with TLS, but the url is not mqtts://'],
    ],
    [
      'plain JSON without a place for the address',
      "'mqtt://127.0.0.1:1884'",
      "'mqtt://127.0.0.1:1884', payload: json, topics: ['level/#']",
      ['gw.yaml:16:16: lines.2.transport: key address is missing: where a message names its terminal'],
    ],
  ]
  for (const [name, from, to, expected] of cases) {
    const text = listening.replace(from, to)
    t.not(text, listening, name)
    t.same(problems(text).sort(), [...expected].sort(), name)
  }
})

t.test('settings of listening lines: how they report, their files from where the configuration stands', async (t) => {
  const secure = "'mqtts://127.0.0.1', caFile: ./ca.pem, username: lora, passwordFile: ./lora.password"
  const checked = checkConfig(listening.replace("'mqtt://127.0.0.1:1884'", secure), 'gw.yaml', profiles)
  if (!checked.ok) return t.fail('good')
  const settings = settingsOf(checked.value, '/etc/civitals')
  t.same(settings.report, { onChange: true, heartbeat: '10min' })
  const files = { caFile: '/etc/civitals/ca.pem', passwordFile: '/etc/civitals/lora.password' }
  t.match(settings.lines[2]?.transport, files)
})

t.test('what --print-default prints is valid, and no key stands without a comment above it', async (t) => {
  t.same(problems(defaultConfig()), [])
  const lines = defaultConfig().split('\n')
  for (const [index, line] of lines.entries()) {
    if (!/^ +(- )?[a-z]\w*: /.test(line)) continue
    t.match(lines[index - 1], /^\s*#/, `${line.trim()} has its comment`)
  }
})

t.test('the hash names the meaning, not the layout', async (t) => {
  const hashOf = (text: string): string => {
    const checked = checkConfig(text, 'gw.yaml', profiles)
    if (!checked.ok) throw new Error(checked.problems.map(printProblem).join('\n'))
    return settingsDigest(checked.value)
  }
  const hash = hashOf(good)
  t.match(hash, /^[0-9a-f]{16}$/)
  t.equal(hashOf(`# a comment\n${good.replace('{ id: air-01, unit: 1,', '{ unit: 1, id: air-01,')}`), hash)
  t.not(hashOf(good.replace('unit: 2', 'unit: 3')), hash)
})

t.test('settings: defaults filled in, paths from the file', async (t) => {
  const checked = checkConfig(good, 'gw.yaml', profiles)
  if (!checked.ok) return t.fail('good')
  const settings = settingsOf(checked.value, '/etc/civitals')
  t.match(settings, {
    spoolFolder: '/etc/civitals/spool',
    password: { file: '/etc/civitals/gw-01.password' },
    budgetBytes: 536_870_912,
    periods: { alarm: 1000, normal: 5000, bulk: 60_000 },
    metered: false,
    qos: 1,
  })
  t.match(settings.lines[1]?.transport, { path: '/etc/civitals/ttyS0' })
})
