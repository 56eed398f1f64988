import t from 'tap'
import { bucketForPixels, durationMs, instant, rangeOf } from './times.ts'

const now = Date.UTC(2026, 5, 12, 9, 0, 0)

t.test('durations of queries', async (t) => {
  t.same(['500ms', '10s', '1min', '1.5h', '1d'].map(durationMs), [500, 10_000, 60_000, 5_400_000, 86_400_000])
  for (const wrong of ['', '10', 'min', '0s', '-1h', '1 h'])
    t.throws(() => durationMs(wrong), { code: 'CIV_DASHBOARDS_BAD_TIME' })
})

t.test('instants: milliseconds, ISO 8601 with offset, or before now', async (t) => {
  t.equal(instant('1781254800000', now), 1_781_254_800_000)
  t.equal(instant('2026-06-12T17:00:00+08:00', now), now)
  t.equal(instant('2026-06-12T09:00:00Z', now), now)
  t.equal(instant('-3h', now), now - 10_800_000)
  for (const wrong of ['noon', '2026-06-12T09:00:00', '2026-13-01']) t.throws(() => instant(wrong, now))
})

t.test('a range ends now and begins its usual time before', async (t) => {
  t.same(rangeOf({}, now, 1000), { from: now - 1000, to: now })
  t.same(rangeOf({ from: '0', to: '5', every: '1s' }, now, 1000), { from: 0, to: 5, everyMs: 1000 })
})

t.test('as many buckets as a chart has pixels, of a length people read', async (t) => {
  const [hour, day] = [3_600_000, 86_400_000]
  t.equal(bucketForPixels(30 * day, 720), hour)
  t.equal(bucketForPixels(day, 720), 120_000)
  t.equal(bucketForPixels(900_000, 1000), 1000)
  t.equal(bucketForPixels(5 * 365 * day, 500), 4 * day)
  t.same(rangeOf({ from: '0', to: `${30 * day}`, pixels: 800 }, now, hour), { from: 0, to: 30 * day, everyMs: hour })
  t.same(rangeOf({ pixels: 800, every: '1min' }, now, hour).everyMs, 60_000, '`every` goes first')
})
