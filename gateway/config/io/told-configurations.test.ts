// What a gateway tells of its configurations outlives it, for as long as the spool may hold what was read with them.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeConfigurations } from '@civitals/contracts/configuration'
import { configurationHash, mostConfigurationsTold } from '@civitals/contracts/encode-configuration'
import t, { type Test } from 'tap'
import { prepare } from './prepare.ts'
import { ToldConfigurations } from './told-configurations.ts'

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'told-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return folder
}

const named = (settings: string) => {
  const content = { settings, sets: { gauge: { depth: ['cm', 1] as [string, number] } }, terminals: { t1: 'gauge' } }
  return { ...content, config: configurationHash(content) }
}
const settingsIn = (told: ToldConfigurations): readonly string[] => {
  const decoded = decodeConfigurations(told.message() ?? new Uint8Array())
  return decoded.ok ? decoded.configurations.map(({ settings }) => settings) : [decoded.reason]
}

t.test('the newest first, over restarts, as many as one message takes', async (t) => {
  const folder = join(folderOf(t), 'spool')
  const troubles: unknown[] = []
  const open = () => ToldConfigurations.open(folder, (error) => troubles.push(error))
  const first = await open()
  t.equal(first.message(), undefined)
  for (const settings of ['a', 'b', 'a', 'a']) await first.add(named(settings))
  const second = await open()
  t.same(settingsIn(second), ['a', 'b'], 'one that runs again is told once')
  for (let n = 1; n <= 20; n++) await second.add(named(String(n)))
  t.same(
    settingsIn(await open()),
    Array.from({ length: mostConfigurationsTold }, (_, n) => String(20 - n)),
  )
  t.same(troubles, [])
})

t.test('a damaged file holds none; one that cannot be written is reported, and told all the same', async (t) => {
  const folder = folderOf(t)
  const troubles: unknown[] = []
  const open = () => ToldConfigurations.open(folder, (error) => troubles.push(error))
  await (await open()).add(named('a'))
  const bytes = readFileSync(join(folder, 'configurations'))
  bytes[20] = (bytes[20] as number) ^ 1
  writeFileSync(join(folder, 'configurations'), bytes)
  const told = await open()
  t.equal(told.message(), undefined)
  rmSync(folder, { recursive: true })
  writeFileSync(folder, 'no folder')
  chmodSync(folder, 0o400)
  await told.add(named('b'))
  t.equal(troubles.length, 1)
  t.same(settingsIn(told), ['b'])
})

t.test('a configuration is told with the units of its profiles, by the hash its envelopes carry', async (t) => {
  const folder = folderOf(t)
  const file = join(folder, 'gateway.yaml')
  const write = (terminals: string) =>
    writeFileSync(
      file,
      `gateway: gw-01
uplink: { url: mqtt://127.0.0.1:1, passwordFile: ./password }
spool: { folder: ./spool }
lines:
  - { id: l, transport: { kind: modbus-tcp, host: 127.0.0.1, port: 502 }, terminals: [${terminals}] }
`,
    )
  write('{ id: air-01, unit: 1, profile: weather-foreign }')
  const first = await prepare(file)
  if (!first.ok) return t.fail(first.problems.join('\n'))
  const { configuration, hash } = first.prepared
  t.match(configuration, {
    config: hash,
    sets: { 'weather-foreign': { temperature: ['celsius', Number], pressure: ['hPa', Number] } },
    terminals: { 'air-01': 'weather-foreign' },
  })
  t.match(hash, /^u1-[0-9a-f]{16}$/)
  write('{ id: air-01, unit: 2, profile: weather-foreign }')
  const second = await prepare(file)
  t.ok(second.ok && second.prepared.hash !== hash, 'anything else in it has another hash')
  return undefined
})
