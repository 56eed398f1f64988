import { gradeOf } from '@civitals/contracts/grade'
import t from 'tap'
import { bodyOf } from '../body/body.ts'
import type { Assessed } from '../scoring/assess.ts'
import { drawCount, drawsFor } from './draws.ts'
import { gamma, randomOf } from './random.ts'

const anchors = [0, 15, 30, 50, 70, 100]
/** On these anchors the score is 100 minus the value. */
const indicator = (id: string, score: number | null, over: Partial<Assessed['result']> = {}, weight = 1): Assessed => ({
  held: null,
  last: null,
  credit: 0,
  result: {
    id,
    version: '1',
    system: 'RESP',
    area: 'city',
    name: { zh: id, en: id },
    vital: false,
    unit: 'none',
    value: score === null ? null : 100 - score,
    at: 0,
    score,
    grade: gradeOf(score),
    valid: score !== null,
    quality: 'good',
    weight,
    contribution: null,
    coverage: 1,
    confidence: 1,
    anchors,
    normal: [null, 30],
    inputs: [],
    source: { zh: '测试', en: 'test' },
    ...over,
  },
})
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
type Id = keyof typeof weights
const ids = Object.keys(weights) as Id[]
const draws = drawsFor([
  ids.map((id) => ({ id, weight: weights[id] })),
  ...ids.map((id) => [{ id: `${id}-01`, weight: 1 }]),
])
const cityOf = (scoreOf: (id: Id) => number | null, vital?: Id) =>
  bodyOf(
    'city',
    0,
    ids.map((id) => ({
      id,
      weight: weights[id],
      indicators: [indicator(`${id}-01`, scoreOf(id), { vital: id === vital })],
    })),
    draws,
  )

t.test('gamma numbers have the mean and spread of their distribution', async (t) => {
  const random = randomOf(1)
  for (const shape of [1, 6, 64]) {
    const drawn = Array.from({ length: 20_000 }, () => gamma(random, shape))
    const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length
    const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length
    t.ok(Math.abs(mean / shape - 1) < 0.03, `mean of shape ${shape}: ${mean}`)
    t.ok(Math.abs(variance / shape - 1) < 0.06, `variance of shape ${shape}: ${variance}`)
  }
})

t.test(
  'weights stay within a quarter of their defaults and average to them; the same seed draws the same',
  async (t) => {
    for (const id of ids) {
      const factors = [...(draws.factors.get(id) ?? [])]
      t.equal(factors.length, drawCount)
      t.ok(factors.every((factor) => factor >= 0.75 && factor <= 1.25))
      t.ok(Math.abs(factors.reduce((sum, x) => sum + x, 0) / drawCount - 1) < 0.02)
      t.ok(Math.max(...factors) - Math.min(...factors) > 0.3, 'they do vary')
    }
    const again = drawsFor([ids.map((id) => ({ id, weight: weights[id] }))])
    t.strictSame(again.factors.get('RESP'), draws.factors.get('RESP'))
  },
)

t.test('where everything scores the same no weight and no mean matters, only the anchors', async (t) => {
  const { score, robustness } = cityOf(() => 80)
  t.ok(Math.abs(score! - 80) < 1e-9)
  t.equal(robustness?.draws, 1000)
  t.equal(robustness?.keepsGrade, 1, 'eighty is far from both edges of B')
  // All anchors stretched by 10 % would give 78 and 81.8; nine independent stretches stay well within.
  t.ok(robustness!.low > 78 && robustness!.high < 81.9 && robustness!.low < 80 && robustness!.high > 80)
})

t.test(
  'a score on the edge of a grade keeps it in some draws only; unequal systems spread with the mean',
  async (t) => {
    const edge = cityOf(() => 85.05)
    t.ok(edge.robustness!.keepsGrade > 0.3 && edge.robustness!.keepsGrade < 0.8)
    const uneven = cityOf((id) => (id === 'IMMU' || id === 'CIRC' ? 30 : 95))
    const { low, high } = uneven.robustness!
    t.ok(low < uneven.score! - 5 && high > uneven.score! + 3, 'harmonic and arithmetic lie on either side')
  },
)

t.test('the ceiling of a vital sign holds in every draw; without a score there is nothing to judge', async (t) => {
  const capped = cityOf((id) => (id === 'IMMU' ? 10 : 95), 'IMMU')
  t.equal(capped.score, 49)
  t.equal(capped.robustness?.high, 49)
  t.ok(capped.robustness!.keepsGrade > 0.6, 'the harmonic mean is worse than the ceiling in some')
  t.equal(cityOf((id) => (weights[id] >= 0.14 ? null : 90)).robustness, undefined)
})
