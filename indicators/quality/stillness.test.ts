// Expected flags: the unit tests of ioos_qc (tests/test_qartod.py).
import t from 'tap'
import type { Flag } from './flags.ts'
import type { PointLimits } from './limits.ts'
import { SeriesCheck } from './series-check.ts'
import { SlidingRange } from './stillness.ts'

const minuteMs = 60_000
const dayMs = 1440 * minuteMs

function flagsOf(values: readonly number[], limits: PointLimits, everyMs: number): Flag[] {
  const check = new SeriesCheck(limits, everyMs)
  const flags: Flag[] = []
  for (const [k, value] of values.entries()) {
    check.take(k * everyMs, value, 'good', (_at, _value, flag) => flags.push(flag))
  }
  return flags
}

const flat = (suspectMinutes: number, failMinutes: number, within: number): PointLimits => ({
  flat: { within, suspectMinutes, failMinutes, source: 'test' },
})

t.test('flat line: 50 and 80 minutes at quarters of an hour [ioos_qc test_flat_line]', async (t) => {
  const values = [1, 2, 2.0001, 2, 2.0001, 2, 2.0001, 2, 4, 5, 3, 3.0001, 3.0005, 3.00001]
  const expected = [1, 1, 1, 1, 3, 3, 4, 4, 1, 1, 1, 1, 1, 3]
  t.strictSame(flagsOf(values, flat(50, 80, 0.01), 15 * minuteMs), expected)
  t.strictSame(
    flagsOf(
      values.map((value) => -value),
      flat(50, 80, 0.01),
      15 * minuteMs,
    ),
    expected,
  )
  t.strictSame(flagsOf(values.slice(1), flat(50, 80, 0.01), 15 * minuteMs), [1, 1, 1, 3, 3, 4, 4, 1, 1, 1, 1, 1, 3])
})

t.test('flat line: the sample itself is part of the run [ioos_qc test_flat_line_short_timeseries]', async (t) => {
  t.strictSame(flagsOf([5], flat(3, 5, 0.1), minuteMs), [1])
  t.strictSame(flagsOf([5, 5, 5, 5, 5, 5], flat(3, 5, 0.1), minuteMs), [1, 1, 1, 3, 3, 4])
})

t.test('an empty road is still by nature', async (t) => {
  const limits: PointLimits = {
    flat: { within: 0, suspectMinutes: 2, failMinutes: 3, stillBelow: 0.5, source: 'test' },
  }
  t.strictSame(flagsOf([0, 0, 0, 0, 0], limits, minuteMs), [1, 1, 1, 1, 1])
  t.strictSame(flagsOf([7, 7, 7, 7, 7], limits, minuteMs), [1, 1, 3, 4, 4])
})

t.test(
  'attenuated signal: range over two days, 100 suspect, 10 fail [ioos_qc test_attenuated_signal_time_window]',
  async (t) => {
    const range = new SlidingRange(2 * dayMs, dayMs)
    t.strictSame(
      [1, 2, 3, 100, 1000].map((value, k) => range.take(k * dayMs, value)),
      [Number.NaN, 1, 1, 97, 900],
    )
    const limits: PointLimits = { attenuated: { minutes: 2880, suspect: 100, fail: 10, source: 'test' } }
    // The first value is not evaluated by this test (2 there); the other tests let it pass.
    t.strictSame(flagsOf([1, 2, 3, 100, 1000], limits, dayMs), [1, 4, 4, 3, 1])
  },
)
