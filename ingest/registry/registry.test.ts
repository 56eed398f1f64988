// The registry: a city document in, the same out, also after a restart.
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import { ingestMigrations } from '../migrations.ts'
import { city, password, secrets, terminalOf } from '../testing/city.ts'
import { verifyPassword } from './password.ts'
import { openRegistry } from './registry.ts'

const openState = () => openSqliteState({ file: ':memory:', migrations: ingestMigrations })

t.test('what was applied is found again, in its order', async (t) => {
  await using state = await openState()
  t.same((await openRegistry(state)).terminals(), [])
  await (await openRegistry(state)).apply(city, secrets)
  const registry = await openRegistry(state)
  const { id, name, timeZone } = city
  t.same(registry.city, { id, name, timeZone })
  t.same(
    [registry.areas(), registry.sites(), registry.gateways(), registry.terminals()],
    [city.areas, city.sites, city.gateways, city.terminals],
  )
  t.same(registry.terminal('t1'), city.terminals[0])
  t.equal(registry.point('t1', 'depth')?.unit, 'cm')
  t.same(
    [registry.area('x'), registry.site('x'), registry.gateway('x'), registry.terminal('x'), registry.point('t1', 'x')],
    [undefined, undefined, undefined, undefined, undefined],
  )
})

t.test('applying again changes nothing, a new password changes its hash alone', async (t) => {
  await using state = await openState()
  const registry = await openRegistry(state)
  await registry.apply(city, secrets)
  const before = registry.passwordHash('g1')
  await registry.apply(city, secrets)
  await registry.apply(city)
  t.equal(registry.passwordHash('g1'), before)
  await registry.apply(city, { g2: 'other' })
  t.equal(registry.passwordHash('g1'), before)
  t.ok(await verifyPassword(Buffer.from('other'), registry.passwordHash('g2') ?? ''))
  t.notOk(await verifyPassword(Buffer.from(password), registry.passwordHash('g2') ?? ''))
})

t.test('passwords are stored as scrypt only', async (t) => {
  await using state = await openState()
  const registry = await openRegistry(state)
  await registry.apply(city, secrets)
  t.match(registry.passwordHash('g1'), /^scrypt\$16384\$/)
  t.notMatch(JSON.stringify(registry.gateways()), /scrypt|correct horse/)
})

t.test('a terminal registered on top stays when the city is applied again, and may lose a point', async (t) => {
  await using state = await openState()
  const registry = await openRegistry(state)
  await registry.apply(city)
  let changes = 0
  registry.onChange(() => changes++)
  await registry.registerTerminal(terminalOf('t9', 'g2'))
  t.equal(changes, 1)
  await registry.registerTerminal({ ...terminalOf('t9', 'g2'), points: terminalOf('t9', 'g2').points.slice(0, 1) })
  await registry.apply(city)
  t.same(
    registry.terminals().map(({ id }) => id),
    ['t1', 't2', 't9'],
  )
  t.equal(registry.terminal('t9')?.points.length, 1)
})

t.test('a terminal of nowhere is refused whole', async (t) => {
  await using state = await openState()
  const registry = await openRegistry(state)
  await t.rejects(registry.apply({ ...city, terminals: [terminalOf('t9', 'g9')] }), {
    code: 'CIV_INGEST_REGISTRY_DANGLING',
  })
  await t.rejects(registry.registerTerminal({ ...terminalOf('t9', 'g1'), site: 'nowhere' }), {
    code: 'CIV_INGEST_REGISTRY_DANGLING',
  })
  t.same(registry.terminals(), [])
})
