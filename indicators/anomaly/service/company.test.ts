import { demoCity } from '@civitals/simulator/city'
import fc from 'fast-check'
import t from 'tap'
import { median } from '../../formulas/statistics.ts'
import { shippedLimits } from '../../io/shipped-limits.ts'
import { registryOf } from '../../testing/pilot.ts'
import { commonOf, companiesOf } from './company.ts'

t.test('what the others are off by is their median, each left out of its own', async () => {
  const one = fc.option(fc.integer({ min: -9, max: 9 }), { nil: Number.NaN })
  fc.assert(
    fc.property(fc.array(one, { maxLength: 12 }), (offs) => {
      const expected = offs.map((_, k) => {
        const others = offs.filter((off, other) => other !== k && Number.isFinite(off))
        return others.length < 2 ? 0 : median(others)
      })
      const found = [...commonOf(Float64Array.from(offs))]
      return found.every((value, k) => value === expected[k])
    }),
  )
})

t.test('series are compared within their town where it has enough of them, else across the city', async (t) => {
  const city = await demoCity()
  const companies = companiesOf(await shippedLimits(), registryOf(city))
  const air = companies.filter((company) => company[0]?.id.startsWith('air-') && company[0].point === 'pm25')
  const stations = city.terminals.filter(({ kind }) => kind === 'air').length
  t.equal(air.flat().length, stations, 'every station once')
  t.notOk(
    companies.flat().some(({ id }) => id.startsWith('rain-')),
    'what stands still by nature has no habits',
  )
})
