import fc from 'fast-check'
import t from 'tap'
import { anchorScores, normalBand, scoreOf } from './score.ts'

const aqi = [0, 50, 100, 150, 200, 300]
const lamps = [100, 99, 98, 96, 90, 70]

t.test('scores match the vectors of the reference', async (t) => {
  const near = (value: number, anchors: number[], expected: number) =>
    t.ok(Math.abs((scoreOf(value, anchors) ?? -1) - expected) < 5e-4, `${value} scores ${expected}`)
  near(85, aqi, 74.5)
  near(20, [0, 3, 15, 27, 40, 60], 61.667)
  near(97, lamps, 60)
  near(12, [0, 5, 10, 20, 50, 100], 66)
})

t.test('what is not a number has no score', async (t) => {
  t.equal(scoreOf(null, aqi), null)
  t.equal(scoreOf(Number.NaN, aqi), null)
  t.equal(scoreOf(Number.NEGATIVE_INFINITY, aqi), null, 'and never the best')
})

t.test('the normal band is the values that score B or better', async (t) => {
  t.strictSame(normalBand(aqi), [null, 100])
  t.strictSame(normalBand(lamps), [98, null])
})

t.test('anchors are exact; scores are monotone and within 0 and 100', async (t) => {
  const step = fc.double({ min: 1e-3, max: 1e4, noNaN: true })
  const anchors = fc
    .tuple(
      fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      fc.array(step, { minLength: 5, maxLength: 5 }),
      fc.boolean(),
    )
    .map(([first, steps, up]) =>
      [0, 1, 2, 3, 4, 5].map((k) => steps.slice(0, k).reduce((sum, d) => sum + (up ? d : -d), first)),
    )
  const value = fc.double({ min: -1e5, max: 1e5, noNaN: true })
  fc.assert(
    fc.property(anchors, value, value, (list, a, b) => {
      const exact = list.every((anchor, k) => scoreOf(anchor, list) === anchorScores[k])
      const [x, y] = [scoreOf(a, list)!, scoreOf(b, list)!]
      const rising = list[5]! > list[0]!
      const ordered = a === b || (a < b === rising ? x >= y : x <= y)
      return exact && ordered && x >= 0 && x <= 100
    }),
  )
  t.pass('held')
})
