import t from 'tap'
import { FakeClock, sleep } from './clock.ts'
import { systemClock } from './io/system-clock.ts'

t.test('timers fire in order of their time, none twice, cancelled ones never', async (t) => {
  const clock = new FakeClock(1000)
  const seen: string[] = []
  clock.after(20, () => seen.push(`late ${clock.now()}`))
  clock.after(10, () => seen.push(`soon ${clock.now()}`))
  clock.after(15, () => seen.push('never')).cancel()
  await clock.advance(30)
  t.same(seen, ['soon 1010', 'late 1020'])
  t.equal(clock.now(), 1030)
})

t.test('a step of the wall clock moves no timer', async (t) => {
  const clock = new FakeClock(1000)
  let fired = false
  clock.after(10, () => {
    fired = true
  })
  clock.stepWall(3_600_000)
  await clock.advance(9)
  t.equal(fired, false)
  await clock.advance(1)
  t.equal(fired, true)
})

t.test('an aborted sleep rejects at once', async (t) => {
  const clock = new FakeClock()
  const abort = new AbortController()
  const asleep = sleep(clock, 1000, abort.signal)
  abort.abort(new Error('stop'))
  await t.rejects(asleep, /stop/)
  t.equal(clock.nextTimerInMs, undefined)
})

t.test('the system clock ticks', async (t) => {
  const before = systemClock.mono()
  await sleep(systemClock, 1)
  t.ok(systemClock.mono() > before)
})
