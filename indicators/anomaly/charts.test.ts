// Expected values: NIST/SEMATECH e-Handbook 6.3.2.4 (EWMA), Montgomery's example 9.1 (CUSUM), reference 6.2 (modified z).
import t from 'tap'
import { modifiedZ, robustScale } from '../formulas/statistics.ts'
import { Cusum } from './cusum.ts'
import { Ewma, ewmaHalfWidth } from './ewma.ts'

t.test('EWMA: the twenty values of the handbook, and no signal', async (t) => {
  const limits = { mean: 50, sigma: 2.0539 }
  t.equal((50 + ewmaHalfWidth(limits)).toFixed(4), '52.5884')
  t.equal((50 - ewmaHalfWidth(limits)).toFixed(4), '47.4116')
  const data = [
    52, 47, 53, 49.3, 50.1, 47, 51, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1,
  ]
  const expected = [
    50.6, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33, 50.11, 49.36, 49.52, 50.05, 49.38, 49.92,
    50.73, 51.23, 51.94, 51.99,
  ]
  const chart = new Ewma(limits)
  for (const [k, value] of data.entries()) {
    const point = chart.take(value)
    t.ok(Math.abs(point.value - (expected[k] ?? 0)) <= 0.00501, `${k + 1}: ${point.value}`)
    t.equal(point.signal, false)
  }
  t.equal(chart.take(60).signal, true)
})

t.test('CUSUM: thirty values whose mean rises by one sigma after the twentieth, found at the 29th', async (t) => {
  const data = [
    9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.2, 10.34, 9.03, 11.47, 10.51, 9.4, 10.08, 9.37, 10.62, 10.31,
    8.52, 10.84, 10.9, 9.33, 12.29, 11.5, 10.6, 11.08, 10.38, 11.62, 11.31, 10.52,
  ]
  const chart = new Cusum({ mean: 10, slack: 0.5, decision: 5 })
  const points = data.map((value) => chart.take(value))
  t.equal(
    points.findIndex(({ signal }) => signal !== 0),
    28,
  )
  t.equal(points[28]?.high.toFixed(2), '5.28')
  t.equal(points[28]?.since, 7, 'counting back, the shift began after the 22nd')
  t.equal(points[29]?.high.toFixed(2), '5.30')
  t.equal(points[1]?.low.toFixed(2), '1.56')
})

t.test('modified z: one value far out, and a sample whose MAD is 0', async (t) => {
  const scale = robustScale([2.1, 2.3, 2.2, 2.4, 2.2, 9.9, 2.3])
  t.equal(scale.median, 2.3)
  t.equal(modifiedZ(9.9, scale)?.toFixed(3), '51.262')
  const flat = robustScale([5, 5, 5, 5, 9])
  t.equal(modifiedZ(9, flat)?.toFixed(4), (4 / (1.2533 * 0.8)).toFixed(4), '1.2533 x mean absolute deviation')
})
