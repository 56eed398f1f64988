import fc from 'fast-check'
import t from 'tap'
import { BucketRing } from './ring.ts'

const start = Date.UTC(2026, 5, 12)
const minuteMs = 60_000

t.test('late and disordered readings land in the minute they belong to', async (t) => {
  const ring = new BucketRing({ slotMs: minuteMs, slots: 10 })
  ring.add(start + 2 * minuteMs, 4, false)
  ring.add(start, 1, false)
  ring.add(start + 500, 3, true)
  t.match(ring.bucket(start), { count: 2, sum: 4, min: 1, max: 3, uncertain: 1 })
  t.strictSame(
    ring.last(start + 2 * minuteMs, 5).map(({ count }) => count),
    [2, 1],
  )
})

t.test('a slot is given up for a later one and older readings are refused', async (t) => {
  const ring = new BucketRing({ slotMs: minuteMs, slots: 10 })
  ring.add(start, 1, false)
  ring.add(start + 10 * minuteMs, 2, false)
  t.equal(ring.bucket(start), undefined)
  t.equal(ring.add(start, 1, false), false)
  t.match(ring.bucket(start + 10 * minuteMs), { count: 1, sum: 2 })
})

t.test('an hour knows its minutes, its passes and its energy', async (t) => {
  const ring = new BucketRing({ slotMs: 60 * minuteMs, slots: 4, parts: true, energy: true, pass: [60, null] })
  for (const minute of [0, 0, 29, 30, 59]) ring.add(start + minute * minuteMs, minute === 59 ? 70 : 50, false)
  const hour = ring.bucket(start)
  t.equal(hour?.parts, 4)
  t.equal(hour?.passed, 1)
  t.ok(Math.abs((hour?.energy ?? 0) - (4 * 1e5 + 1e7)) < 1)
})

t.test('whatever the order of arrival, the windows are the same', async (t) => {
  const reading = fc.tuple(fc.integer({ min: 0, max: 9 * minuteMs }), fc.integer({ min: -50, max: 50 }))
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1, maxLength: 60 }), (readings) => {
      const forward = new BucketRing({ slotMs: minuteMs, slots: 12 })
      const backward = new BucketRing({ slotMs: minuteMs, slots: 12 })
      for (const [at, value] of readings) forward.add(start + at, value, false)
      for (const [at, value] of readings.toReversed()) backward.add(start + at, value, false)
      const end = start + 9 * minuteMs
      return JSON.stringify(forward.last(end, 12)) === JSON.stringify(backward.last(end, 12))
    }),
  )
  t.pass('held')
})
