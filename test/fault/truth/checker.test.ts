// The checker itself is proved: what is lost, doubled, invented or misplaced in a made-up store is counted as that.
import t from 'tap'
import { compare, raisedAgain, unstable } from './checker.ts'
import type { Offered } from './log.ts'
import { batteryOf } from './plan.ts'

const offered = (number: number, more: Partial<Offered> = {}): Offered => ({
  ...{ number, terminal: 'road-0', at: 1000 + number, trueAt: 1000 + number, unsynced: false, depth: number / 10 },
  ...{ spool: 's', seq: number },
  ...more,
})
const row = (number: number, at = 1000 + number) => ({ at, value: batteryOf(number) })
const { seq: _, spool: __, ...unreported } = offered(4)

t.test('everything in its place', async (t) => {
  t.same(compare([offered(1), offered(2)], [row(1), row(2)], 'battery', []), { lost: 0, twice: 0 })
  t.same(
    compare([unreported], [row(4)], 'battery', []),
    { lost: 0, twice: 0 },
    'committed, and killed before saying so',
  )
  t.same(compare([unreported], [], 'battery', []), { lost: 0, twice: 0 }, 'never committed')
})

t.test('lost, twice, invented, with another value, at another time', async (t) => {
  t.same(compare([offered(1), offered(2)], [row(2)], 'battery', []), { lost: 1, twice: 0 })
  t.same(compare([offered(1)], [row(1), row(1)], 'battery', []), { lost: 0, twice: 1 })
  t.same(compare([], [row(1)], 'battery', []), { lost: 0, twice: 1 })
  t.same(compare([offered(1)], [row(2, 1001)], 'battery', []), { lost: 1, twice: 1 })
  t.same(compare([offered(1)], [row(1, 1002)], 'battery', []), { lost: 1, twice: 1 })
})

t.test('a gap record that names its envelope excuses a loss, no other does', async (t) => {
  const gap = {
    gateway: 'g',
    spool: 's',
    fromSeq: 1,
    toSeq: 2,
    readings: 2,
    atLeast: false,
    from: 0,
    to: 0,
    reason: 'disk full',
  }
  t.same(compare([offered(1), offered(3)], [], 'battery', [gap]), { lost: 1, twice: 0 })
  t.same(compare([offered(1)], [], 'battery', [{ ...gap, spool: 'other' }]), { lost: 1, twice: 0 })
})

t.test('an unsynced stamp is looked for at its true time, one from the future may be refused', async (t) => {
  const unsynced = offered(1, { at: 5, unsynced: true })
  t.same(compare([unsynced], [row(1, 1003)], 'battery', []), { lost: 0, twice: 0 })
  t.same(compare([unsynced], [row(1, 5)], 'battery', []), { lost: 1, twice: 1 })
  t.same(compare([offered(1, { at: 3_600_000 })], [], 'battery', []), { lost: 0, twice: 0 })
})

t.test(
  'one fact has one id; an occurrence is raised again only after it returned, and deep water never returns',
  async (t) => {
    const told = (type: string, id: string, rule: string, about = 'a') => ({
      type: `civitals.${type}`,
      id,
      about,
      rule,
    })
    const onset = told('alarm.onset', '1', 'ahead')
    t.same(unstable([onset, onset]), [])
    t.match(unstable([onset, told('alarm.onset', '2', 'ahead')]), ['2 onsets and 0 returns of ahead a'])
    const again = [onset, told('alarm.return', '2', 'ahead'), told('alarm.onset', '3', 'ahead')]
    t.same(unstable(again), [])
    t.equal(raisedAgain([...again, ...again]), '1 of ahead')
    t.equal(raisedAgain([onset]), 'none')
    t.match(unstable([told('alarm.return', '2', 'road-depth-critical')]), [/1 returns of road-depth-critical a/])
    const order = (id: string) => ({ type: 'civitals.order.dispatched', id, about: 'o' })
    t.match(unstable([order('1'), order('2')]), ['order o was dispatched under 2 ids'])
  },
)
