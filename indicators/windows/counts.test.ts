import t from 'tap'
import { byHour } from '../store/counts.ts'
import { Counts } from './counts.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const now = Date.UTC(2026, 5, 12, 9)

function weeks(count: number, perHour: number): Counts {
  const counts = new Counts()
  for (let at = now - count * 7 * dayMs; at < now; at += hourMs) counts.set(at, perHour)
  return counts
}

t.test('the usual day is the median of the same 24 hours of eight weeks', async (t) => {
  const counts = weeks(9, 5)
  counts.set(now - 7 * dayMs, 500)
  t.equal(counts.usualDay(now), 120)
})

t.test('eight weeks of history are enough, less is not', async (t) => {
  t.equal(weeks(8, 5).usualDay(now), 120)
  t.equal(weeks(7, 5).usualDay(now), undefined)
  t.equal(new Counts().usualDay(now), undefined)
})

t.test('recorded counts are handed out once for writing, and again when that failed', async (t) => {
  const counts = new Counts()
  counts.record(now + 1, 2)
  counts.record(now + 2, 1)
  const taken = counts.takeChanged()
  t.strictSame(taken, [{ hour: now, count: 3 }])
  t.strictSame(counts.takeChanged(), [])
  counts.giveBack(taken)
  t.strictSame(counts.takeChanged(), [{ hour: now, count: 3 }])
})

t.test('a total of a day is spread over its hours, that of today over those that have begun', async (t) => {
  const today = byHour([{ name: 'complaints', at: now - 2 * hourMs, count: 48, hours: 24 }], now)
  t.strictSame(
    today.map(({ hour, count }) => [(hour - now) / hourMs, count]),
    [
      [-2, 16],
      [-1, 16],
      [0, 16],
    ],
  )
  const past = byHour([{ name: 'complaints', at: now - 2 * dayMs, count: 48, hours: 24 }], now)
  t.ok(past.length === 24 && past.every(({ count }) => count === 2))
  t.strictSame(byHour([{ name: 'complaints', at: now + hourMs, count: 48 }], now), [])
})
