// Reading a terminal as a technician does: the table, what is wrong in words, and the exit code.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { testTerminal } from '../testing/modbus-server.ts'
import { run } from '../testing/run.ts'

// LAeq 61.5 dB(A) and LAmax 96.25 dB(A) as IEEE 754 single: 42760000, 42C08000.
const noise: readonly (readonly [number, number])[] = [
  [0, 0x4276],
  [1, 0x0000],
  [2, 0x42c0],
  [3, 0x8000],
]

async function terminal(t: Test, registers: readonly (readonly [number, number])[], coils?: [number, boolean][]) {
  const served = await testTerminal(registers, coils)
  t.teardown(() => served.close())
  return { ...served, at: ['--tcp', `127.0.0.1:${served.port}`, '--unit', '1'] }
}

const noiseRead = (at: readonly string[], ...more: string[]) =>
  run('gateway', 'read', ...at, '--profile', 'noise-meter', ...more)

t.test('every point reads: value, unit, valid range, normal band; exit 0', async (t) => {
  const { at } = await terminal(t, noise)
  const { code, out } = await noiseRead(at)
  t.equal(code, 0)
  const rows = out.split('\n').map((row) => row.split(/ {2,}/))
  t.same(rows[2], ['laeq', '61.5', 'dB(A)', '20 to 140', '35 to 70'])
  t.same(rows[3]?.slice(2), ['dB(A)', '20 to 150', '35 to 90', 'above its normal band'])
  t.ok(out.split('\n').every((row) => row.length <= 100))
})

t.test('the same as JSON', async (t) => {
  const { at, port } = await terminal(t, noise)
  const { code, out } = await noiseRead(at, '--json')
  t.equal(code, 0)
  t.match(JSON.parse(out), {
    line: `modbus-tcp 127.0.0.1:${port}`,
    unit: 1,
    profile: 'noise-meter',
    at: /^20\d\d-/,
    points: [
      { point: 'laeq', value: 61.5, quality: 'good', unit: 'dBA', range: [20, 140], normal: [35, 70] },
      { point: 'lamax', quality: 'good', wrong: 'above its normal band' },
    ],
  })
})

t.test('a value beyond the valid range and a refused address are named; exit 1', async (t) => {
  const { at } = await terminal(t, [
    [0, 0x7f80],
    [1, 0],
  ])
  const { code, out } = await noiseRead(at)
  t.equal(code, 1)
  t.match(out, /laeq .*no possible value/)
  t.match(out, /lamax .*refused: no such address \(exception 2\)/)
})

t.test('a silent terminal is no answer, with the next step; exit 1', async (t) => {
  const { port } = await terminal(t, noise)
  const { code, out } = await noiseRead(['--tcp', `127.0.0.1:${port}`, '--unit', '9'])
  t.equal(code, 1)
  t.match(out, /laeq .*not read/)
  t.match(out, /no answer .*gateway diagnose/)
})

t.test('line, unit and profile come from a configuration', async (t) => {
  const { port } = await terminal(t, noise)
  const folder = mkdtempSync(join(tmpdir(), 'civitals-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'gateway.yaml')
  writeFileSync(
    file,
    `gateway: gw-1
uplink: { url: mqtt://127.0.0.1:1, passwordFile: ./p }
spool: { folder: ./spool }
lines:
  - id: line-1
    transport: { kind: modbus-tcp, host: 127.0.0.1, port: ${port} }
    terminals: [{ id: noise-01, unit: 1, profile: noise-meter }]
`,
  )
  const named = await run('gateway', 'read', '--config', file, '--terminal', 'noise-01')
  t.equal(named.code, 0, named.err)
  t.match(named.out, /laeq +61\.5/)
  const slip = await run('gateway', 'read', '--config', file, '--terminal', 'nose-01')
  t.equal(slip.code, 2)
  t.match(slip.err, /did you mean noise-01\?/)
})

t.test('bare registers come with every number they could be', async (t) => {
  const { at } = await terminal(t, noise)
  const raw = [...at, '--function', 'holding', '--address', '0', '--count', '4']
  const { code, out } = await run('gateway', 'read', ...raw)
  t.equal(code, 0)
  t.match(out, /0 +4276 +17014 +17014 +Bv +1115029504 +61\.5/)
  const { registers } = JSON.parse((await run('gateway', 'read', ...raw, '--json')).out)
  t.equal(registers[2].pairs.ABCD.f32, 96.25)
})

t.test('bare coils are printed as bits', async (t) => {
  const coils = Array.from({ length: 20 }, (_, place): [number, boolean] => [place, place % 3 === 0])
  const { at } = await terminal(t, [], coils)
  const { code, out } = await run('gateway', 'read', ...at, '--function', 'coil', '--count', '20')
  t.equal(code, 0)
  t.match(out, /\n +0 +1 0 0 1 0 0 1 0 0 1 0 0 1 0 0 1\n +16 +0 0 1 0\n/)
})

t.test('a bare read that is refused says why; exit 1', async (t) => {
  const { at } = await terminal(t, noise)
  const { code, out } = await run('gateway', 'read', ...at, '--function', 'holding', '--address', '100')
  t.equal(code, 1)
  t.match(out, /refused: no such address \(exception 2\)/)
})

t.test('what is not possible is a usage error', async (t) => {
  const at = ['--tcp', '127.0.0.1:20001']
  const cases: [string[], RegExp][] = [
    [[], /name one line/],
    [at, /--profile ID/],
    [[...at, '--profile', 'noise-metre'], /did you mean noise-meter\?/],
    [[...at, '--function', 'holdings'], /--function takes/],
    [[...at, '--function', 'holding', '--count', '126'], /--count takes a whole number from 1 to 125/],
  ]
  for (const [words, why] of cases) {
    const { code, err } = await run('gateway', 'read', ...words)
    t.equal(code, 2, words.join(' '))
    t.match(err, why)
  }
})
