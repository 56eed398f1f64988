import type { Reading } from '@civitals/contracts/reading'
import t from 'tap'
import { LatestReadings } from './latest.ts'

const reading = (point: string, at: number, value = at): Reading => ({
  terminal: 't1',
  point,
  at,
  value,
  quality: 'good',
})

t.test('a late reading never takes the place of a newer one', async (t) => {
  const latest = new LatestReadings([reading('a', 10)])
  latest.settled([{ readings: [reading('a', 5), reading('b', 1)] }])
  t.same([latest.get('t1', 'a')?.at, latest.get('t1', 'b')?.at], [10, 1])
  t.equal(latest.of('t1').length, 2)
  t.equal(latest.all().length, 2)
  t.same([latest.get('t2', 'a'), latest.of('t2')], [undefined, []])
})

t.test('listeners hear the newest of each series once a settlement, until they stop', async (t) => {
  const latest = new LatestReadings()
  const heard: (readonly Reading[])[] = []
  const subscription = latest.subscribe((readings) => heard.push(readings))
  latest.settled([{ readings: [reading('a', 1), reading('b', 1), reading('a', 3), reading('a', 2)] }])
  latest.settled([{ readings: [reading('a', 2)] }])
  subscription[Symbol.dispose]()
  latest.settled([{ readings: [reading('a', 9)] }])
  t.same(heard, [[reading('a', 3), reading('b', 1)]])
})

t.test('a correction of the same instant is the newest', async (t) => {
  const latest = new LatestReadings([reading('a', 10, 1)])
  latest.settled([{ readings: [reading('a', 10, 2)] }])
  t.equal(latest.get('t1', 'a')?.value, 2)
})

t.test('what is shown ahead of its settlement stands until it is settled, or the store has refused it', async (t) => {
  const latest = new LatestReadings([reading('depth', 1)])
  const told: number[] = []
  latest.subscribe((readings) => told.push(...readings.map(({ at }) => at)))
  latest.showAhead([{ readings: [reading('depth', 5), reading('depth', 0), reading('flow', 6)] }])
  t.equal(latest.get('t1', 'depth')?.at, 5)
  t.equal(latest.all().length, 2)
  t.same(told, [5, 6])
  latest.settled([{ readings: [reading('depth', 2)] }])
  t.equal(latest.get('t1', 'depth')?.at, 5, 'it still waits')
  latest.settled([{ readings: [reading('flow', 6)] }], [reading('depth', 5)])
  t.equal(latest.get('t1', 'depth')?.at, 2, 'refused')
  t.equal(latest.get('t1', 'flow')?.at, 6)
})
