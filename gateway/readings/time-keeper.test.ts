import { FakeClock } from '@civitals/contracts/clock'
import type { ClockState } from '@civitals/contracts/envelope'
import t from 'tap'
import { TimeKeeper } from './time-keeper.ts'

t.test('a believable clock needs no explanation', async (t) => {
  const clock = new FakeClock()
  const time = new TimeKeeper(clock, 'boot-1')
  t.same(time.stamp(clock.now()), { at: clock.now(), clock: 'synced' })
  t.equal(time.takeFix(), undefined)
})

t.test('a box that wakes in 1970 stamps by its uptime, and dates that once its clock is set', async (t) => {
  const clock = new FakeClock(1_000)
  const time = new TimeKeeper(clock, 'boot-1')
  await clock.advance(60_000)
  const early = time.stamp(clock.now() - 200)
  t.same(early, { at: 60_800, clock: 'unsynced', mono: 59_800, boot: 'boot-1' })
  t.equal(time.takeFix(), undefined, 'nothing to say while the clock is wrong')
  const trueTime = Date.UTC(2026, 10, 22, 12)
  clock.stepWall(trueTime - clock.now())
  const fix = time.takeFix()
  t.equal((early.mono ?? 0) + (fix?.offsetMs ?? 0), trueTime - 200, 'mono + offset is when it really was')
  t.equal(time.takeFix(), undefined, 'once')
  t.equal(time.stamp(clock.now()).clock, 'synced')
})

t.test('a time service knows better', async (t) => {
  const clock = new FakeClock()
  let state: ClockState = 'holdover'
  const time = new TimeKeeper(clock, 'boot-1', () => state)
  t.equal(time.stamp(clock.now()).clock, 'holdover')
  state = 'unsynced'
  t.match(time.stamp(clock.now()), { clock: 'unsynced', boot: 'boot-1' })
})
