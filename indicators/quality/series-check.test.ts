import type { Quality } from '@civitals/contracts/quality'
import fc from 'fast-check'
import t from 'tap'
import { type Flag, testsOf } from './flags.ts'
import type { PointLimits } from './limits.ts'
import { SeriesCheck } from './series-check.ts'

const minuteMs = 60_000
const usual: PointLimits = {
  range: { sensor: [0, 1000], user: [0, 500], zeroNoise: 3, source: 'test' },
  step: { most: 60, perMinutes: 1, source: 'test' },
  spike: { suspect: 40, fail: 80, source: 'test' },
  flat: { within: 0, suspectMinutes: 60, failMinutes: 120, source: 'test' },
}
const hazard: PointLimits = { ...usual, hazard: true }

type Told = readonly [minute: number, value: number, flag: Flag, tests: string, late?: string]
type Fed = readonly [minute: number, value: number | null, quality?: Quality]

function told(readings: readonly Fed[], limits: PointLimits = usual): Told[] {
  const check = new SeriesCheck(limits, minuteMs)
  const verdicts: Told[] = []
  const keep = (at: number, value: number, flag: Flag, tests: number, late: boolean): void => {
    const told = [at / minuteMs, value, flag, testsOf(tests).join('+')] as const
    verdicts.push(late ? [...told, 'late'] : told)
  }
  for (const [minute, value, quality = 'good'] of readings) check.take(minute * minuteMs, value, quality, keep)
  check.flush(keep)
  return verdicts
}

t.test('a spike fails when the next reading has shown that it was one; what surrounds it passes', async (t) => {
  t.strictSame(
    told([
      [0, 20],
      [1, 21],
      [2, 400],
      [3, 22],
      [4, 23],
    ]),
    [
      [0, 20, 1, ''],
      [1, 21, 1, ''],
      [2, 400, 4, 'rate+spike'],
      [3, 22, 1, ''],
      [4, 23, 1, ''],
    ],
  )
})

t.test('a jump that stays is no spike: it is suspect once and counts', async (t) => {
  t.strictSame(
    told([
      [0, 20],
      [1, 400],
      [2, 401],
      [3, 402],
    ]),
    [
      [0, 20, 1, ''],
      [1, 400, 3, 'rate'],
      [2, 401, 1, ''],
      [3, 402, 1, ''],
    ],
  )
})

t.test('of a hazard nothing is kept back, and a spike, a step and a flat line are suspect at most', async (t) => {
  const check = new SeriesCheck(hazard, minuteMs)
  let seen: Flag[] = []
  const keep = (_at: number, _value: number, flag: Flag) => seen.push(flag)
  check.take(0, 20, 'good', keep)
  check.take(minuteMs, 400, 'good', keep)
  t.strictSame(seen, [1, 3], 'said at once')
  seen = []
  for (let minute = 2; minute < 300; minute++) check.take(minute * minuteMs, 400, 'good', keep)
  t.equal(seen.at(-1), 3, 'a flat line that would fail elsewhere')
  t.notOk(seen.includes(4))
})

t.test('whatever a hazard shows within its sensor range, it scores', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { maxLength: 200 }), (values) =>
      told(
        values.map((value, k) => [k, value]),
        hazard,
      ).every(([, value, flag]) => flag !== 4 && Number.isFinite(value)),
    ),
  )
  t.pass('held')
})

t.test('bad input has a defined result each', async (t) => {
  t.strictSame(told([[0, Number.NaN]]), [[0, Number.NaN, 4, 'syntax']], 'NaN')
  t.strictSame(told([[0, Number.POSITIVE_INFINITY]]), [[0, Number.NaN, 4, 'syntax']], 'infinity')
  t.strictSame(told([[0, null, 'comm_fail']]), [[0, Number.NaN, 9, '']], 'nothing came')
  t.strictSame(told([[0, 5000]]), [[0, 5000, 4, 'range']], 'a unit that does not match')
  t.strictSame(told([[0, 600]]), [[0, 600, 3, 'range']], 'beyond what is usual')
  t.strictSame(told([[0, 50, 'out_of_range']]), [[0, 50, 4, 'device']], 'the terminal says it fails')
  t.strictSame(told([[0, 50, 'uncertain']]), [[0, 50, 3, 'device']], 'the terminal has doubts')
  t.strictSame(told([[0, -2]]), [[0, 0, 1, '']], 'noise about zero scores as zero')
  t.strictSame(told([[0, -4]]), [[0, -4, 4, 'range']], 'more than noise')
})

t.test('twice the same instant counts once, and a contradiction is said', async (t) => {
  t.strictSame(
    told([
      [0, 20],
      [0, 20],
    ]),
    [[0, 20, 1, '']],
  )
  t.strictSame(
    told([
      [0, 20],
      [0, 30],
    ]),
    [
      [0, 20, 1, ''],
      [0, Number.NaN, 3, 'time', 'late'],
    ],
  )
})

t.test('a late reading is held against the ranges alone and disturbs nothing', async (t) => {
  t.strictSame(
    told([
      [5, 20],
      [3, 400],
      [2, 5000],
      [6, 21],
    ]),
    [
      [5, 20, 1, ''],
      [3, 400, 1, '', 'late'],
      [2, 5000, 4, 'range', 'late'],
      [6, 21, 1, ''],
    ],
  )
})

t.test('after a gap there is nothing to compare with', async (t) => {
  t.strictSame(
    told([
      [0, 20],
      [10, 400],
      [11, 401],
    ]),
    [
      [0, 20, 1, ''],
      [10, 400, 1, ''],
      [11, 401, 1, ''],
    ],
  )
  t.strictSame(
    told([
      [0, 20],
      [1, 400],
      [20, 21],
    ])[1],
    [1, 400, 3, 'rate'],
    'kept back and never decided',
  )
})

t.test('every reading gets one verdict, in order, whatever comes', async (t) => {
  const value = fc.oneof(fc.double({ min: -10, max: 1100 }), fc.constant(null), fc.constant(7))
  fc.assert(
    fc.property(fc.array(value, { maxLength: 100 }), (values) => {
      const verdicts = told(values.map((one, k) => [k, one, one === null ? 'stale' : 'good'] as const))
      return verdicts.length === values.length && verdicts.every(([minute], k) => minute === k)
    }),
  )
  t.pass('held')
})
