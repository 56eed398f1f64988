// The outbox: told once per endpoint, retried by the schedule, failed for good in the end, replayed, and kept over a crash.
import { FakeClock } from '@civitals/contracts/clock'
import t, { type Test } from 'tap'
import { handOn, openCentre, openState, Receiver, transition, until } from '../testing/centre.ts'
import { attemptDelaysMs, nextDelayMs } from './schedule.ts'

const friday = Date.UTC(2026, 5, 12, 9, 0, 0)
const url = 'https://hooks.test/a'

async function start(t: Test, receiver: Receiver, file?: string) {
  const state = await openState(file)
  const clock = new FakeClock(friday)
  const centre = await openCentre(state, clock, receiver.send)
  t.teardown(async () => {
    await centre.close()
    await state.close()
  })
  return { state, clock, centre }
}

t.test('one onset tells alarm, case and order in this order, each with an id of its own', async (t) => {
  const receiver = new Receiver()
  const { state, centre } = await start(t, receiver)
  await centre.addEndpoint({ url })
  await handOn(state, centre, transition())
  await until(() => receiver.got.length === 3)
  t.same(receiver.types(), ['civitals.alarm.onset', 'civitals.case.opened', 'civitals.order.dispatched'])
  t.equal(new Set(receiver.got.map(({ headers }) => headers['webhook-id'])).size, 3)
  await handOn(state, centre, transition())
  t.equal((await centre.deliveries()).items.length, 3, 'told once, whatever is handed on again')
})

t.test('what is rolled back is never told', async (t) => {
  const receiver = new Receiver()
  const { state, centre } = await start(t, receiver)
  await centre.addEndpoint({ url })
  await t.rejects(
    state.transaction(async (tx) => {
      await centre.onTransition(tx, transition())
      throw new Error('no')
    }),
  )
  await handOn(state, centre, transition('onset', { id: 'a2' }))
  await until(() => receiver.got.length === 3)
  t.notMatch(receiver.got.map(({ body }) => body).join(), /"subject":"a1"/)
})

t.test(
  'a failing message is tried by the schedule under one id, later ones go out meanwhile, then it is a dead letter',
  async (t) => {
    const receiver = new Receiver(({ body }) => ({
      kind: 'response',
      status: body.includes('"subject":"a1"') ? 503 : 204,
    }))
    const { state, centre, clock } = await start(t, receiver)
    await centre.addEndpoint({ url, types: ['civitals.alarm.onset'] })
    await handOn(state, centre, transition())
    await until(async () => (await centre.deliveries()).items[0]?.attempts === 1)
    await handOn(state, centre, transition('onset', { id: 'a2' }))
    await until(async () => (await centre.deliveries({ state: 'delivered' })).items.length === 1, 'the later one')
    for (let attempt = 2; attempt <= attemptDelaysMs.length; attempt++) {
      await until(() => clock.nextTimerInMs !== undefined, 'a timer for the next attempt')
      await clock.advance(clock.nextTimerInMs ?? 0)
      await until(async () => (await centre.deliveries()).items[1]?.attempts === attempt, `attempt ${attempt}`)
    }
    const [failed] = (await centre.deliveries({ state: 'failed' })).items
    t.match(failed, {
      attempts: 8,
      lastStatus: 503,
      lastError: 'HTTP 503',
      type: 'civitals.alarm.onset',
      subject: 'a1',
    })
    const mine = receiver.got.filter(({ body }) => body.includes('"subject":"a1"'))
    t.equal(mine.length, 8)
    t.equal(new Set(mine.map(({ headers }) => headers['webhook-id'])).size, 1)
    t.equal(
      new Set(mine.map(({ headers }) => headers['webhook-signature'])).size,
      8,
      'each attempt is signed with its own time',
    )

    receiver.answer = () => ({ kind: 'response', status: 204 })
    await centre.replay(failed!.id)
    await until(async () => (await centre.deliveries({ state: 'delivered' })).items.length === 2, 'replayed')
    t.equal(receiver.got.at(-1)!.headers['webhook-id'], failed!.id)
    await t.rejects(centre.replay('nobody'), { code: 'CIV_WORKORDERS_UNKNOWN_DELIVERY' })
  },
)

t.test('waits grow from 5 s to a day with up to 10 % on top; Retry-After lengthens them', async (t) => {
  const waits = [1, 2, 3, 4, 5, 6, 7].map((tries) => nextDelayMs(tries, () => 0))
  t.same(waits, [5e3, 60e3, 300e3, 1800e3, 7200e3, 28_800e3, 86_400e3])
  t.equal(
    nextDelayMs(8, () => 0),
    undefined,
  )
  t.equal(
    nextDelayMs(1, () => 1),
    5500,
  )
  t.equal(
    nextDelayMs(1, () => 0, 30_000),
    30_000,
  )
})

t.test('410 Gone disables the endpoint and fails what waits for it', async (t) => {
  const receiver = new Receiver(() => ({ kind: 'response', status: 410 }))
  const { state, centre } = await start(t, receiver)
  const { id, secret } = await centre.addEndpoint({ url })
  await handOn(state, centre, transition())
  await until(() => centre.endpoints()[0]?.enabled === false)
  t.equal(receiver.got.length, 1)
  t.equal((await centre.deliveries({ state: 'failed' })).items.length, 3)
  await handOn(state, centre, transition('onset', { id: 'a2' }))
  t.equal((await centre.deliveries()).items.length, 3, 'and nothing more is told to it')
  receiver.answer = () => ({ kind: 'response', status: 204 })
  t.same(await centre.addEndpoint({ url }), { id, secret }, 'added again it is the same, and enabled')
  t.match(centre.endpoints(), [{ id, enabled: true }])
})

t.test('committed and not delivered when the centre dies: delivered after the restart under the same id', async (t) => {
  const file = `${t.testdir()}/state.db`
  const hanging = new Receiver(() => new Promise(() => undefined))
  const dead = await openState(file)
  const before = await openCentre(dead, new FakeClock(friday), hanging.send)
  await before.addEndpoint({ url, types: ['civitals.alarm.onset'] })
  await handOn(dead, before, transition())
  await until(() => hanging.got.length === 1, 'an attempt under way')
  await dead.close()
  const receiver = new Receiver()
  const { centre } = await start(t, receiver, file)
  await until(async () => (await centre.deliveries({ state: 'delivered' })).items.length === 1)
  t.equal(receiver.got[0]?.headers['webhook-id'], hanging.got[0]?.headers['webhook-id'])
  t.equal(receiver.got[0]?.body, hanging.got[0]?.body)
})

t.test('a filter that no event passes, a bad secret and a URL with a password are refused', async (t) => {
  const { centre } = await start(t, new Receiver())
  await t.rejects(centre.addEndpoint({ url, types: ['civitals.alarms.*'] }), {
    code: 'CIV_WORKORDERS_EVENT_TYPE_UNKNOWN',
  })
  await t.rejects(centre.addEndpoint({ url, secret: 'whsec_c2hvcnQ=' }), { code: 'CIV_WORKORDERS_SECRET_INVALID' })
  await t.rejects(centre.addEndpoint({ url: 'https://u:p@hooks.test/' }), { code: 'CIV_WORKORDERS_ENDPOINT_INVALID' })
  t.same(centre.endpoints(), [])
})
