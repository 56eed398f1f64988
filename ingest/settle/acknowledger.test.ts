// Acknowledgements: whole state, at once when quiet, at most one per gateway and 50 ms when busy.

import { decodeAcknowledgement } from '@civitals/contracts/acknowledgement'
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { Accounts } from '../ledger/accounts.ts'
import { Acknowledger, ackEveryMs, muchRoom } from './acknowledger.ts'

function benchOf() {
  const [accounts, clock] = [new Accounts(), new FakeClock()]
  const sent: string[] = []
  const acknowledger = new Acknowledger(accounts, clock, (gateway, payload) => {
    sent.push(`${gateway} ${JSON.stringify(decodeAcknowledgement(payload)?.spools)}`)
  })
  const settle = (gateway: string, ...seqs: number[]): void => {
    const draft = accounts.draft(clock.now())
    for (const seq of seqs) draft.settle(gateway, 's', seq)
    accounts.commit(draft)
    acknowledger.settled(new Map([[gateway, new Map([['s', seqs]])]]))
  }
  return { acknowledger, clock, sent, settle }
}

t.test('the first goes at once, those that follow are coalesced', async (t) => {
  const { clock, sent, settle } = benchOf()
  settle('g1', 1)
  for (const seq of [2, 3, 5]) settle('g1', seq)
  t.same(sent, ['g1 {"s":{"upTo":1,"above":[]}}'])
  await clock.advance(ackEveryMs)
  t.same(sent.slice(1), ['g1 {"s":{"upTo":3,"above":[[5,5]]}}'])
  await clock.advance(10 * ackEveryMs)
  t.equal(sent.length, 2, 'nothing new, nothing sent')
  settle('g1', 4)
  t.equal(sent.length, 3)
})

t.test(
  'at most 32 ranges are named; what came just now is named before the lowest, in as many messages as it takes',
  async (t) => {
    const { clock, sent, settle } = benchOf()
    const aboveIn = (message: string | undefined): [number, number][] => JSON.parse(message?.slice(3) ?? '{}').s.above
    const even = Array.from({ length: 100 }, (_, order) => 2 * order + 2)
    settle('g1', ...even)
    await clock.advance(10 * ackEveryMs)
    t.same(
      sent.map((message) => aboveIn(message).length),
      [32, 32, 32, 32],
    )
    t.equal(new Set(sent.flatMap((message) => aboveIn(message).map(([from]) => from))).size, 100, 'all of them')
    settle('g1', 300)
    const last = aboveIn(sent.at(-1))
    t.same(
      [last[0], last[30], last[31]],
      [
        [2, 2],
        [62, 62],
        [300, 300],
      ],
    )
  },
)

t.test('what makes much room is told at once, to that gateway alone', async (t) => {
  const { clock, sent, settle } = benchOf()
  settle('g1', 1)
  settle('g2', 1)
  for (let seq = 2; seq <= muchRoom; seq++) settle('g1', seq)
  t.equal(sent.length, 1)
  settle('g1', muchRoom + 1)
  t.same(sent.slice(1), [`g1 {"s":{"upTo":${muchRoom + 1},"above":[]}}`])
  await clock.advance(ackEveryMs)
  t.same(sent.slice(2), ['g2 {"s":{"upTo":1,"above":[]}}'])
})

t.test('who listens anew is told at once, also that nothing is settled', async (t) => {
  const { acknowledger, sent, settle } = benchOf()
  acknowledger.tellNow('g2')
  settle('g1', 1)
  acknowledger.tellNow('g1')
  t.same(sent, ['g2 {}', 'g1 {"s":{"upTo":1,"above":[]}}', 'g1 {"s":{"upTo":1,"above":[]}}'])
})

t.test('after closing nothing is sent', async (t) => {
  const { acknowledger, clock, sent, settle } = benchOf()
  settle('g1', 1)
  settle('g1', 2)
  acknowledger.close()
  await clock.advance(1_000)
  t.equal(sent.length, 1)
})
