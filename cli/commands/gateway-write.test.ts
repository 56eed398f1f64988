// Writing to a terminal: only what its profile allows, noted before and after, and believed only when it reads back.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { testTerminal } from '../testing/modbus-server.ts'
import { run } from '../testing/run.ts'

const point = (id: string, read: string, write: string): string => `  - id: ${id}
    name: { zh: 量, en: Quantity }
    unit: percent
    class: normal
    resolution: 0.1
    range: [0, 1000]
    read: { ${read} }
${write && `    write: { ${write} }\n`}`

const profile = `profile: test-driver
version: 1
kind: lamp
group: lamp
protocol: modbus
name: { zh: 灯, en: Lamp }
source: test
reportEvery: 60s
points:
${point('dimming', 'function: holding, address: 0, type: u16, scale: 0.1', 'function: holding, range: [0, 100]')}${point(
  'target',
  'function: holding, address: 2, type: f32, order: CDAB',
  'function: holding, range: [0, 500]',
)}${point('lamp', 'function: coil, address: 5, type: bit', 'function: coil, range: [0, 1]')}${point(
  'power',
  'function: holding, address: 4, type: u16',
  '',
)}`

async function street(t: Test) {
  const served = await testTerminal(
    Array.from({ length: 8 }, (_, place): [number, number] => [place, 0]),
    [[5, false]],
  )
  const folder = mkdtempSync(join(tmpdir(), 'civitals-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true })
    return served.close()
  })
  mkdirSync(join(folder, 'profiles', 'test-driver'), { recursive: true })
  writeFileSync(join(folder, 'profiles', 'test-driver', 'profile.yaml'), profile)
  const audit = join(folder, 'writes.log')
  const at = ['--tcp', `127.0.0.1:${served.port}`, '--unit', '1', '--profile', 'test-driver']
  const write = (id: string, value: string, ...more: string[]) =>
    run(
      ...['gateway', 'write', ...at, '--profiles', join(folder, 'profiles'), '--audit', audit],
      ...['--point', id, `--value=${value}`, ...more],
    )
  const notes = () =>
    readFileSync(audit, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  return { ...served, write, notes, audit }
}

t.test('one register: written, read back, noted before and after', async (t) => {
  const { write, notes, registers, port } = await street(t)
  registers.set(0, 200)
  const { code, out, err } = await write('dimming', '60.5', '--yes')
  t.equal(code, 0, err)
  t.match(out, /dimming: 20\.0 % -> 60\.5 %\nreads back 60\.5 %/)
  t.equal(registers.get(0), 605)
  const line = `modbus-tcp 127.0.0.1:${port}`
  const noted = { line, unit: 1, point: 'dimming', before: 20, after: 60.5, raw: [605], user: /./, time: /^20/ }
  t.match(notes(), [
    { ...noted, result: 'begun' },
    { ...noted, result: 'reads back 60.5 %', readBack: 60.5 },
  ])
})

t.test('two registers and a coil', async (t) => {
  const { write, registers, coils } = await street(t)
  t.equal((await write('target', '96.25', '--yes')).code, 0)
  t.same([registers.get(2), registers.get(3)], [0x8000, 0x42c0], 'IEEE 754: 42C08000, low word first')
  t.match(JSON.parse((await write('lamp', '1', '--yes', '--json')).out), { before: 0, after: 1, readBack: 1 })
  t.equal(coils.get(5), true)
})

t.test('a terminal that confirms and does not do it is found out', async (t) => {
  const { write, notes, stubborn } = await street(t)
  stubborn.add(0)
  const { code, out } = await write('dimming', '50', '--yes')
  t.equal(code, 1)
  t.match(out, /reads back another value: 0\.0 %/)
  t.equal(notes().at(-1).readBack, 0)
})

t.test('what the profile does not allow never reaches the wire', async (t) => {
  const { write, seen } = await street(t)
  const cases: [string, string, RegExp][] = [
    ['power', '1', /power may not be written; test-driver allows dimming, target, lamp/],
    ['dimmin', '1', /did you mean dimming\?/],
    ['dimming', '100.1', /may be set from 0 to 100, not to 100\.1/],
    ['dimming', '-1', /from 0 to 100/],
    ['dimming', 'full', /--value takes a number/],
  ]
  for (const [id, value, why] of cases) {
    const { code, err } = await write(id, value, '--yes')
    t.equal(code, 2, `${id} ${value}`)
    t.match(err, why)
  }
  t.same(seen, [])
})

t.test('without a person to ask and without --yes nothing is written', async (t) => {
  const { write, seen } = await street(t)
  const { code, err } = await write('dimming', '1')
  t.equal(code, 2)
  t.match(err, /add --yes/)
  t.same(seen, [])
})

t.test('a write that cannot be noted is not made', async (t) => {
  const { write, seen } = await street(t)
  const { code, err } = await write('dimming', '1', '--yes', '--audit', '/nowhere/writes.log')
  t.equal(code, 1)
  t.match(err, /cannot be written/)
  t.same(seen, [3], 'it was read, no more')
})
