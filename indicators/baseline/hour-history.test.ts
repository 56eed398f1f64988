import t from 'tap'
import { localTimeOf } from '../windows/local-time.ts'
import { chineseCalendar } from './calendar.ts'
import { HourHistory } from './hour-history.ts'
import { weightedMedian, weightedScale } from './weighted.ts'

const hourMs = 3_600_000
const local = localTimeOf('Asia/Shanghai')
const now = Date.parse('2026-06-12T09:00:00+08:00')
const equal = (values: readonly number[]) => values.map((value) => ({ value, weight: 1 }))

t.test('the baseline is that of the same hours of other weeks, today is not among them', async (t) => {
  const week = new HourHistory(local)
  for (let at = now - 8 * 168 * hourMs; at < now; at += hourMs) week.add(at, local(at).hour * 10)
  week.add(now - hourMs, 9999)
  t.equal(week.usual(now, 4)?.median, 80, 'the hour that has just passed')
  t.equal(week.usual(now, 4)?.sigma, 0, 'not widened by what is judged')
  t.equal(week.usual(now + hourMs / 2, 4)?.median, 85, 'half of each')
  t.equal(week.usual(now, 9), undefined)
})

t.test('with equal weights median and MAD are the plain ones', async (t) => {
  t.equal(weightedMedian(equal([3, 1, 2])), 2)
  t.equal(weightedMedian(equal([4, 1, 2, 3])), 2.5)
  t.equal(
    weightedMedian([
      { value: 1, weight: 5 },
      { value: 9, weight: 1 },
    ]),
    1,
  )
  const scale = weightedScale(equal([2.1, 2.3, 2.2, 2.4, 2.2, 9.9, 2.3]))
  t.equal(scale.median, 2.3)
  t.ok(Math.abs(scale.sigma - 0.1 / 0.6745) < 1e-9)
})

t.test('the newer weeks weigh more: a change of habit is followed before it has the majority', async (t) => {
  const week = new HourHistory(local)
  for (let back = 1; back <= 8; back++) week.add(now - back * 168 * hourMs, back <= 2 ? 200 : 100)
  t.equal(week.usualHour(now, 4)?.median, 100, 'two of eight weeks are not enough')
  week.add(now - 3 * 168 * hourMs, 300)
  t.equal(week.usualHour(now, 4)?.median, 200, 'three are: the third is now 200 on average')
})

t.test('an hour with fewer than four values borrows from the hours beside it', async (t) => {
  const week = new HourHistory(local)
  for (let back = 1; back <= 4; back++) {
    week.add(now - back * 168 * hourMs - hourMs, 40)
    week.add(now - back * 168 * hourMs + hourMs, 60)
  }
  week.add(now - 168 * hourMs, 50)
  t.equal(week.usualHour(now, 4)?.median, 50)
})

t.test('a holiday is judged by holidays, or as a weekend; a make-up Sunday as a workday', async (t) => {
  const week = new HourHistory(local)
  const hour = (text: string): number => Date.parse(`${text}:00+08:00`)
  // National Day 2025 was Wednesday, 1 October; Sunday, 28 September was worked instead.
  t.equal(chineseCalendar('2025-10-01'), 'holiday')
  t.equal(chineseCalendar('2025-09-28'), 'make-up')
  t.equal(chineseCalendar('2025-09-24'), 'ordinary')
  const workday = 900
  const weekend = 300
  for (let at = hour('2025-08-04T00:00'); at < hour('2025-09-27T00:00'); at += hourMs)
    week.add(at, local(at).hourOfWeek >= 120 ? weekend : workday)
  t.equal(week.usualHour(hour('2025-09-28T09:00'), 4)?.median, workday)
  t.equal(week.usualHour(hour('2025-10-01T09:00'), 4)?.median, weekend)
  for (let day = 1; day <= 5; day++) {
    week.add(hour(`2025-10-0${day}T09:00`), 120)
    week.add(hour(`2025-10-0${day}T10:00`), 120)
  }
  t.equal(week.usualHour(hour('2025-10-08T09:00'), 1)?.median, 120, 'five holidays have been seen')
  t.equal(week.usualHour(hour('2025-10-15T09:00'), 4)?.median, workday, 'and Wednesdays are what they were')
})
