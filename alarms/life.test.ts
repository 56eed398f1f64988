// The life of one alarm [ISA-18.2 5.2]: raised, acknowledged, returned, raised again, normal.
import t from 'tap'
import { depth, depthRule, openDesk } from './testing/desk.ts'

t.test('a value beyond the limit raises one alarm that says what it is about', async (t) => {
  await using desk = await openDesk()
  await desk.settle([depth(0, 3), depth(60, 18)])
  t.match(await desk.live(), [
    {
      rule: 'depth',
      subject: { kind: 'series', terminal: 'water-1', point: 'depth' },
      site: 's-1',
      area: '440607004',
      state: 'unacknowledged',
      onset: depth(60, 0).at,
      value: 18,
      unit: 'cm',
      matter: 'road-flooding',
      late: false,
    },
  ])
  t.match(desk.handed, [{ cause: 'onset', from: 'normal', to: 'unacknowledged' }])
})

t.test('it stays while the value is within the deadband and returns after the off-delay', async (t) => {
  await using desk = await openDesk()
  await desk.settle([depth(0, 18)])
  await desk.settle([depth(60, 14.5), depth(180, 14.5)])
  t.equal((await desk.live())[0]?.state, 'unacknowledged')
  await desk.settle([depth(240, 14), depth(299, 14)])
  t.equal((await desk.live())[0]?.state, 'unacknowledged', '59 s is not yet 60 s')
  await desk.settle([depth(300, 13)])
  t.match((await desk.live())[0], { state: 'returned', returnedAt: depth(240, 0).at })
})

t.test('a value that comes back in between starts the off-delay anew', async (t) => {
  await using desk = await openDesk()
  await desk.settle([depth(0, 18), depth(10, 5), depth(50, 16), depth(80, 5)])
  t.equal((await desk.live())[0]?.state, 'unacknowledged')
  await desk.settle([depth(140, 5)])
  t.equal((await desk.live())[0]?.state, 'returned')
})

t.test('an on-delay must pass in event time, and a dip below the limit starts it anew', async (t) => {
  await using desk = await openDesk({ rules: [depthRule({ condition: { onDelay: '60s' } })] })
  await desk.settle([depth(0, 18), depth(30, 18), depth(40, 15), depth(50, 18)])
  await desk.settle([depth(100, 18)])
  t.same(await desk.live(), [])
  await desk.settle([depth(110, 18)])
  t.match(await desk.live(), [{ state: 'unacknowledged', onset: depth(50, 0).at, changedAt: depth(110, 0).at }])
})

t.test('acknowledged before it returns it becomes normal, and the next excursion is a new occurrence', async (t) => {
  await using desk = await openDesk()
  await desk.settle([depth(0, 18)])
  const [first] = await desk.live()
  const alarm = await desk.engine.acknowledge(first!.id, 'li')
  t.match(alarm, { state: 'acknowledged', acknowledgedBy: 'li', acknowledgedAt: desk.clock.now() })
  t.match(await desk.engine.acknowledge(first!.id, 'wang'), { acknowledgedBy: 'li' }, 'the second changes nothing')
  await desk.settle([depth(60, 5), depth(120, 5)])
  t.same(await desk.live(), [])
  await desk.settle([depth(180, 20)])
  const [second] = await desk.live()
  t.not(second!.id, first!.id)
  t.same(
    desk.handed.map(({ from, to, cause }) => [from, to, cause]),
    [
      ['normal', 'unacknowledged', 'onset'],
      ['unacknowledged', 'acknowledged', 'acknowledge'],
      ['acknowledged', 'normal', 'return'],
      ['normal', 'unacknowledged', 'onset'],
    ],
  )
})

t.test('returned but never acknowledged it is raised again as the same occurrence', async (t) => {
  await using desk = await openDesk()
  await desk.settle([depth(0, 18), depth(60, 5), depth(120, 5)])
  const [before] = await desk.live()
  await desk.settle([depth(180, 30)])
  const [after] = await desk.live()
  t.match(after, { id: before!.id, state: 'unacknowledged', onset: before!.onset, value: 30 })
  t.notOk(after!.returnedAt)
  t.equal(new Set(desk.handed.map(({ id }) => id)).size, 3)
})

t.test('acknowledging a returned alarm ends it; an alarm nobody knows is an error', async (t) => {
  await using desk = await openDesk()
  await desk.settle([depth(0, 18), depth(60, 5), depth(120, 5)])
  const [alarm] = await desk.live()
  t.equal((await desk.engine.acknowledge(alarm!.id, 'li')).state, 'normal')
  t.same(await desk.live(), [])
  await t.rejects(desk.engine.acknowledge('nobody', 'li'), { code: 'CIV_ALARMS_UNKNOWN_ALARM' })
})

t.test('values that do not count decide nothing', async (t) => {
  await using desk = await openDesk()
  await desk.settle([depth(0, 99, 'out_of_range'), depth(10, null, 'comm_fail')])
  t.same(await desk.live(), [])
})
