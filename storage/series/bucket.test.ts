import t from 'tap'
import { bucketRows, bucketStart } from './bucket.ts'
import type { SeriesRow } from './port.ts'

const row = (at: number, value: number | null, quality: SeriesRow['quality'] = 'good'): SeriesRow => ({
  at,
  value,
  quality,
})

t.test('buckets before 1970 start at whole multiples too', async (t) => {
  t.same(
    [-1, 0, 59_999, 60_000].map((at) => bucketStart(at, 60_000)),
    [-60_000, 0, 0, 60_000],
  )
})

t.test('only readings that count enter; without any, the newest says why', async (t) => {
  const rows = [row(0, 5, 'out_of_range'), row(1, null, 'stale'), row(100, 4), row(101, 8, 'uncertain')]
  t.same(bucketRows(rows, 100, false), [
    { at: 0, value: null, quality: 'stale', count: 0 },
    { at: 100, value: 6, quality: 'uncertain', count: 2, min: 4, max: 8 },
  ])
})

// n equal sources add 10·lg n: one of ten seconds at 80 dB and nine of silence (0 dB) make 70.0 dB, not 8 dB.
t.test('the energy mean follows the loud part', async (t) => {
  const rows = Array.from({ length: 10 }, (_, at) => row(at, at === 0 ? 80 : 0))
  const [bucket] = bucketRows(rows, 100, true)
  t.ok(Math.abs((bucket?.value ?? 0) - 70) < 1e-6)
  t.match(bucket, { min: 0, max: 80, count: 10 })
})
