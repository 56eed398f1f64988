import fc from 'fast-check'
import t from 'tap'
import { backoffMs } from './backoff.ts'

t.test('the bound doubles from half a second to half a minute, and the wait is a random share of it', async (t) => {
  const bounds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 100].map((attempt) => backoffMs(attempt, () => 1))
  t.same(bounds, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000])
  t.equal(
    backoffMs(3, () => 0.25),
    1000,
  )
})

t.test('never a busy loop, never longer than half a minute', async () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
      const wait = backoffMs(attempt, () => random)
      return wait >= 50 && wait <= 30_000
    }),
  )
})
