// Vectors: python-acoustics (Leq), NWS heat index table by meteocalc, GB/T 33171-2016 Appendix C, modified z by hand.
import t from 'tap'
import { heatIndexC, heatIndexF } from './heat-index.ts'
import { leq } from './sound.ts'
import { median, modifiedZ, quantile, robustScale, theilSen } from './statistics.ts'
import { tpi } from './traffic.ts'

const near = (t: { ok(value: unknown, message: string): unknown }, found: number, expected: number, within: number) =>
  t.ok(Math.abs(found - expected) <= within, `${found} is ${expected}`)

t.test('levels are averaged by energy, never arithmetically', async (t) => {
  near(t, leq([80, 80.3, 80.6, 80.4, 79.7, 76.9]), 79.806989, 1e-6)
  near(t, leq([68, 70, 72, 71, 69, 66, 64, 70]), 69.369157, 1e-6)
  near(t, leq([55, 56, 57, 58, 59, 60, 61, 62, 63, 80]), 70.353492, 1e-6)
})

t.test('traffic index by speed ratio', async (t) => {
  const vectors = [
    [1, 0],
    [0.8, 1.3333],
    [0.7, 2],
    [0.6, 3],
    [0.5, 4],
    [0.4, 6],
    [0.3, 8],
    [0, 10],
    [1.2, 0],
  ] as const
  for (const [ratio, index] of vectors) near(t, tpi(ratio), index, 5e-5)
})

t.test('heat index by the table of the National Weather Service', async (t) => {
  const table = [
    [80, 40, 80],
    [88, 40, 88],
    [90, 40, 91],
    [96, 40, 101],
    [98, 40, 105],
    [106, 40, 124],
    [110, 40, 136],
    [80, 65, 82],
    [84, 65, 89],
    [86, 65, 93],
    [100, 65, 136],
    [86, 100, 112],
    [90, 100, 132],
  ] as const
  for (const [temperature, humidity, expected] of table)
    t.equal(Math.round(heatIndexF(temperature, humidity)), expected, `${temperature} °F ${humidity} %`)
  near(t, heatIndexF(80, 100), 89.3, 0.05)
  near(t, heatIndexF(82, 100), 96, 0.05)
  near(t, heatIndexC(30, 60), 32.8, 0.3)
})

t.test('modified z, with and without spread', async (t) => {
  const scale = robustScale([2.1, 2.3, 2.2, 2.4, 2.2, 9.9, 2.3])
  near(t, scale.median, 2.3, 1e-12)
  near(t, modifiedZ(9.9, scale) ?? 0, 51.262, 5e-4)
  t.equal(modifiedZ(5, robustScale([5, 5, 5])), 0)
  t.equal(modifiedZ(6, robustScale([5, 5, 5])), null)
  near(t, modifiedZ(6, robustScale([5, 5, 5, 5, 10])) ?? 0, 1 / 1.2533, 1e-9)
})

t.test('median and quantiles', async (t) => {
  t.equal(median([3, 1, 2]), 2)
  t.equal(median([4, 1, 2, 3]), 2.5)
  t.ok(Number.isNaN(median([])))
  near(t, quantile([55, 56, 57, 58, 59, 60, 61, 62, 63, 80], 0.9), 64.7, 1e-9)
})

t.test('a line that one wild point does not turn', async (t) => {
  const xs = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
  const line = theilSen(xs, [5, 5.3, 5.6, 5.9, 60, 6.5, 6.8, 7.1, 7.4, 7.7])
  near(t, line?.slope ?? 0, 0.3, 1e-9)
  t.ok((line?.z ?? 0) > 2)
  t.equal(theilSen([1, 2], [1, 2]), undefined)
})
