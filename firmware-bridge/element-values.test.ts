import t from 'tap'
import { elementValues } from './element-values.ts'
import type { ElementPoint, ElementProfile } from './profile.ts'

const point = (id: string, read: ElementPoint['read'], more: Partial<ElementPoint> = {}): ElementPoint => ({
  ...{ id, name: { zh: id, en: id }, unit: 'none', class: 'normal', resolution: 0.1, range: [0, 1000], read },
  ...more,
})
const profile = (...points: ElementPoint[]): Pick<ElementProfile, 'points'> => ({ points })

t.test('a number of the protocol becomes one of the profile: scaled, rounded, within its range', async (t) => {
  const air = profile(
    point('pm25', { element: 'a34004-Rtd', scale: 1000 }, { resolution: 1 }),
    point('temperature', { element: 'a01001-Rtd', offset: -40 }, { range: [-40, 60] }),
    point('noise', { element: 'LA-Rtd' }, { range: [30, 130] }),
  )
  t.same(elementValues(air, { 'a34004-Rtd': 0.0351, 'a01001-Rtd': 61.26, 'LA-Rtd': 12 }), {
    values: { pm25: 35, temperature: 21.3 },
    quality: { noise: 'out_of_range' },
  })
})

t.test('enumerations map; a number they do not know has no value', async (t) => {
  const door = profile(point('door', { element: 'd', values: { '0': 0, '3': 1 } }))
  t.same(elementValues(door, { d: 3 }), { values: { door: 1 }, quality: {} })
  t.same(elementValues(door, { d: 2 }), { values: {}, quality: { door: 'out_of_range' } })
})

t.test('what the terminal calls bad has its reason and no value', async (t) => {
  const noise = profile(point('noise', { element: 'LA-Rtd' }))
  t.same(elementValues(noise, { 'LA-Rtd': 55 }, { 'LA-Rtd': 'device_exception' }), {
    values: {},
    quality: { noise: 'device_exception' },
  })
})

t.test('of what a report does not mention nothing is said', async (t) => {
  const water = profile(point('level', { element: 'constructor' }), point('flow', { element: '27' }))
  t.same(elementValues(water, { '39': 1 }), { values: {}, quality: {} })
})

t.test('one element may be two points, and a path may begin at the root', async (t) => {
  const both = profile(point('a', { element: '$.object.t' }), point('b', { element: 'object.t', scale: 2 }))
  t.same(elementValues(both, { 'object.t': 4 }).values, { a: 4, b: 8 })
})
