// Two polls answered within a millisecond keep both values: a series has one value at one time.
import fc from 'fast-check'
import t from 'tap'
import { PollTimes } from './poll-times.ts'

t.test('polls answered within one millisecond stand one after the other', async (t) => {
  const times = new PollTimes()
  const stamps = [1_000, 1_000, 1_000.4, 1_000.6, 1_001, 1_020].map((at) => times.stamp('t1', at))
  t.same(stamps, [1_000, 1_001, 1_002, 1_003, 1_004, 1_020])
  t.equal(times.stamp('t2', 1_020), 1_020, 'terminals do not push each other')
})

t.test('a clock that was set back is followed at once', async (t) => {
  const times = new PollTimes()
  times.stamp('t1', 5_000_000)
  t.same(
    [1_400_000, 1_400_500].map((at) => times.stamp('t1', at)),
    [1_400_000, 1_400_500],
  )
})

t.test('while the clock runs forward no two are alike, and none is off by more than the crowd before it', async (t) => {
  const steps = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 19 })
  fc.assert(
    fc.property(steps, (gaps) => {
      const times = new PollTimes()
      let at = 1_000_000
      const stamped = gaps.map((gap) => {
        at += gap
        return [at, times.stamp('t1', at)] as const
      })
      t.equal(new Set(stamped.map(([, stamp]) => stamp)).size, gaps.length)
      return stamped.every(([true_, stamp], place) => stamp >= true_ && stamp - true_ <= place)
    }),
    { seed: 20261129 },
  )
})
