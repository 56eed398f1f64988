import fc from 'fast-check'
import t from 'tap'
import { arithmeticMean, composeSystem, geometricMean, type Part } from './compose.ts'

const part = (over: Partial<Part>): Part => ({
  id: 'X',
  weight: 1,
  vital: false,
  score: null,
  held: null,
  last: null,
  credit: 0,
  confidence: 1,
  ...over,
})

t.test('means match the published toy examples', async (t) => {
  const equal = (scores: number[], weights = scores.map(() => 1)) =>
    geometricMean(scores.map((score, k) => ({ score, weight: weights[k]! })))
  t.ok(Math.abs(equal([21, 1, 1, 1]) - 2.1407) < 5e-5, 'OECD handbook pair')
  t.ok(Math.abs(equal([6, 6, 6, 6]) - 6) < 1e-9)
  t.ok(Math.abs(equal([1, 2, 3]) - 1.817121) < 1e-6, 'COINr')
  t.ok(Math.abs(equal([1, 2, 3], [1, 1, 2]) - 2.059767) < 1e-6, 'COINr, weighted')
  t.equal(
    arithmeticMean([
      { score: 21, weight: 1 },
      { score: 1, weight: 3 },
    ]),
    6,
  )
})

t.test('a vital sign caps its system at twenty above itself', async (t) => {
  const composed = composeSystem([
    part({ id: 'V', vital: true, score: 25, weight: 0.1 }),
    part({ score: 100, weight: 0.9 }),
  ])
  t.equal(composed.score, 45)
  t.strictSame(composed.cap, { score: 45, indicator: 'V' })
})

t.test('gaps held at their last valid score change nothing; unknown ones count 50', async (t) => {
  const a = part({ score: 90 })
  const full = composeSystem([a, part({ score: 60 })]).score
  t.equal(composeSystem([a, part({ held: 60, credit: 1 })]).score, full)
  t.equal(
    composeSystem([a, part({})]).score,
    geometricMean([
      { score: 90, weight: 1 },
      { score: 50, weight: 1 },
    ]),
  )
  t.equal(composeSystem([part({ score: 40 }), part({ held: 100, credit: 1 })]).score, 40, 'a good hold never lifts')
})

t.test('with less than half of the weight known the system is N, unless nothing could mend it', async (t) => {
  t.equal(composeSystem([part({ score: 90, weight: 0.4 }), part({ weight: 0.6 })]).score, null)
  t.not(composeSystem([part({ score: 90, weight: 0.5 }), part({ weight: 0.5 })]).score, null)
  const grave = composeSystem([part({ score: 5, weight: 0.4, vital: true }), part({ weight: 0.6 })])
  t.equal(grave.score, 5, 'the vital cap of 25 holds whatever the rest is')
})

const score = fc.double({ min: 0, max: 100, noNaN: true })
const parts = fc.array(
  fc.record({
    id: fc.constant('X'),
    weight: fc.double({ min: 0.05, max: 1, noNaN: true }),
    vital: fc.boolean(),
    score,
    held: fc.constant(null),
    last: fc.constant(null),
    credit: fc.constant(0),
    confidence: fc.constant(1),
  }),
  { minLength: 1, maxLength: 8 },
)

t.test('the score lies within 0 and 100 and within its interval', async (t) => {
  const some = parts.chain((list) =>
    fc.tuple(
      ...list.map((one) =>
        fc.constantFrom<Part>(one, { ...one, score: null }, { ...one, score: null, held: one.score, credit: 1 }),
      ),
    ),
  )
  fc.assert(
    fc.property(some, (list) => {
      const { score, fallback, low, high, coverage } = composeSystem(list)
      const inside = low <= fallback && fallback <= high && low >= 0 && high <= 100 + 1e-9
      return inside && (score === null || score === fallback) && coverage >= 0 && coverage <= 1
    }),
  )
  t.pass('held')
})

t.test('a better indicator never lowers the score', async (t) => {
  fc.assert(
    fc.property(parts, fc.nat(), score, (list, at, other) => {
      const k = at % list.length
      const better = list.map((one, index) => (index === k ? { ...one, score: Math.max(one.score, other) } : one))
      return composeSystem(better).score! >= composeSystem(list).score! - 1e-9
    }),
  )
  t.pass('held')
})

t.test('withholding any indicators never improves the score while their last valid one is held', async (t) => {
  fc.assert(
    fc.property(parts, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (list, mask) => {
      const withheld = list.map((one, k) => (mask[k] ? { ...one, score: null, held: one.score, credit: 0.9 } : one))
      return composeSystem(withheld).fallback <= composeSystem(list).fallback + 1e-9
    }),
  )
  t.pass('held')
})

t.test('withholding what scores 50 or better never improves the score even after the hold', async (t) => {
  const fair = parts.map((list) => list.map((one) => ({ ...one, score: 50 + one.score / 2 })))
  fc.assert(
    fc.property(fair, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (list, mask) => {
      const withheld = list.map((one, k) => (mask[k] ? { ...one, score: null } : one))
      return composeSystem(withheld).fallback <= composeSystem(list).fallback + 1e-9
    }),
  )
  t.pass('held')
})
