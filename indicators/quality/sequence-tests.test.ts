// Expected flags: the unit tests of ioos_qc (tests/test_qartod.py) and the vectors of the reference 6.1.
import t from 'tap'
import { aggregated, rangeFlag, rateFlags, spikeFlags, type Value } from './sequence-tests.ts'

const quarterMs = 15 * 60_000
const times = (values: readonly Value[]): number[] => values.map((_, k) => k * quarterMs)
const spikes = { suspect: 25, fail: 50 }

t.test('spike: distance from the mean of the neighbours [ioos_qc test_spike]', async (t) => {
  const values = [10, 12, 999.99, 13, 15, 40, 9, 9]
  t.strictSame(spikeFlags(values, spikes), [2, 4, 4, 4, 1, 3, 1, 2])
  t.strictSame(
    spikeFlags(
      values.map((value) => -value),
      spikes,
    ),
    [2, 4, 4, 4, 1, 3, 1, 2],
  )
  t.strictSame(spikeFlags([-100, -99, -99, -98], spikes), [2, 1, 1, 2])
  t.strictSame(
    spikeFlags([...values, null, 10, 10, 999.99, 10, null], spikes),
    [2, 4, 4, 4, 1, 3, 1, 2, 9, 2, 4, 4, 2, 9],
    'beside a gap nothing is evaluated',
  )
})

t.test('spike: measured values with one zero among them [ioos_qc test_spike_realdata]', async (t) => {
  const values = [
    -0.189, -0.0792, -0.0122, 0.0457, 0.0671, 0.0213, -0.0488, -0.1463, -0.2438, -0.3261, -0.3871, -0.4054, -0.3932,
    -0.3383, -0.2804, -0.2347, -0.2134, -0.2347, -0.2926, -0.3597, -0.442, -0.509, 0, -0.5944, -0.57, -0.4267, -0.2926,
    -0.1585, -0.0945, -0.0762,
  ]
  const flags = spikeFlags(values, { suspect: 0.5, fail: 1 })
  t.strictSame(
    flags.flatMap((flag, k) => (flag === 1 ? [] : [[k, flag]])),
    [
      [0, 2],
      [22, 3],
      [29, 2],
    ],
  )
})

t.test('spike: the peak alone, where its neighbours are not to be blamed [ioos_qc test_spike_methods]', async (t) => {
  const values = [3, 4.99, 5, 6, 8, 6, 6, 6.75, 6, 6, 5.3, 6, 6, 9, 5, null, 4, 4]
  const limits = { suspect: 0.5, fail: 1 }
  // ioos_qc calls values beside a missing one missing (9) at this version; here they are not evaluated (2).
  t.strictSame(spikeFlags(values, limits), [2, 3, 1, 1, 4, 3, 1, 3, 1, 1, 3, 1, 4, 4, 2, 9, 2, 2])
  t.strictSame(spikeFlags(values, limits, 'peak'), [2, 1, 1, 1, 4, 1, 1, 3, 1, 1, 3, 1, 1, 4, 2, 9, 2, 2])
})

t.test('rate of change: five units in a quarter of an hour [ioos_qc test_rate_of_change]', async (t) => {
  const values = [2, 10, 2.1, 3, 4, 5, 7, 10, 0, 2, 2.2, 2, 1, 2, 3, 90, 91, 92, 93, 1, 2, 3, 4, 5]
  const limit = { most: 5, perMs: quarterMs }
  const flags = rateFlags(values, times(values), limit)
  t.strictSame(
    flags.flatMap((flag, k) => (flag === 3 ? [k + 1] : [])),
    [2, 3, 9, 16, 20],
  )
  t.ok(flags.every((flag) => flag === 1 || flag === 3))
  const gap = [2, 10, 2, 3, null, null, 7, 10]
  t.strictSame(rateFlags(gap, times(gap), limit), [1, 3, 3, 1, 9, 9, 1, 1])
  t.strictSame(rateFlags([-2, -10, -2, -3], times([1, 1, 1, 1]), limit), [1, 3, 3, 1])
})

t.test('range: ends belong to it, NaN to none', async (t) => {
  t.strictSame(
    [0, 10, 10.1, 20, 20.1, -0.1, Number.NaN].map((value) => rangeFlag(value, [0, 20], [0, 10])),
    [1, 1, 3, 3, 4, 4, 4],
  )
})

t.test('the flag of a reading is the worst of its tests [ioos_qc test_qartod_compare]', async (t) => {
  t.strictSame(
    aggregated([
      [1, 1, 1, 9, 1, 1, 9, 9],
      [2, 1, 1, 1, 1, 1, 9, 9],
      [1, 3, 3, 4, 3, 1, 2, 9],
    ]),
    [1, 3, 3, 4, 3, 1, 2, 9],
  )
})
