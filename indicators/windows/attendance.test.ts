import t from 'tap'
import { localTimeOf } from './local-time.ts'
import { TerminalWatch } from './terminal-watch.ts'

const hourMs = 3_600_000
const local = localTimeOf('Asia/Shanghai')
const now = Date.parse('2026-06-12T09:00:00+08:00')

t.test('local time counts the week from Monday and follows the zone', async (t) => {
  t.strictSame(local(now), { day: '2026-06-12', hour: 9, hourOfWeek: 4 * 24 + 9, dayType: 'ordinary' })
  t.strictSame(local(Date.parse('2026-06-15T00:30:00+08:00')), {
    day: '2026-06-15',
    hour: 0,
    hourOfWeek: 0,
    dayType: 'ordinary',
  })
  t.equal(localTimeOf('Asia/Kolkata')(Date.parse('2026-06-12T09:45:00+05:30')).hour, 9)
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
