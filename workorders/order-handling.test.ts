// People move an order from dispatched to closed; the table of actions says what is possible, the journal what was done.
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { isOverdue } from './cases/clocks.ts'
import { handOn, openCentre, openState, Receiver, transition } from './testing/centre.ts'

const friday = Date.UTC(2026, 5, 12, 9, 0, 0)

const start = async () => {
  const state = await openState()
  const clock = new FakeClock(friday)
  const receiver = new Receiver()
  const centre = await openCentre(state, clock, receiver.send)
  const close = async () => {
    await centre.close()
    await state.close()
  }
  return { state, clock, centre, receiver, close }
}

t.test('accept, handle, rework, handle, verify, close: seven stages in the journal and a closed case', async (t) => {
  const { state, clock, centre, close } = await start()
  await handOn(state, centre, transition())
  const [{ id } = { id: '' }] = (await centre.orders()).items
  const minute = async (action: string, note?: string) => {
    await clock.advance(60_000)
    return centre.act(id, action, 'chen', note)
  }
  t.match(await minute('accept'), { state: 'accepted', stage: 'handle' })
  t.match(await minute('handle', 'pumped'), { state: 'handled', stage: 'reply', handledAt: clock.now() })
  const rework = await minute('rework', 'still wet')
  t.match(rework, { state: 'rework', dueAt: clock.now() + 3 * 3_600_000 }, 'the clock of handling starts again')
  t.notOk(rework.handledAt)
  await minute('handle', 'pumped again')
  t.match(await minute('verify'), { state: 'verified', stage: 'verify' })
  t.match(await minute('close'), { state: 'closed', stage: 'close', closedAt: clock.now() })
  const [done] = (await centre.cases({ open: false })).items
  t.match(done, { stage: 'close', closedAt: clock.now() })
  t.same(
    done!.events.map(({ action, by }) => [action, by]),
    [
      ['report', 'alarms'],
      ['file', 'matter list'],
      ['dispatch', 'matter list'],
      ['accept', 'chen'],
      ['handle', 'chen'],
      ['rework', 'chen'],
      ['handle', 'chen'],
      ['verify', 'chen'],
      ['close', 'chen'],
    ],
  )
  t.same(new Set(done!.events.map(({ stage }) => stage)).size, 7)
  t.same((await centre.orders({ open: true })).items, [])
  await close()
})

t.test('a step that is not possible names those that are, and changes nothing', async (t) => {
  const { state, centre, close } = await start()
  await handOn(state, centre, transition())
  const [before] = (await centre.orders()).items
  await t.rejects(centre.act(before!.id, 'close', 'chen'), {
    code: 'CIV_WORKORDERS_ILLEGAL_ACTION',
    message: 'order W20260612-0001 is dispatched: close is not possible, but accept',
  })
  await t.rejects(centre.act(before!.id, 'toString', 'chen'), { code: 'CIV_WORKORDERS_ILLEGAL_ACTION' })
  await t.rejects(centre.act('nobody', 'accept', 'chen'), { code: 'CIV_WORKORDERS_UNKNOWN_ORDER' })
  t.same(await centre.order(before!.id), before)
  await close()
})

t.test('an order is overdue when it is handled after its time or not yet', async (t) => {
  const dueAt = friday
  t.notOk(isOverdue({ dueAt }, dueAt))
  t.ok(isOverdue({ dueAt }, dueAt + 1))
  t.notOk(isOverdue({ dueAt, handledAt: dueAt }, dueAt + 1))
  t.ok(isOverdue({ dueAt, handledAt: dueAt + 1 }, dueAt + 2))
})

t.test('a person reports; a matter or site nobody knows is named; the same place joins', async (t) => {
  const { centre, close } = await start()
  const report = { source: 'person', matter: 'bin-full', site: 's-1', text: '满了', at: friday, by: 'wang' } as const
  const filed = await centre.fileReport(report)
  t.match(filed, { matter: 'bin-full', area: '440607004', reports: [{ source: 'person', text: '满了' }] })
  t.equal((await centre.fileReport(report)).id, filed.id)
  t.equal((await centre.reportTimes(report.at)).length, 2)
  t.strictSame(await centre.reportTimes(report.at + 1), [])
  t.match(await centre.case(filed.id), { reports: { length: 2 }, orders: { length: 1 } })
  await t.rejects(centre.fileReport({ ...report, matter: 'bin-ful' }), {
    code: 'CIV_WORKORDERS_UNKNOWN_MATTER',
    message: /did you mean bin-full/,
  })
  await t.rejects(centre.fileReport({ ...report, site: 'nowhere' }), { code: 'CIV_WORKORDERS_UNKNOWN_SITE' })
  await close()
})

t.test('listeners hear of cases and orders once they are durable; lists go page by page', async (t) => {
  const { state, centre, close, clock } = await start()
  const heard: string[] = []
  using _ = centre.subscribe((event) => heard.push(event.kind === 'case' ? event.case.stage : event.order.state))
  for (const id of ['a1', 'a2', 'a3']) {
    await clock.advance(1000)
    await handOn(
      state,
      centre,
      transition('onset', {
        id,
        matter: id === 'a2' ? 'gas-leak' : 'road-flooding',
        site: id === 'a3' ? 's-far' : 's-1',
      }),
    )
  }
  await state.transaction(async () => undefined)
  const first = await centre.cases({ limit: 2 })
  const second = await centre.cases({ limit: 2, cursor: first.next! })
  t.equal(second.next, null)
  t.same(
    [...first.items, ...second.items].map(({ number }) => number),
    ['C20260612-0003', 'C20260612-0002', 'C20260612-0001'],
  )
  t.same(
    (await centre.orders({ limit: 1, cursor: (await centre.orders({ limit: 1 })).next! })).items.map(
      ({ number }) => number,
    ),
    ['W20260612-0002'],
  )
  await centre.act(first.items[0]!.orders[0]!, 'accept', 'chen')
  await close()
  t.ok(heard.includes('dispatch') && heard.includes('dispatched'))
  t.ok(heard.includes('handle') && heard.includes('accepted'))
})
