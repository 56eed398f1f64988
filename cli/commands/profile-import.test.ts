// From a maker's register list to a terminal that reads, as a technician does it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { testTerminal } from '../testing/modbus-server.ts'
import { run } from '../testing/run.ts'

const workbook = join(import.meta.dirname, '../../firmware-bridge/importing/fixtures/openpyxl.xlsx')

/** A folder of profiles with one that was imported from a workbook. */
async function importedProfiles(t: Test): Promise<string> {
  const folder = t.testdir()
  const ran = await run('profile', 'import', workbook, '--id', 'my-th', '--out', join(folder, 'my-th', 'profile.yaml'))
  t.equal(ran.code, 0, ran.out + ran.err)
  return folder
}

t.test('a workbook becomes a profile that lints, is listed, shown, and reads a terminal', async (t) => {
  const folder = await importedProfiles(t)
  t.equal((await run('profile', 'lint', folder)).code, 0)
  t.match((await run('profile', 'list', '--profiles', folder)).out, /^my-th +modbus +terminal +3 /m)
  const shown = await run('profile', 'show', 'my-th', '--profiles', folder, '--json')
  t.match(JSON.parse(shown.out), {
    profile: 'my-th',
    points: [{ id: 'temperature' }, { id: 'humidity' }, { id: 'alarm' }],
  })
  t.match((await run('profile', 'show', 'my-th', '--profiles', folder)).out, /^ {2}- id: temperature$/m)

  const between = Array.from({ length: 15 }, (_, place) => [place + 2, 0] as const)
  const terminal = await testTerminal([[0, 0x1_0000 - 52], [1, 555], ...between, [16, 1]])
  t.teardown(() => terminal.close())
  const line = ['--tcp', `127.0.0.1:${terminal.port}`, '--profiles', folder, '--json']
  const read = await run('gateway', 'read', ...line, '--profile', 'my-th')
  t.match(JSON.parse(read.out).points, [
    { point: 'temperature', value: -5.2, unit: 'celsius' },
    { point: 'humidity', value: 55.5, unit: 'percent' },
    { point: 'alarm', value: 1, unit: 'onoff' },
  ])
  const scan = JSON.parse((await run('gateway', 'scan', ...line, '--units', '1')).out)
  t.ok(scan.settings[0].units[0].profiles.includes('my-th'), 'a scan finds that it fits')
})

t.test('a wrong list: every error with its cell, exit 1, nothing is written', async (t) => {
  const folder = t.testdir({
    'list.csv': '地址,名称,功能码,数据类型,单位\n0x0,电压,03,flot,V\n0x2,电流,03,uint16,Hzz\n',
  })
  const file = join(folder, 'list.csv')
  const out = join(folder, 'profile.yaml')
  const words = ['profile', 'import', file, '--id', 'wrong', '--out', out]
  const { code, out: said, err } = await run(...words)
  t.equal(code, 1)
  t.same(said.split('\n'), [
    `${file}: D2: "flot" is no type; did you mean float?`,
    `${file}: E3: "Hzz" is no unit of the registry; did you mean Hz?`,
    '',
  ])
  t.match(err, /2 problems; nothing was written/)
  t.equal(existsSync(out), false)
  const json = await run(...words, '--json')
  t.equal(json.code, 1)
  t.match(JSON.parse(json.out), { ok: false, problems: [{ file, row: 2, cell: 'D2', found: 'flot' }, { cell: 'E3' }] })
})

t.test('a file that is there is not replaced without --force, exit 3', async (t) => {
  const folder = await importedProfiles(t)
  const out = join(folder, 'my-th', 'profile.yaml')
  writeFileSync(out, 'mine')
  const words = ['profile', 'import', workbook, '--id', 'my-th', '--out', out]
  const { code, err } = await run(...words)
  t.equal(code, 3)
  t.match(err, /is there already; --force replaces it/)
  t.equal(readFileSync(out, 'utf8'), 'mine')
  t.equal((await run(...words, '--force')).code, 0)
  t.match(readFileSync(out, 'utf8'), /^# Imported .*\nprofile: my-th$/ms)
})

t.test('a command line or a file that makes no sense is told in one line', async (t) => {
  const folder = t.testdir({
    'old.xls': Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) as unknown as string,
  })
  const cases: readonly (readonly [code: number, said: RegExp, ...words: string[]])[] = [
    [2, /--id ID names the profile/, workbook],
    [2, /--base takes 0, 1; not 2/, workbook, '--id', 'a', '--base', '2'],
    [2, /name one file/, '--id', 'a'],
    [1, /cannot be read/, join(folder, 'none.csv'), '--id', 'a'],
    [1, /is no file/, folder, '--id', 'a'],
    [1, /save it as \.xlsx/, join(folder, 'old.xls'), '--id', 'a'],
    [1, /has no sheet 寄存; it has 封面, 寄存器表, 旧版/, workbook, '--id', 'a', '--sheet', '寄存'],
  ]
  for (const [code, said, ...words] of cases) {
    const ran = await run('profile', 'import', ...words, '--out', join(folder, 'never.yaml'))
    t.equal(ran.code, code, words.join(' '))
    t.match(ran.out + ran.err, said)
  }
  t.equal(existsSync(join(folder, 'never.yaml')), false)
})

t.test('the schema of a profile is JSON Schema that names the keys', async (t) => {
  const schema = JSON.parse((await run('profile', 'schema')).out)
  t.match(schema, { $schema: /json-schema\.org/, if: {}, else: { properties: { meter: {} } } })
  t.equal(schema.then.properties.points.type, 'array')
  t.ok(Object.keys(schema.then.properties).includes('quirks'))
})

t.test('a profile nobody has is a usage error that names the nearest', async (t) => {
  const { code, err } = await run('profile', 'show', 'noise-metre')
  t.equal(code, 2)
  t.match(err, /did you mean noise-meter\?/)
})
