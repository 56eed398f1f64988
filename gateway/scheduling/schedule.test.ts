import type { PolledClass, ProfilePoint } from '@civitals/firmware-bridge/profile'
import t from 'tap'
import { PollSchedule } from './schedule.ts'

const point = (id: string, pointClass: PolledClass): ProfilePoint => ({
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

function scheduleOf(terminals: readonly (readonly ProfilePoint[])[]): PollSchedule {
  const schedule = new PollSchedule(periods, 0)
  schedule.addAll(terminals.map((points, index) => ({ id: String(index), points })))
  return schedule
}

/** Polls like a line that takes `busyMs` per poll, until `until`; says when which terminal was read. */
function drive(schedule: PollSchedule, until: number, busyMs = 0): { at: number; terminal: number; points: string }[] {
  const polls: { at: number; terminal: number; points: string }[] = []
  let now = 0
  for (;;) {
    now = Math.max(now, schedule.nextDueAt() ?? until)
    if (now >= until) return polls
    const due = schedule.take(now)
    if (!due) throw new Error('due, and nothing to take')
    polls.push({ at: now, terminal: Number(due.terminal), points: due.points.map((one) => one.id).join('') })
    now += busyMs
  }
}

t.test('each class keeps its own period, and one poll brings all classes that are due', async (t) => {
  const polls = drive(scheduleOf([mixed]), 120_000)
  const count = (id: string): number => polls.filter((poll) => poll.points.includes(id)).length
  t.same([count('a'), count('n'), count('b')], [120, 24, 2])
  t.equal(polls.length, 120, 'no poll of its own for what falls together')
  t.equal(polls[0]?.points, 'anb', 'the first poll reads everything')
})

t.test('lateness does not add up', async (t) => {
  const polls = drive(scheduleOf([[point('a', 'alarm')]]), 100_000, 137)
  t.equal(polls.length, 100)
  t.ok(polls.every((poll, index) => poll.at === index * 1000))
})

t.test('terminals are spread over the period, ordinary points over theirs', async (t) => {
  const polls = drive(scheduleOf([mixed, mixed, mixed, mixed]), 61_000)
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
  const polls = drive(scheduleOf([seldom, seldom, seldom]), 500)
  t.same(
    polls.map(({ terminal }) => terminal),
    [0, 1, 2],
  )
})

t.test('a line that cannot keep up leaves polls out and serves every terminal in turn', async (t) => {
  const polls = drive(scheduleOf([mixed, mixed, mixed]), 60_000, 1000)
  const share = [0, 1, 2].map((terminal) => polls.filter((poll) => poll.terminal === terminal).length)
  t.equal(polls.length, 60)
  t.ok(Math.max(...share) - Math.min(...share) <= 1, `shares ${share.join(' ')}`)
})

t.test('a terminal that answers again is read whole at once', async (t) => {
  const schedule = scheduleOf([mixed])
  schedule.take(0)
  schedule.take(1000)
  schedule.hasten('0', 1300)
  t.equal(schedule.take(1300)?.points.length, 3)
  t.equal(schedule.nextDueAt(), 2000, 'and the grid stays where it was')
})

t.test('a class is not due again while its transactions run; the others of the terminal are', async (t) => {
  const schedule = scheduleOf([mixed])
  schedule.take(0)
  schedule.began('0', new Set(['normal', 'bulk']))
  t.equal(schedule.take(1000)?.points.length, 1)
  t.equal(schedule.take(60_000)?.points.length, 1, 'late or not, only what is free')
  schedule.ended('0', new Set(['normal', 'bulk']))
  t.equal(schedule.take(60_001)?.points.length, 2)
})

t.test('terminals come and go without moving the grid of the others', async (t) => {
  const schedule = scheduleOf([mixed, mixed])
  const seen = (from: number, to: number): string[] => {
    const found: string[] = []
    for (let now = from; now < to; now++)
      for (let due = schedule.take(now); due; due = schedule.take(now)) found.push(`${due.terminal}@${now}`)
    return found
  }
  seen(0, 2000)
  const before = seen(2000, 3000)
  schedule.add('new', mixed, 3000)
  t.same(
    seen(3000, 4000).filter((one) => !one.startsWith('new')),
    before.map((one) => one.replace('@2', '@3')),
  )
  t.same(seen(4000, 5000), ['0@4000', 'new@4250', '1@4500'], 'in the widest gap')
  schedule.remove('1')
  t.same(seen(5000, 6000), ['0@5000', 'new@5250'])
})

t.test('points of a class without a period are never polled', async (t) => {
  t.equal(scheduleOf([[point('serial', 'identity' as PolledClass)]]).nextDueAt(), undefined)
})

t.test('nothing to poll', async (t) => {
  t.equal(scheduleOf([]).nextDueAt(), undefined)
  t.equal(scheduleOf([[]]).nextDueAt(), undefined)
})
