import type { PointClass, ProfilePoint } from '@civitals/firmware-bridge/profile'
import t from 'tap'
import { PollSchedule } from './schedule.ts'

const point = (id: string, pointClass: PointClass): ProfilePoint => ({
  id,
  name: { zh: id, en: id },
  unit: 'none',
  class: pointClass,
  resolution: 1,
  range: [0, 1],
  read: { function: 'holding', address: 0, type: 'u16' },
})
const periods = { alarm: 1000, normal: 5000, bulk: 60_000 }
const mixed = [point('a', 'alarm'), point('n', 'normal'), point('b', 'bulk')]

/** Polls like a line that takes `busyMs` per poll, until `until`; says when which terminal was read. */
function drive(schedule: PollSchedule, until: number, busyMs = 0): { at: number; terminal: number; points: string }[] {
  const polls: { at: number; terminal: number; points: string }[] = []
  let now = 0
  for (;;) {
    now = Math.max(now, schedule.nextDueAt() ?? until)
    if (now >= until) return polls
    const due = schedule.take(now)
    if (!due) throw new Error('due, and nothing to take')
    polls.push({ at: now, terminal: due.terminal, points: due.points.map((one) => one.id).join('') })
    now += busyMs
  }
}

t.test('each class keeps its own period, and one poll brings all classes that are due', async (t) => {
  const polls = drive(new PollSchedule([mixed], periods, 0), 120_000)
  const count = (id: string): number => polls.filter((poll) => poll.points.includes(id)).length
  t.same([count('a'), count('n'), count('b')], [120, 24, 2])
  t.equal(polls.length, 120, 'no poll of its own for what falls together')
  t.equal(polls[0]?.points, 'anb', 'the first poll reads everything')
})

t.test('lateness does not add up', async (t) => {
  const polls = drive(new PollSchedule([[point('a', 'alarm')]], periods, 0), 100_000, 137)
  t.equal(polls.length, 100)
  t.ok(polls.every((poll, index) => poll.at === index * 1000))
})

t.test('terminals are spread over the period, ordinary points over theirs', async (t) => {
  const polls = drive(new PollSchedule([mixed, mixed, mixed, mixed], periods, 0), 61_000)
  const between = (from: number, to: number): number[][] =>
    polls.filter(({ at }) => at >= from && at < to).map(({ terminal, at }) => [terminal, at])
  const spread = [0, 250, 500, 750]
  t.same(
    between(1000, 2000),
    spread.map((at, terminal) => [terminal, 1000 + at]),
  )
  const busiest = new Map<number, number>()
  for (const poll of polls.filter((one) => one.at >= 1000 && one.points.includes('n'))) {
    const second = Math.floor(poll.at / 1000)
    busiest.set(second, (busiest.get(second) ?? 0) + 1)
  }
  t.ok(Math.max(...busiest.values()) <= 2, 'ordinary points do not all come in the same second')
})

t.test('every terminal is heard at once after the start, however seldom it is read', async (t) => {
  const seldom = mixed.filter((point) => point.class === 'bulk')
  const polls = drive(new PollSchedule([seldom, seldom, seldom], periods, 0), 500)
  t.same(
    polls.map(({ terminal }) => terminal),
    [0, 1, 2],
  )
})

t.test('a line that cannot keep up leaves polls out and serves every terminal in turn', async (t) => {
  const polls = drive(new PollSchedule([mixed, mixed, mixed], periods, 0), 60_000, 1000)
  const share = [0, 1, 2].map((terminal) => polls.filter((poll) => poll.terminal === terminal).length)
  t.equal(polls.length, 60)
  t.ok(Math.max(...share) - Math.min(...share) <= 1, `shares ${share.join(' ')}`)
})

t.test('a terminal that answers again is read whole at once', async (t) => {
  const schedule = new PollSchedule([mixed], periods, 0)
  schedule.take(0)
  schedule.take(1000)
  schedule.hasten(0, 1300)
  t.equal(schedule.take(1300)?.points.length, 3)
  t.equal(schedule.nextDueAt(), 2000, 'and the grid stays where it was')
})

t.test('nothing to poll', async (t) => {
  t.equal(new PollSchedule([], periods, 0).nextDueAt(), undefined)
  t.equal(new PollSchedule([[]], periods, 0).nextDueAt(), undefined)
})
