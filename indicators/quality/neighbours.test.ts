// Expected flags: the unit tests of titanlib, as the reference 6.1 gives them.
import t from 'tap'
import { buddyCheck, isolated, metresBetween } from './neighbours.ts'

const close = (value: number, k: number) => ({ longitude: 10 + k / 1e4, latitude: 60, value })
const limits = { threshold: 1, minimumSpread: 0.01, withinMetres: 10_000, atLeast: 1 }
const places = [0, 0, 0, 0, 0, 0, 0, 0, 0.1, 1].map(close)
const flagged = (found: readonly boolean[]): number[] => found.flatMap((one, k) => (one ? [k] : []))

t.test('buddy check: one round finds the last, two also the one it hid [titanlib]', async (t) => {
  t.strictSame(flagged(buddyCheck(places, limits, 1)), [9])
  t.strictSame(flagged(buddyCheck(places, limits, 2)), [8, 9])
  t.strictSame(flagged(buddyCheck(places, { ...limits, minimumSpread: 1 }, 1)), [])
})

t.test('nothing is said of who has too few neighbours', async (t) => {
  t.strictSame(flagged(buddyCheck(places, { ...limits, atLeast: 10 }, 2)), [])
  t.strictSame(flagged(buddyCheck(places, { ...limits, withinMetres: 1 }, 2)), [])
})

t.test('isolation: two neighbours within 15 km, then four [titanlib]', async (t) => {
  const spots = [10, 10.1, 10.2, 10.3, 10.4].map((longitude) => ({ longitude, latitude: 60 }))
  const all = [...spots, { longitude: 10, latitude: 70 }]
  t.strictSame(isolated(all, 15_000, 2), [false, false, false, false, false, true])
  t.strictSame(isolated(all, 15_000, 4), [true, true, false, true, true, true])
})

t.test('a degree of latitude is 111.2 km', async (t) => {
  const metres = metresBetween({ longitude: 113, latitude: 23 }, { longitude: 113, latitude: 24 })
  t.ok(Math.abs(metres - 111_195) < 10, `${metres}`)
})
