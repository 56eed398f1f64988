import t from 'tap'
import { localTimeOf } from './local-time.ts'
import { TerminalWatch } from './terminal-watch.ts'
import { WeekHistory } from './week-history.ts'

const hourMs = 3_600_000
const local = localTimeOf('Asia/Shanghai')
const now = Date.parse('2026-06-12T09:00:00+08:00')

t.test('local time counts the week from Monday and follows the zone', async (t) => {
  t.strictSame(local(now), { day: '2026-06-12', hour: 9, hourOfWeek: 4 * 24 + 9 })
  t.strictSame(local(Date.parse('2026-06-15T00:30:00+08:00')), { day: '2026-06-15', hour: 0, hourOfWeek: 0 })
  t.equal(localTimeOf('Asia/Kolkata')(Date.parse('2026-06-12T09:45:00+05:30')).hour, 9)
})

t.test('the baseline is that of the same hours of other weeks, today is not among them', async (t) => {
  const week = new WeekHistory(local)
  for (let at = now - 8 * 168 * hourMs; at < now; at += hourMs) week.add(at, local(at).hour * 10)
  week.add(now - hourMs, 9999)
  t.equal(week.usual(now, 4)?.median, 80, 'the hour that has just passed')
  t.equal(week.usual(now, 4)?.sigma, 0, 'not widened by what is judged')
  t.equal(week.usual(now + hourMs / 2, 4)?.median, 85, 'half of each')
  t.equal(week.usual(now, 9), undefined)
})

t.test('attendance counts periods once, and readings without a value not at all', async (t) => {
  const watch = new TerminalWatch('x-01', 'site', 60_000)
  const hour = now - hourMs
  for (const [second, quality] of [
    [0, 'good'],
    [10, 'uncertain'],
    [70, 'good'],
    [130, 'comm_fail'],
    [190, 'out_of_range'],
  ] as const)
    watch.add(hour + second * 1000, quality)
  t.strictSame(watch.delivered(hour, now), { received: 4, good: 2, periods: 3 })
  t.equal(watch.lastAt, hour + 190_000)
})
