import fc from 'fast-check'
import t from 'tap'
import { Column } from './column.ts'
import { Shelves } from './slots.ts'

const minuteMs = 60_000
const start = Date.UTC(2026, 5, 12)

t.test('a column gives back what was put in, bit by bit', async (t) => {
  const number = fc.oneof(
    fc.integer({ min: -300, max: 300 }),
    fc.integer(),
    fc.double({ noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), number)), (puts) => {
      const column = new Column(10)
      const plain = new Array<number>(10).fill(0)
      for (const [place, value] of puts) {
        column.set(place, value)
        plain[place] = value
      }
      return plain.every((value, place) => column.get(place) === value)
    }),
  )
  t.pass('held')
})

// What each slot must hold is said by whole hundredths and by plain sums of few doubles; nothing of it is ours.
t.test('rings that lie together hold what each of them was given, whatever the digits', async (t) => {
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -90_000, max: 90_000 }).map((hundredths) => hundredths / 100) },
    { weight: 1, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true, noDefaultInfinity: true }) },
  )
  const reading = fc.record({ ring: fc.nat(40), minute: fc.nat(8), value, uncertain: fc.boolean() })
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1, maxLength: 80 }), (readings) => {
      const shelves = new Shelves()
      const rings = Array.from({ length: 41 }, () =>
        shelves.ring('one', { slotMs: minuteMs, slots: 12, flags: true, extremes: true }),
      )
      for (const { ring, minute, value, uncertain } of readings)
        rings[ring]!.add(start + minute * minuteMs, value, uncertain)
      return rings.every((ring, k) =>
        Array.from({ length: 9 }, (_, minute) => minute).every((minute) => {
          const own = readings.filter((one) => one.ring === k && one.minute === minute)
          const bucket = ring.bucket(start + minute * minuteMs)
          if (own.length === 0) return bucket === undefined
          const values = own.map((one) => one.value + 0)
          const sum = values.reduce((total, one) => total + one, 0)
          return (
            bucket?.count === own.length &&
            bucket.min === Math.min(...values) &&
            bucket.max === Math.max(...values) &&
            bucket.uncertain === own.filter((one) => one.uncertain).length &&
            Math.abs(bucket.sum - sum) <= 1e-9 * Math.max(1, ...values.map(Math.abs))
          )
        }),
      )
    }),
  )
  t.pass('held')
})

t.test('sums of decimals have no rounding', async (t) => {
  const ring = new Shelves().ring('one', { slotMs: minuteMs, slots: 12, extremes: true })
  for (const tenths of [1, 2, 3, 4, 5, 6]) ring.add(start, tenths / 10, false)
  t.equal(ring.bucket(start)?.sum, 2.1, 'where 0.1 + 0.2 + ... would be 2.1 and something')
  ring.add(start, 0.05, false)
  t.equal(ring.bucket(start)?.sum, 2.15)
  t.match(ring.bucket(start), { count: 7, min: 0.05, max: 0.6 })
})
