// What settling may do to the alarms: send again, retry, fail for good, arrive late, restart, cross an acknowledgement.

import type { Reading } from '@civitals/contracts/reading'
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import { alarmMigrations } from './store/migrations.ts'
import { type Desk, depth, depthRule, noon, openDesk } from './testing/desk.ts'

const batchOf = (readings: readonly Reading[], receivedAt = noon) => ({
  envelopes: [{ gateway: 'gw-1', spool: 'sp', seq: 1, readings }],
  receivedAt,
})

const transitions = (desk: Desk) => desk.handed.map(({ id }) => id)

t.test('the same batch again changes nothing', async (t) => {
  await using desk = await openDesk()
  const batch = [depth(0, 18), depth(60, 5), depth(120, 5), depth(180, 30)]
  await desk.settle(batch)
  const before = await desk.engine.list({ state: 'all' })
  await desk.settle(batch)
  t.same(await desk.engine.list({ state: 'all' }), before)
  t.equal(transitions(desk).length, 3)
})

t.test(
  'a commit whose answer was lost is written again without effect: no step twice, no second hand-on',
  async (t) => {
    await using desk = await openDesk()
    const effect = desk.engine.step(batchOf([depth(0, 18), depth(60, 5), depth(120, 5)], noon + 121_000))!
    await desk.state.transaction((tx) => effect.write(tx))
    await desk.state.transaction((tx) => effect.write(tx))
    effect.committed()
    t.equal(transitions(desk).length, 2)
    await desk.settle([depth(180, 30)])
    t.equal(transitions(desk).length, 3)
  },
)

t.test('a transaction that fails for good leaves neither memory nor store, and the resent batch is new', async (t) => {
  await using desk = await openDesk()
  const effect = desk.engine.step(batchOf([depth(0, 18)]))!
  await t.rejects(
    desk.state.transaction(async (tx) => {
      await effect.write(tx)
      throw new Error('disk full')
    }),
  )
  t.same(await desk.live(), [])
  desk.handed.length = 0
  await desk.settle([depth(0, 18)])
  t.equal((await desk.live()).length, 1)
  t.equal(transitions(desk).length, 1)
})

t.test('a transaction that runs twice before it holds writes once', async (t) => {
  await using desk = await openDesk()
  const effect = desk.engine.step(batchOf([depth(0, 18)]))!
  await t.rejects(
    desk.state.transaction(async (tx) => {
      await effect.write(tx)
      throw new Error('serialisation conflict')
    }),
  )
  await desk.state.transaction((tx) => effect.write(tx))
  effect.committed()
  t.equal((await desk.live()).length, 1)
  await desk.settle([depth(60, 5), depth(120, 5)])
  t.match(await desk.live(), [{ state: 'returned' }])
})

t.test('an acknowledgement between evaluation and writing is not overwritten', async (t) => {
  await using desk = await openDesk()
  await desk.settle([depth(0, 18)])
  const [alarm] = await desk.live()
  const effect = desk.engine.step(batchOf([depth(60, 5), depth(120, 5)], noon + 120_000))!
  await desk.engine.acknowledge(alarm!.id, 'li')
  await desk.state.transaction((tx) => effect.write(tx))
  effect.committed()
  t.match(await desk.engine.get(alarm!.id), { state: 'normal', acknowledgedBy: 'li' }, 'C -> A, not B -> D')
  await desk.settle([depth(180, 30)])
  t.match(await desk.live(), [{ state: 'unacknowledged' }])
  t.not((await desk.live())[0]!.id, alarm!.id)
})

t.test('a reading older than the newest of its series opens nothing under an amend rule', async (t) => {
  await using desk = await openDesk()
  await desk.settle([depth(600, 3)])
  await desk.settle([depth(60, 40)])
  t.same(await desk.live(), [])
  await desk.settle([depth(1200, 3)], 0)
  await desk.settle([depth(1260, 40)], 16 * 60_000)
  t.same(await desk.live(), [], 'nor does one that was 16 minutes under way')
})

t.test('under a report rule a late excursion is one occurrence marked late, with its true times', async (t) => {
  await using desk = await openDesk({ rules: [depthRule({ late: 'report' })] })
  await desk.settle([depth(600, 3)])
  await desk.settle([depth(60, 3), depth(120, 40), depth(180, 50)])
  const [late] = await desk.live()
  t.match(late, { late: true, state: 'returned', onset: depth(120, 0).at, value: 40 })
  await desk.settle([depth(240, 3), depth(300, 3)])
  t.match(await desk.live(), [{ id: late!.id, returnedAt: depth(240, 0).at }], 'its end is filled in')
  await desk.settle([depth(60, 3), depth(120, 40), depth(180, 50)])
  t.equal(transitions(desk).length, 1, 'once')
  await desk.settle([depth(660, 20)])
  t.match(
    await desk.live(),
    [{ late: false, state: 'unacknowledged' }, { late: true }],
    'and it does not stand in the way',
  )
  t.equal((await desk.engine.acknowledge(late!.id, 'li')).state, 'normal')
})

