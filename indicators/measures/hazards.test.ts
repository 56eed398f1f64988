import t from 'tap'
import { measuring } from '../testing/measuring.ts'

const now = Date.parse('2026-06-12T09:00:00+08:00')
const minuteMs = 60_000

t.test('gas counts once it has stood for thirty seconds', async (t) => {
  const gas = measuring('IMMU-01', { gas: 1 })
  for (let second = 0; second < 120; second += 5) gas.feed('gas-1', 'concentration', now - 120_000 + second * 1000, 1)
  gas.feed('gas-1', 'concentration', now - 5000, 60)
  t.equal(gas.measure(now).result.value, 1, 'one spike')
  for (let second = 0; second <= 30; second += 5) gas.feed('gas-1', 'concentration', now + second * 1000, 60)
  t.match(gas.measure(now + 31_000).result, { value: 60, grade: 'E' })
})

t.test('a detector that reports rarely counts by its newest reading, one at fault not at all', async (t) => {
  const gas = measuring('IMMU-01', { gas: 1 }, 10 * minuteMs)
  gas.feed('gas-1', 'concentration', now - 9 * minuteMs, 24)
  t.equal(gas.measure(now).result.value, 24)
  gas.feed('gas-1', 'fault', now - 9 * minuteMs, 1)
  t.equal(gas.measure(now).result.valid, false)
})

t.test('an open or tilted cover counts, a quiver does not', async (t) => {
  const covers = measuring('IMMU-05', { cover: 4 })
  const set = (cover: number, tilt: number, open: number) => {
    covers.feed(`cover-${cover}`, 'tilt', now - 1000, tilt)
    covers.feed(`cover-${cover}`, 'open', now - 1000, open)
  }
  for (const cover of [1, 2, 3, 4]) set(cover, 2, 0)
  t.equal(covers.measure(now).result.value, 0)
  covers.feed('cover-1', 'tilt', now - 500, 40)
  t.equal(covers.measure(now).result.value, 0, 'within the same five seconds it lay flat')
  covers.feed('cover-1', 'tilt', now + 6000, -40)
  t.match(covers.measure(now + 7000).result, { value: 25, grade: 'E', worst: { terminal: 'cover-1' } })
})

t.test('too few covers online: a quiet rest is unknown, a bad one is published', async (t) => {
  const covers = measuring('IMMU-05', { cover: 4 })
  for (const cover of [1, 2, 3]) {
    covers.feed(`cover-${cover}`, 'tilt', now - 1000, 0)
    covers.feed(`cover-${cover}`, 'open', now - 1000, 0)
  }
  t.match(covers.measure(now).result, { valid: false, grade: 'N' })
  covers.feed('cover-2', 'open', now, 1)
  t.match(covers.measure(now).result, { valid: true, grade: 'E', detail: { why: { code: 'already-bad' } } })
})

t.test('the pass rate counts samples of all gauges, the limit itself passes', async (t) => {
  const supply = measuring('RENL-04', { supply: 2 })
  supply.every('supply-1', 'pressure', [now - 5 * 3_600_000, now], 0.14)
  supply.every('supply-2', 'pressure', [now - 5 * 3_600_000, now], (at) => (at < now - 4.5 * 3_600_000 ? 0.139 : 0.3))
  const { result } = supply.measure(now)
  t.ok(Math.abs((result.value ?? 0) - 95) < 1e-9, '30 of 600 fail')
  t.match(result, { grade: 'C', worst: { terminal: 'supply-2' } })
})

t.test('the duration of water above the limit runs without a break up to now', async (t) => {
  const road = measuring('RENL-02', { 'road-water': 1 })
  road.every('road-water-1', 'depth', [now - 60 * minuteMs, now], (at) => (at < now - 25 * minuteMs ? 10 : 20))
  t.equal(road.measure(now).result.value, 25, 'the newest minute has not been seen to end it')
})
