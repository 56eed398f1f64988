// A terminal named by its configuration: diagnosed where it stands, and told why where it cannot be asked.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { run } from '../testing/run.ts'

function configuration(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'civitals-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'gateway.yaml')
  writeFileSync(
    file,
    `gateway: gw-1
uplink: { url: mqtt://127.0.0.1:1, passwordFile: ./p }
spool: { folder: ./spool }
lines:
  - id: bus
    transport: { kind: serial, path: ./no-such-port, baud: 4800, parity: even }
    terminals:
      - { id: noise-01, unit: 17, profile: noise-meter }
      - { id: meter-01, address: '000000000001', profile: dlt645-single-phase }
  - id: network
    transport: { kind: modbus-tcp, host: 127.0.0.1, port: 502 }
    terminals: [{ id: noise-02, unit: 1, profile: noise-meter }]
  - id: dtu
    transport: { kind: tcp-server, listen: '127.0.0.1:15301', dtu: '861234567890123' }
    terminals: [{ id: noise-03, unit: 3, profile: noise-meter }]
  - id: stations
    transport: { kind: tcp-server, listen: '127.0.0.1:15302' }
    terminals: [{ id: air-01, address: 010000A8900016F000169DC0, profile: hj212-air-station }]
  - id: lora
    transport: { kind: mqtt, url: 'mqtt://127.0.0.1:1884' }
    terminals: [{ id: th-01, address: '24e124136b502217', profile: milesight-em300-th }]
`,
  )
  return file
}

t.test('line and unit come from the configuration', async (t) => {
  const file = configuration(t)
  const { code, out, err } = await run('gateway', 'diagnose', '--config', file, '--terminal', 'noise-01', '--json')
  t.equal(code, 1, err)
  const { line, cause, seen } = JSON.parse(out)
  t.match(line, /no-such-port 4800 8E1$/)
  t.equal(seen.unit, 17)
  t.equal(cause, 'unreachable')
})

t.test('a terminal on a socket has no bare line; a slip of the hand is named; the options do not mix', async (t) => {
  const file = configuration(t)
  const cases: [string[], RegExp][] = [
    [['--terminal', 'noise-02'], /bare line/],
    [['--terminal', 'noise-1'], /did you mean noise-01\?/],
    [['--terminal', 'noise-01', '--serial', '/dev/ttyS0'], /leave the other options out/],
  ]
  for (const [words, why] of cases) {
    const { code, err } = await run('gateway', 'diagnose', '--config', file, ...words)
    t.equal(code, 2, words.join(' '))
    t.match(err, why)
  }
})

t.test('a terminal that cannot be asked: what is true of it, and what to do', async (t) => {
  const file = configuration(t)
  const cases: [string, RegExp][] = [
    ['noise-03', /behind DTU 861234567890123, which dials in .*--serial PATH --unit 3 --profile noise-meter/s],
    ['air-01', /speaks first \(hj212\) .*civitals decode hj212/],
    ['th-01', /reports through mqtt:\/\/127\.0\.0\.1:1884/],
    ['meter-01', /speaks dlt645; this command speaks Modbus alone/],
  ]
  for (const [terminal, why] of cases)
    for (const verb of ['read', 'diagnose']) {
      const { code, err } = await run('gateway', verb, '--config', file, '--terminal', terminal)
      t.equal(code, 2, `${verb} ${terminal}`)
      t.match(err, why)
      if (terminal === 'noise-03') t.notMatch(err, /speaks first/)
    }
})
