import fc from 'fast-check'
import t from 'tap'
import { composeCity, type SystemPart, type VitalSign } from './city.ts'

const weights = {
  RESP: 0.14,
  SENS: 0.08,
  CIRC: 0.14,
  RENL: 0.16,
  META: 0.1,
  IMMU: 0.18,
  DIGE: 0.06,
  NERV: 0.08,
  PSYC: 0.06,
}
const scores = { RESP: 74.5, SENS: 88, CIRC: 81, RENL: 92, META: 90, IMMU: 25, DIGE: 90, NERV: 95, PSYC: 86 }

const system = (id: string, weight: number, score: number | null, vital = false): SystemPart => ({
  id,
  weight,
  vital,
  composed: {
    score,
    fallback: score ?? 50,
    low: score ?? 1,
    high: score ?? 100,
    coverage: score === null ? 0 : 1,
    confidence: score === null ? 0 : 1,
    headline: {
      basis: score === null ? 'assumed' : 'measured',
      renormalised: score,
      filled: score ?? 50,
      held: [],
      assumed: score === null ? [`${id}-01`] : [],
    },
  },
})
const cityOf = (over: Partial<Record<keyof typeof scores, number | null>> = {}): SystemPart[] =>
  (Object.keys(weights) as (keyof typeof weights)[]).map((id) =>
    system(id, weights[id], over[id] === undefined ? scores[id] : over[id], id === 'IMMU' || id === 'RENL'),
  )
const sign = (score: number | null, forecast?: VitalSign['forecast']): VitalSign => ({ id: 'IMMU-01', score, forecast })

t.test('the worked city of the reference', async (t) => {
  const city = composeCity(cityOf(), [sign(25)])
  t.ok(Math.abs(city.arithmetic! - 75.19) < 5e-3)
  t.ok(Math.abs(city.ceiling!.uncapped - 68.8098) < 5e-5)
  t.equal(city.score, 49)
  t.equal(city.grade, 'D')
  t.match(city.ceiling, { indicator: 'IMMU-01', grade: 'E', kind: 'present', score: 49 })
})

t.test('a vital sign in D limits to 69, and one forecast to reach it within the hour as well', async (t) => {
  const fine = cityOf({ IMMU: 90 })
  t.equal(composeCity(fine, [sign(45)]).score, 69)
  const forecast = { value: 27, grade: 'D', at: 0, inMinutes: 40 } as const
  const ahead = composeCity(fine, [sign(75, forecast)])
  t.equal(ahead.score, 69)
  t.match(ahead.ceiling, { kind: 'forecast', grade: 'D', forecast: { inMinutes: 40 } })
  t.ok(ahead.interval![0] > 69, 'the interval is the one before the ceiling')
  t.equal(composeCity(fine, [sign(75, { ...forecast, inMinutes: 61 })]).ceiling, undefined, 'later than the hour')
  t.equal(composeCity(fine, [sign(75, { ...forecast, grade: 'C' })]).ceiling, undefined, 'C does not cap')
  t.match(
    composeCity(fine, [sign(75, forecast), sign(45)]).ceiling,
    { kind: 'present' },
    'what is comes before what may be',
  )
})

t.test('a ceiling above the score is not named', async (t) => {
  const poor = composeCity(cityOf({ IMMU: 90, RESP: 30, CIRC: 30, META: 30 }), [sign(45)])
  t.ok(poor.score! < 69)
  t.equal(poor.ceiling, undefined)
})

t.test('too little known, or a system with vital signs unknown, is N unless even the best case is bad', async (t) => {
  t.equal(composeCity(cityOf({ RENL: null }), []).grade, 'N')
  t.equal(composeCity(cityOf({ RESP: null, CIRC: null, SENS: null }), []).grade, 'N', 'known 0.64')
  t.not(composeCity(cityOf({ RESP: null, SENS: null, IMMU: 80 }), []).grade, 'N', 'known 0.78')
  const dire = composeCity(
    cityOf({ RENL: null, RESP: 10, SENS: 10, CIRC: 10, META: 10, IMMU: 10, DIGE: 10, NERV: 10, PSYC: 10 }),
    [],
  )
  t.equal(dire.grade, 'E')
  t.equal(composeCity([], []).grade, 'N')
})

const anySystem = fc
  .tuple(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true }), fc.boolean())
  .map(([weight, score, known]) => system('X', weight, known ? score : null))

t.test('score and interval are bounded, and the uncapped score lies within the interval', async (t) => {
  const vitals = fc.array(
    fc.option(fc.double({ min: 0, max: 100, noNaN: true })).map((score) => sign(score)),
    { maxLength: 3 },
  )
  fc.assert(
    fc.property(fc.array(anySystem, { minLength: 1, maxLength: 9 }), vitals, (systems, signs) => {
      const { score, interval, ceiling } = composeCity(systems, signs)
      const [low, high] = interval!
      const uncapped = ceiling?.uncapped ?? score
      const bounded = low >= 0 && high <= 100 + 1e-9 && low <= high
      return bounded && (score === null || (score >= 0 && score <= uncapped! && uncapped! >= low && uncapped! <= high))
    }),
  )
  t.pass('held')
})

t.test('a better system or a better vital sign never lowers the city', async (t) => {
  const known = fc.array(
    fc.tuple(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true })),
    { minLength: 1, maxLength: 9 },
  )
  const score = fc.double({ min: 0, max: 100, noNaN: true })
  fc.assert(
    fc.property(known, score, score, fc.nat(), score, (list, a, b, at, other) => {
      const of = (lift: boolean) =>
        list.map(([weight, own], k) => system('X', weight, lift && k === at % list.length ? Math.max(own, other) : own))
      const worse = composeCity(of(false), [sign(Math.min(a, b))]).score!
      return composeCity(of(true), [sign(Math.max(a, b))]).score! >= worse - 1e-9
    }),
  )
  t.pass('held')
})