t.test('a rule that does not say reports late excursions when its priority is 1, and amends otherwise', async (t) => {
  for (const priority of [1, 2, 3] as const) {
    const { late: _, ...rule } = depthRule({ priority })
    await using desk = await openDesk({ rules: [rule] })
    await desk.settle([depth(600, 3)])
    await desk.settle([depth(60, 3), depth(120, 40)])
    t.equal((await desk.live()).length, priority === 1 ? 1 : 0, `priority ${priority}`)
  }
})

t.test('late readings of an excursion that was or is an alarm are no news', async (t) => {
  await using desk = await openDesk({ rules: [depthRule({ late: 'report' })] })
  await desk.settle([depth(0, 18), depth(600, 3), depth(660, 3)])
  await desk.settle([depth(300, 18)])
  t.equal((await desk.engine.list({ state: 'all' })).items.length, 1)
  await desk.settle([depth(900, 18)])
  await desk.settle([depth(840, 18)])
  t.equal((await desk.engine.list({ state: 'all' })).items.length, 1)
})

t.test('after a restart the alarm goes on where it was, and what was settled raises nothing new', async (t) => {
  const file = `${t.testdir()}/state.db`
  const open = () => openSqliteState({ file, migrations: alarmMigrations })
  const rules = [depthRule({ condition: { onDelay: '60s' } })]
  const first = await openDesk({ rules, state: await open() })
  await first.settle([depth(0, 18), depth(60, 18)])
  const [alarm] = await first.live()
  await first.settle([depth(120, 5)])
  await first.state.close()
  await using second = await openDesk({ rules, state: await open() })
  await second.settle([depth(0, 18), depth(60, 18), depth(120, 5)])
  t.same(second.handed, [])
  await second.settle([depth(180, 5)])
  t.match(await second.live(), [{ id: alarm!.id, state: 'returned', returnedAt: depth(120, 0).at }])
  await second.engine.acknowledge(alarm!.id, 'li')
  await second.settle([depth(240, 18)])
  t.same(await second.live(), [], 'the on-delay runs anew')
})

t.test('an alarm acknowledged before its series is seen again after a restart stays acknowledged', async (t) => {
  const file = `${t.testdir()}/state.db`
  const open = () => openSqliteState({ file, migrations: alarmMigrations })
  const first = await openDesk({ state: await open() })
  await first.settle([depth(0, 18)])
  const [alarm] = await first.live()
  await first.state.close()
  await using second = await openDesk({ state: await open() })
  await second.engine.acknowledge(alarm!.id, 'li')
  await second.settle([depth(60, 5), depth(120, 5)])
  t.equal((await second.engine.get(alarm!.id))?.state, 'normal')
})

t.test('after a restart a series whose values changed nothing is remembered as far as it was judged', async (t) => {
  const folder = t.testdir()
  for (const [late, alarms] of [
    ['amend', 0],
    ['report', 1],
  ] as const) {
    const open = () => openSqliteState({ file: `${folder}/${late}.db`, migrations: alarmMigrations })
    const rules = [depthRule({ late })]
    const first = await openDesk({ rules, state: await open() })
    await first.settle([depth(600, 3)])
    await first.state.close()
    await using second = await openDesk({ rules, state: await open() })
    await second.settle([depth(60, 40)], 540_000)
    t.equal((await second.live()).length, alarms, `${late}: a reading older than what was judged`)
    t.notOk((await second.live()).some((alarm) => !alarm.late))
    await second.settle([depth(601, 40)])
    t.match(await second.live(), [{ late: false, onset: depth(601, 0).at }, ...(alarms ? [{ late: true }] : [])])
  }
})

t.test(
  'a restart between the stores forgets nothing and claims nothing: what was not committed is judged anew',
  async (t) => {
    const file = `${t.testdir()}/state.db`
    const open = () => openSqliteState({ file, migrations: alarmMigrations })
    const first = await openDesk({ state: await open() })
    await first.settle([depth(0, 3)])
    const effect = first.engine.step(batchOf([depth(60, 40)], noon + 60_100))!
    await t.rejects(
      first.state.transaction(async (tx) => {
        await effect.write(tx)
        throw new Error('it died')
      }),
    )
    await first.settle([depth(0, 3)])
    await first.state.close()
    await using second = await openDesk({ state: await open() })
    await second.settle([depth(60, 40)])
    t.match(await second.live(), [{ late: false, onset: depth(60, 0).at }])
  },
)
