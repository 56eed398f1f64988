import t from 'tap'
import { gaussian, poisson, streamOf, uniform, wander } from './chance.ts'

const moments = (numbers: readonly number[]): { mean: number; deviation: number } => {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length
  const deviation = Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length)
  return { mean, deviation }
}
const many = Array.from({ length: 40_000 }, (_, at) => at)
const near = (t: Tap, found: number, wanted: number, by: number): unknown =>
  t.ok(Math.abs(found - wanted) < by, `${found} is near ${wanted}`)
type Tap = typeof t

t.test('uniform numbers fill [0, 1) evenly, beyond 32 bits of index too', async (t) => {
  for (const from of [0, 1.7e12]) {
    const { mean, deviation } = moments(many.map((at) => uniform(streamOf(1, 'a'), from + at)))
    near(t as Tap, mean, 0.5, 0.01)
    near(t as Tap, deviation, Math.sqrt(1 / 12), 0.01)
  }
})

t.test('gaussian numbers have mean 0 and deviation 1; streams do not resemble each other', async (t) => {
  const a = many.map((at) => gaussian(streamOf(1, 'a'), at))
  const b = many.map((at) => gaussian(streamOf(1, 'b'), at))
  near(t as Tap, moments(a).mean, 0, 0.02)
  near(t as Tap, moments(a).deviation, 1, 0.02)
  near(t as Tap, moments(a.map((x, at) => x * b[at]!)).mean, 0, 0.02)
})

t.test('poisson counts have their mean and variance', async (t) => {
  const { mean, deviation } = moments(many.map((at) => poisson(streamOf(1, 'p'), at, 2.5)))
  near(t as Tap, mean, 2.5, 0.05)
  near(t as Tap, deviation ** 2, 2.5, 0.1)
})

t.test(
  'a wander remembers: deviation 1, neighbouring steps correlated as asked, unchanged by the order of asking',
  async (t) => {
    const walk = wander(streamOf(1, 'w'), 60_000, 0.8)
    const steps = many.slice(0, 10_000).map((at) => walk(at * 60_000))
    near(t as Tap, moments(steps).deviation, 1, 0.06)
    const products = steps.slice(1).map((x, at) => x * steps[at]!)
    near(t as Tap, moments(products).mean, 0.8, 0.08)
    const again = wander(streamOf(1, 'w'), 60_000, 0.8)
    t.equal(again(5000 * 60_000), steps[5000])
    t.equal(again(3 * 60_000), steps[3])
  },
)
