// Section 6.4 of the reference: selection by rolling-origin MASE, the naive where it is better, split-conformal intervals.
import t from 'tap'
import { demandLike, normals } from '../testing/made-series.ts'
import { forecastHours, historyHours } from './forecast.ts'
import { climb } from './ladder/ladder.ts'

const forecastOf = (values: Float64Array, bounds?: readonly [number, number]) => {
  const outcome = forecastHours({ values, ...(bounds ? { bounds } : {}) })
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.forecast
}
const finite = (values: Float64Array): boolean => values.length === 24 && values.every(Number.isFinite)

t.test('a weekly rhythm in noise is forecast better than last week repeated', async (t) => {
  const y = demandLike(historyHours + 24, 1)
  const { model, season, values, skill, mase, naiveMase } = forecastOf(y.subarray(0, historyHours))
  t.equal(season, 168)
  t.not(model, 'seasonal-naive-168')
  t.ok((skill ?? 0) > 0.1 && (mase ?? 9) < (naiveMase ?? 0))
  let [error, naive] = [0, 0]
  for (let h = 0; h < 24; h++) {
    error += Math.abs((y[historyHours + h] ?? 0) - (values[h] ?? 0))
    naive += Math.abs((y[historyHours + h] ?? 0) - (y[historyHours + h - 168] ?? 0))
  }
  t.ok(error < naive, 'on hours no model has seen')
})

t.test('the naive wins where it is better', async (t) => {
  const noise = normals(3)
  const profile = Float64Array.from({ length: 168 }, () => 50 * noise())
  const y = Float64Array.from({ length: historyHours }, (_, k) => (profile[k % 168] ?? 0) + 0.01 * noise())
  const { model, skill } = forecastOf(y)
  t.ok(model === 'seasonal-naive-168' ? skill === 0 : (skill ?? -1) > 0.03, `${model} ${skill}`)
  const exact = Float64Array.from({ length: 200 }, (_, k) => (k % 24 === 7 ? 100 : 0))
  t.match(forecastOf(exact), { season: 24, model: 'seasonal-naive-24' }, 'nothing beats what repeats to the digit')
})

t.test('with less than three weeks the day is the season, with less than one nothing is said', async (t) => {
  const y = demandLike(historyHours, 4)
  t.equal(forecastOf(y.subarray(0, 503)).season, 24)
  t.equal(forecastOf(y.subarray(0, 504)).season, 168)
  t.ok(finite(forecastOf(y.subarray(0, 168)).values))
  t.same(forecastHours({ values: y.slice(0, 167) }), { ok: false, reason: 'too-little-history' })
  t.same(forecastHours({ values: new Float64Array() }), { ok: false, reason: 'too-little-history' })
})

t.test(
  'gaps are stepped over; too many, an old end or nothing but gaps give no forecast, never a number',
  async (t) => {
    const y = demandLike(historyHours, 5)
    const whole = forecastOf(y)
    const holed = y.map((value, k) => (k % 11 === 3 || (k > 300 && k < 340) ? Number.NaN : value))
    const around = forecastOf(holed)
    for (const band of [around.values, around.wide.low, around.wide.high, around.narrow.low, around.narrow.high])
      t.ok(finite(band))
    const apart = around.values.reduce((sum, value, h) => sum + Math.abs(value - (whole.values[h] ?? 0)) / 24, 0)
    t.ok(apart < 8, `mean ${apart} from the forecast without gaps, noise 4`)
    t.same(forecastHours({ values: y.map((v, k) => (k % 2 ? v : Number.NaN)) }), { ok: false, reason: 'too-many-gaps' })
    t.same(forecastHours({ values: y.map((v, k) => (k > historyHours - 6 ? Number.NaN : v)) }), {
      ok: false,
      reason: 'stale',
    })
    t.same(forecastHours({ values: y.map(() => Number.NaN) }), { ok: false, reason: 'too-little-history' })
  },
)

t.test('a series that never moves is forecast as it is and measured by nothing', async (t) => {
  const { values, wide, mase, skill } = forecastOf(new Float64Array(historyHours).fill(7))
  t.ok(values.every((value) => value === 7) && wide.low.every((value) => value === 7))
  t.same([mase, skill], [null, null])
})

t.test('a forecast stays where the quantity can be, and bands hold each other', async (t) => {
  const noise = normals(8)
  const rain = Float64Array.from({ length: historyHours }, () => Math.max(0, noise() - 1))
  const { values, wide, narrow } = forecastOf(rain, [0, 1])
  for (let h = 0; h < 24; h++) {
    const row = [wide.low[h], narrow.low[h], narrow.high[h], wide.high[h]].map((one) => one ?? Number.NaN)
    t.same(
      row,
      [...row].sort((a, b) => a - b),
    )
    t.ok(row.every((value) => value >= 0 && value <= 1) && (values[h] ?? -1) >= 0)
  }
})

t.test('no model looks behind its origin', async (t) => {
  const y = demandLike(historyHours, 6)
  const origins = [504, 517, 530]
  const before = climb({ y, origins, horizon: 24 })
  for (const [k, end] of origins.entries()) {
    const other = climb({ y: y.map((value, i) => (i < end ? value : 1e6)), origins, horizon: 24 })
    for (const [name, forecasts] of before) {
      const row = (all: Float64Array | undefined) => all?.slice(k * 24, k * 24 + 24)
      t.same(row(other.get(name)), row(forecasts), `${name} at ${end}`)
    }
  }
  t.equal(before.size, 8)
})

t.test('a nominal 90 % interval holds 85 to 95 % of what comes, a 50 % one about half', async (t) => {
  let [inside, middle, cases] = [0, 0, 0]
  for (let seed = 10; seed < 50; seed++) {
    const y = demandLike(historyHours + 24, seed)
    const { wide, narrow } = forecastOf(y.subarray(0, historyHours))
    for (let h = 0; h < 24; h++) {
      const actual = y[historyHours + h] ?? Number.NaN
      if (actual >= (wide.low[h] ?? 0) && actual <= (wide.high[h] ?? 0)) inside++
      if (actual >= (narrow.low[h] ?? 0) && actual <= (narrow.high[h] ?? 0)) middle++
      cases++
    }
  }
  t.ok(inside / cases > 0.85 && inside / cases < 0.95, `${inside} of ${cases}`)
  t.ok(middle / cases > 0.42 && middle / cases < 0.58, `${middle} of ${cases}`)
})
