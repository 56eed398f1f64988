// An alarm files a report, the report opens or joins a case with one order; whatever is repeated happens once.
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { handOn, openCentre, openState, Receiver, transition, until } from './testing/centre.ts'

const start = async () => {
  const state = await openState()
  const clock = new FakeClock(Date.UTC(2026, 5, 12, 9, 0, 0))
  const receiver = new Receiver()
  const centre = await openCentre(state, clock, receiver.send)
  const close = async () => {
    await centre.close()
    await state.close()
  }
  return { state, clock, receiver, centre, close }
}

t.test('an onset opens one case with one order, collected, filed and dispatched by the matter list', async (t) => {
  const { state, centre, close, clock } = await start()
  await handOn(state, centre, transition())
  const [filed] = (await centre.cases()).items
  t.match(filed, {
    number: 'C20260612-0001',
    matter: 'road-flooding',
    site: 's-1',
    stage: 'dispatch',
    level: 1,
    reports: [{ source: 'alarm', alarm: 'a1', text: 'water-1/depth 18 cm > 15 cm' }],
  })
  t.same(
    filed!.events.map(({ stage }) => stage),
    ['collect', 'file', 'dispatch'],
  )
  t.match((await centre.orders()).items, [
    {
      id: filed!.orders[0],
      number: 'W20260612-0001',
      departmentId: 'drainage',
      state: 'dispatched',
      acceptBy: clock.now() + 15 * 60_000,
      dueAt: clock.now() + 3 * 3_600_000,
    },
  ])
  await close()
})

t.test('handed on again, or in a transaction that is rolled back and retried, it changes nothing more', async (t) => {
  const { state, centre, close } = await start()
  await t.rejects(
    state.transaction(async (tx) => {
      await centre.onTransition(tx, transition())
      throw new Error('the engine gives up')
    }),
    /gives up/,
  )
  t.same((await centre.cases()).items, [], 'rolled back with the transition')
  await handOn(state, centre, transition())
  const once = await centre.cases()
  await handOn(state, centre, transition())
  t.same(await centre.cases(), once)
  t.equal((await centre.orders()).items.length, 1)
  await close()
})

t.test('a second rule at the same site joins and raises the level; so does a site within the radius', async (t) => {
  const { state, centre, close } = await start()
  await handOn(state, centre, transition('onset', { matter: 'water-pressure', priority: 2 }))
  await handOn(state, centre, transition('onset', { id: 'a2', matter: 'water-pressure', priority: 1 }))
  await handOn(state, centre, transition('onset', { id: 'a3', matter: 'water-pressure', site: 's-near' }))
  const { items } = await centre.cases()
  t.equal(items.length, 1)
  t.match(items[0], { level: 1, reports: { length: 3 } })
  t.match((await centre.orders()).items, [{ level: 1 }])
  await close()
})

t.test(
  'another matter, a site too far, a report after the window or after closing opens a case of its own',
  async (t) => {
    const { state, centre, close } = await start()
    const at = Date.UTC(2026, 5, 12, 9, 0, 0)
    await handOn(state, centre, transition())
    await handOn(state, centre, transition('onset', { id: 'a2', matter: 'gas-leak' }))
    await handOn(state, centre, transition('onset', { id: 'a3', site: 's-far' }))
    await handOn(state, centre, transition('onset', { id: 'a4' }, at + 7 * 3_600_000))
    const { items } = await centre.cases()
    t.equal(items.length, 4)
    t.equal(new Set(items.map(({ number }) => number)).size, 4)
    await close()
  },
)

t.test('a return is evidence in the journal, once, and not closure', async (t) => {
  const { state, centre, close } = await start()
  const back = transition('return', { value: 12 }, Date.UTC(2026, 5, 12, 10, 0, 0), 2)
  await handOn(state, centre, transition())
  await handOn(state, centre, back)
  await handOn(state, centre, back)
  const [one] = (await centre.cases({ open: true })).items
  t.match(one?.events.at(-1), { action: 'evidence', stage: 'dispatch', note: 'water-1/depth 12 cm' })
  t.equal(one?.events.length, 4)
  await close()
})

t.test(
  'an alarm without a matter files nothing; one with a matter nobody listed goes to the command centre',
  async (t) => {
    const { state, centre, close } = await start()
    const { matter: _, ...bare } = transition().alarm
    await handOn(state, centre, { ...transition(), alarm: bare })
    t.same((await centre.cases()).items, [])
    await handOn(state, centre, transition('onset', { id: 'a2', matter: 'dragons' }))
    t.match((await centre.orders()).items, [{ matter: 'other', departmentId: 'command' }])
    await close()
  },
)

t.test(
  'a case that many reports joined stays small in lists, in messages and to listeners; alone it has all',
  async (t) => {
    const { state, centre, receiver, close } = await start()
    await centre.addEndpoint({ url: 'https://hooks.test/', types: ['civitals.case.joined'] })
    const at = Date.UTC(2026, 5, 12, 9, 0, 0)
    for (let report = 0; report < 30; report++) {
      await handOn(state, centre, transition('onset', { id: `a${report}` }, at + report * 1000))
    }
    await until(() => receiver.got.length === 29)
    const [listed] = (await centre.cases()).items
    t.equal(listed?.reports.length, 20)
    t.equal(listed?.reports.at(-1)?.alarm, 'a29')
    t.equal(listed?.events.at(-1)?.action, 'join')
    t.equal((await centre.case(listed!.id))?.reports.length, 30)
    t.ok(
      receiver.got.every(({ body }) => body.length < 20_000),
      'below the 20 kB Standard Webhooks advises',
    )
    await close()
  },
)
