import t from 'tap'
import type { PointView } from '../../../api/shapes.ts'
import { fixtureBody } from '../../../test/fixture-body.ts'
import { quantile } from './fan.ts'
import { trendModel } from './model.ts'

const now = Date.UTC(2026, 5, 12, 9, 0, 0)
const minute = 60_000
const depth: PointView = {
  id: 'depth',
  unit: 'cm',
  name: { zh: '', en: '' },
  resolution: 0.1,
  normal: [0, 3],
  reading: null,
}
const indicators = fixtureBody(now, 49).systems.flatMap((system) => system.indicators)
const rising = Array.from({ length: 30 }, (_, place) => ({ at: now - (29 - place) * minute, value: 5 + place * 0.45 }))
const series = 'road-water-01/depth'

t.test('limits of a vital sign are drawn on its series, and the axis shows them', async (t) => {
  const model = trendModel(rising, series, depth, indicators, now, 3 * minute, 180 * minute)
  t.same(model.limits, [
    { value: 15, grade: 'C' },
    { value: 27, grade: 'D' },
  ])
  t.ok(model.high > 27)
  t.equal(model.low, 0)
  t.same(model.band, [0, 3])
})

t.test('a forecast makes room ahead and has a band that holds it', async (t) => {
  const model = trendModel(rising, series, depth, indicators, now, 3 * minute, 180 * minute)
  t.ok(model.forecast)
  t.equal(model.to - now, 60 * minute)
  t.ok(model.fan && model.fan.wide[0] <= model.fan.narrow[0] && model.fan.narrow[1] <= model.fan.wide[1])
})

t.test('a series that is no vital sign has no limits and no forecast', async (t) => {
  const model = trendModel(
    rising,
    'air-01/pm25',
    { ...depth, unit: 'ug/m3' },
    indicators,
    now,
    3 * minute,
    180 * minute,
  )
  t.same([model.limits, model.forecast, model.fan], [[], undefined, undefined])
})

t.test('two readings far apart are not joined', async (t) => {
  const points = [rising[0]!, rising[1]!, rising[20]!]
  const model = trendModel(points, series, depth, indicators, now, 3 * minute, 180 * minute)
  t.same(
    model.points.map((one) => one.value === null),
    [false, false, true, false],
  )
})

t.test('no readings at all draw an empty chart', async (t) => {
  const model = trendModel([], 'x/y', depth, [], now, minute, 180 * minute)
  t.equal(model.last, undefined)
  t.ok(model.high > model.low)
})

t.test('quantiles interpolate between order statistics', async (t) => {
  t.equal(quantile([1, 2, 3, 4], 0.5), 2.5)
  t.equal(quantile([7], 0.95), 7)
})

t.test('over a day the hourly forecast makes room for itself; over hours it is too coarse', async (t) => {
  const hour = 60 * minute
  const from = Math.floor(now / hour) * hour
  const hours = Array.from({ length: 24 }, (_, k) => ({
    at: from + k * hour,
    value: 70,
    wide: [50, 90 + k] as [number, number],
    narrow: [60, 80] as [number, number],
  }))
  const modelOver = (backMs: number) =>
    trendModel(rising, 'air-01/pm25', { ...depth, unit: 'ug/m3' }, indicators, now, 3 * minute, backMs, hours)
  const day = modelOver(24 * hour)
  t.equal(day.to - now, 8 * hour)
  t.same([day.hours.length, day.hours[0]?.at], [8, from + 30 * minute])
  t.ok(day.high >= 97, 'the axis holds the band')
  const short = modelOver(3 * hour)
  t.same(short.hours, [])
  t.ok(short.to - now < hour)
})
