import { FakeClock } from '@civitals/contracts/clock'
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

t.test('a clock that a time service sets again is fixed again, under the next number', async (t) => {
  const clock = new FakeClock(1_000)
  const steps: number[] = []
  const time = new TimeKeeper(clock, 'boot-1', (byMs) => void steps.push(byMs))
  const { mono = 0 } = time.stamp(clock.now())
  clock.stepWall(Date.UTC(2026, 10, 22, 12) - clock.now())
  const [first] = [time.takeFix(), await clock.advance(60_000)]
  clock.stepWall(-3_600_000)
  time.stamp(clock.now())
  t.equal(time.takeFix(), undefined, 'nobody has said that this is right')
  time.learn({ service: 'synced', batteryClock: false })
  const second = time.takeFix()
  t.match([first?.fix, second?.fix], [1, 2])
  t.equal(mono + (second?.offsetMs ?? 0), Date.UTC(2026, 10, 22, 11), 'the earlier samples move with it')
  t.equal(steps.length, 2)
  t.equal(steps[1], -3_600_000)
  clock.stepWall(300)
  t.equal(time.takeFix(), undefined, 'slewing is no step')
  t.equal(steps.length, 2)
})

t.test('what a service said before a step does not vouch for it', async (t) => {
  const clock = new FakeClock(1_000)
  const time = new TimeKeeper(clock, 'boot-1')
  time.stamp(clock.now())
  clock.stepWall(Date.UTC(2026, 10, 22, 12) - clock.now())
  time.learn({ service: 'synced', batteryClock: false })
  t.match(time.takeFix(), { fix: 1 })
  await clock.advance(60_000)
  clock.stepWall(3_600_000)
  t.equal(time.takeFix(), undefined)
})

t.test('a time service knows better, and what it said is remembered when it is lost', async (t) => {
  const clock = new FakeClock()
  const time = new TimeKeeper(clock, 'boot-1')
  const said = (service: 'synced' | 'unsynced' | 'none', batteryClock = false): string => {
    time.learn({ service, batteryClock })
    return time.stamp(clock.now()).clock
  }
  t.equal(said('unsynced'), 'unsynced', 'it has not heard from its source yet')
  t.equal(said('unsynced', true), 'holdover', 'but a battery kept the time')
  t.equal(said('synced'), 'synced')
  await clock.advance(10 * 60_000)
  t.equal(said('unsynced'), 'synced', 'ten minutes without make no difference')
  await clock.advance(10 * 60_000)
  t.equal(said('unsynced'), 'holdover')
  t.equal(said('synced'), 'synced')
  t.equal(said('none'), 'synced', 'no service: the wall clock is believed')
  clock.stepWall(-40 * 365 * 86_400_000)
  t.equal(said('synced'), 'unsynced', 'nobody is believed in 1986')
})
