import t from 'tap'
import { measuring } from '../testing/measuring.ts'
import { approachesOf, minutesTo, riseOf } from './threshold.ts'

const minutes = Array.from({ length: 11 }, (_, k) => k)

t.test('5 to 8 cm in ten minutes reaches 15 cm after 23.3 more', async (t) => {
  const rise = riseOf(
    minutes,
    minutes.map((x) => 5 + 0.3 * x),
    1,
  )
  t.ok(Math.abs(minutesTo(rise!, 15) - 70 / 3) < 1e-9)
  t.equal(minutesTo(rise!, 7), 0, 'passed already')
})

t.test('one wild reading changes nothing', async (t) => {
  const ys = minutes.map((x) => 5 + 0.3 * x)
  ys[4] = 90
  t.ok(Math.abs(minutesTo(riseOf(minutes, ys, 1)!, 15) - 70 / 3) < 0.5)
})

t.test(
  'nothing is said of still water, noise, falling water, a small rise, a crest and too few readings',
  async (t) => {
    t.equal(
      riseOf(
        minutes,
        minutes.map(() => 8),
        1,
      ),
      undefined,
    )
    t.equal(riseOf(minutes, [5, 5.4, 4.9, 5.2, 5.1, 5.5, 4.8, 5.3, 5, 5.2, 5.1], 1), undefined)
    t.equal(
      riseOf(
        minutes,
        minutes.map((x) => 8 - 0.3 * x),
        1,
      ),
      undefined,
    )
    t.equal(
      riseOf(
        minutes,
        minutes.map((x) => 5 + 0.05 * x),
        1,
      ),
      undefined,
    )
    t.equal(riseOf(minutes, [5, 6, 7, 8, 9, 10, 11, 12, 11.8, 11.5, 11.2], 1), undefined)
    t.equal(riseOf(minutes, [5, 9, 4, 8, 5, 9, 4.5, 8.5, 5.5, 9, 9.5], 0.1), undefined)
    t.equal(riseOf([0, 1, 2], [5, 6, 7], 1), undefined)
  },
)

t.test('a rise that has just begun counts by itself, not by the calm before it', async (t) => {
  const xs = Array.from({ length: 41 }, (_, k) => k / 4)
  const rise = riseOf(
    xs,
    xs.map((x) => Math.max(0, 4 * (x - 8))),
    1,
  )
  t.ok(Math.abs((rise?.perMinute ?? 0) - 4) < 0.5, `${rise?.perMinute}`)
})

t.test('where hazards head: rising, calm, just silent and long silent', async (t) => {
  const now = Date.parse('2026-06-12T09:00:00+08:00')
  const road = measuring('RENL-01', { 'road-water': 3 })
  for (let second = -600; second <= 0; second += 10) {
    road.feed('road-water-1', 'depth', now + second * 1000, 12 + second / 60)
    road.feed('road-water-2', 'depth', now + second * 1000, 4)
    if (second < -300) road.feed('road-water-3', 'depth', now + second * 1000, 20 + second / 60)
  }
  const { definition, sites } = road.scoped()!
  const at = (then: number) => approachesOf(definition, sites, then)
  const [rising, calm, ...others] = at(now)
  t.match(rising, { terminal: 'road-water-1', point: 'depth', at: now, value: 12 })
  t.ok(Math.abs((rising?.perMinute ?? 0) - 1) < 0.05)
  t.match(calm, { terminal: 'road-water-2', perMinute: 0 })
  t.same(others, [], 'silence of minutes says nothing, neither that it rises nor that it does not')
  const later = at(now + 3_600_000)
  t.ok(later.length === 3 && later.every(({ perMinute }) => perMinute === 0), 'after an hour nothing is known to rise')
})
