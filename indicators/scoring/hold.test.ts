import t from 'tap'
import { measuring } from '../testing/measuring.ts'

const now = Date.parse('2026-06-12T09:00:00+08:00')
const minuteMs = 60_000

t.test('a gap is held at the last valid score while the hold lasts, and never shown as a score', async (t) => {
  // DIGE-01 holds six hours and looks one hour back.
  const bins = measuring('DIGE-01', { bin: 2 })
  for (const bin of ['bin-1', 'bin-2']) bins.feed(bin, 'fill', now, 20)
  t.match(bins.measure(now), { result: { valid: true, score: 100, quality: 'good' }, held: null, credit: 0 })
  const later = bins.measure(now + 3 * 60 * minuteMs)
  t.match(later.result, { valid: false, score: null, grade: 'N', quality: 'stale', value: 0, reason: /held at 100.0/ })
  t.equal(later.held, 100)
  t.ok(Math.abs(later.credit - 0.5 ** 0.5) < 1e-9, 'half way through its hold')
  const after = bins.measure(now + 7 * 60 * minuteMs)
  t.match(after, { held: null, credit: 0, result: { quality: 'stale' } })
})

t.test('what was never known is missing', async (t) => {
  t.match(measuring('DIGE-01', { bin: 2 }).measure(now), {
    held: null,
    result: { valid: false, value: null, at: null, quality: 'missing', detail: { why: { code: 'too-little-data' } } },
  })
  t.match(measuring('DIGE-01', {}).measure(now).result.detail, { why: { code: 'no-terminals' } })
})

t.test('a vital sign that is held counts for the ceiling and not for the coverage', async (t) => {
  const gas = measuring('IMMU-01', { gas: 1 })
  gas.feed('gas-1', 'concentration', now, 30)
  gas.measure(now)
  const silent = gas.measure(now + 30 * minuteMs)
  t.equal(silent.credit, 0)
  t.ok((silent.held ?? 100) < 50)
})

t.test(
  'a silent site that is worse than the rest stands for them, beyond its hold as well, until it is heard',
  async (t) => {
    const road = measuring('RENL-01', { 'road-water': 3 })
    for (const gauge of ['road-water-1', 'road-water-2', 'road-water-3'])
      road.feed(gauge, 'depth', now, gauge.endsWith('1') ? 20 : 0)
    t.match(road.measure(now).result, { value: 20, quality: 'good' })
    const rest = (at: number) => {
      for (const gauge of ['road-water-2', 'road-water-3']) road.feed(gauge, 'depth', at, 0)
      return road.measure(at).result
    }
    t.match(rest(now + 30 * minuteMs), { value: 20, quality: 'stale', worst: { terminal: 'road-water-1' } })
    t.match(rest(now + 61 * minuteMs), { value: 20, coverage: 2 / 3, detail: { why: { code: 'site-lost' } } })
    road.feed('road-water-1', 'depth', now + 70 * minuteMs, 1)
    t.match(rest(now + 70 * minuteMs), { value: 1, quality: 'good', coverage: 1 })
  },
)
