// Emergency hours run always; working hours 08:30-12:00 and 14:00-17:30, Monday to Friday, in Asia/Shanghai.
import t from 'tap'
import { deadline, localDate } from './deadline.ts'

/** Local time of June 2026; the 12th is a Friday. */
const local = (day: number, hour: number, minute = 0): number => Date.UTC(2026, 5, day, hour - 8, minute)
const h = 3_600_000

t.test('emergency hours run through night and weekend', async (t) => {
  t.equal(deadline('emergency', local(12, 23), 3 * h), local(13, 2))
})

t.test('working hours skip lunch, evening and weekend', async (t) => {
  t.equal(deadline('working', local(12, 9), 2 * h), local(12, 11))
  t.equal(deadline('working', local(12, 11), 2 * h), local(12, 15), 'over lunch')
  t.equal(deadline('working', local(12, 17), h), local(15, 9), 'Friday evening to Monday')
  t.equal(deadline('working', local(13, 10), h), local(15, 9, 30), 'from Saturday')
  t.equal(deadline('working', local(12, 12, 30), h), local(12, 15), 'from lunch')
  t.equal(deadline('working', local(12, 8, 30), 7 * h), local(12, 17, 30), 'to the last minute')
  t.equal(deadline('working', local(12, 8, 30), 35 * h), local(18, 17, 30), 'five days')
  t.equal(deadline('working', local(12, 5), 0), local(12, 8, 30), 'no time at all ends when the office opens')
})

t.test('the date of a running number is the local one', async (t) => {
  t.equal(localDate(local(13, 0)), '20260613')
  t.equal(localDate(local(13, 0) - 1), '20260612')
})
