// Rules and registrations change under running alarms: nothing stays live for ever, nothing is measured in the wrong unit.
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import { alarmMigrations } from './store/migrations.ts'
import { depth, depthRule, openDesk, terminal } from './testing/desk.ts'

t.test('an alarm whose rule is gone after a restart is reset, once', async (t) => {
  const file = `${t.testdir()}/state.db`
  const open = () => openSqliteState({ file, migrations: alarmMigrations })
  const first = await openDesk({ state: await open() })
  await first.settle([depth(0, 18)])
  const [alarm] = await first.live()
  await first.state.close()
  const second = await openDesk({ state: await open(), rules: [depthRule({ id: 'deeper', condition: { limit: 27 } })] })
  t.same(await second.live(), [])
  t.match(second.handed, [{ alarm: { id: alarm!.id, state: 'normal' }, cause: 'reset', from: 'unacknowledged' }])
  await second.state.close()
  await using third = await openDesk({ state: await open(), rules: [depthRule()] })
  t.same(third.handed, [])
  await third.settle([depth(60, 18)])
  t.equal((await third.live()).length, 1, 'the rule is back and so is its alarm')
})

t.test('a rule in another unit than the registered point is left out and named', async (t) => {
  await using desk = await openDesk({ terminals: [terminal('water-1', 'road-water', 'depth', 'm')] })
  await desk.settle([depth(0, 18)])
  t.same(await desk.live(), [])
  t.same(desk.engine.mismatches(), ['depth: cm, but water-1/depth is in m'])
})

t.test('readings of a terminal nobody registered, or of a point no rule looks at, decide nothing', async (t) => {
  await using desk = await openDesk()
  await desk.settle([
    { ...depth(0, 99), terminal: 'stranger' },
    { ...depth(0, 99), point: 'battery' },
  ])
  t.same(await desk.live(), [])
})
