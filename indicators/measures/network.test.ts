import t from 'tap'
import { measuring } from '../testing/measuring.ts'
import { batchOf } from '../testing/pilot.ts'

const now = Date.parse('2026-06-12T09:00:00+08:00')
const hourMs = 3_600_000

t.test('a terminal is online within three of its reporting periods', async (t) => {
  const net = measuring('NERV-01', { air: 2 })
  net.feed('air-1', 'x', now - 170_000, 1)
  net.feed('air-2', 'x', now - 181_000, 1)
  t.match(net.measure(now).result, { value: 50, worst: { terminal: 'air-2' }, detail: { silent: ['air-2'] } })
})

t.test('completeness is owed from the first reading of the platform, by silent terminals too', async (t) => {
  const net = measuring('NERV-02', { air: 2 })
  net.every('air-1', 'x', [now - 2 * hourMs, now], 1)
  t.equal(net.measure(now).result.value, 50)
})

t.test('readings that failed a check are received and not valid; what never came is neither', async (t) => {
  const net = measuring('NERV-03', { air: 1 })
  for (const [k, quality] of (['good', 'good', 'uncertain', 'out_of_range', 'comm_fail'] as const).entries())
    net.feed('air-1', 'x', now - (k + 1) * 60_000, quality === 'comm_fail' ? null : 1, quality)
  t.equal(net.measure(now).result.value, 50)
})

t.test('delay is the 95th percentile of at least a hundred messages', async (t) => {
  const net = measuring('NERV-04', { air: 1 })
  const message = (k: number) => {
    const reading = { terminal: 'air-1', point: 'x', at: now - 1000 * (k + 1), value: 1, quality: 'good' as const }
    net.windows.settle(batchOf([reading], now))
  }
  for (let k = 0; k < 99; k++) message(k)
  t.equal(net.measure(now).result.valid, false)
  message(99)
  t.ok(Math.abs((net.measure(now).result.value ?? 0) - 95.05) < 1e-9)
})

t.test('complaints against the usual; a hotline silent for half a day is not content', async (t) => {
  const mood = measuring('PSYC-01', {})
  for (let at = now - 58 * 24 * hourMs; at < now; at += hourMs) mood.counts.set(at, 5)
  mood.counts.record(now, 125)
  t.match(mood.measure(now).result, { value: 2, score: 50 })
  t.match(mood.measure(now + 13 * hourMs).result.detail, { why: { code: 'no-reports' } })
})
