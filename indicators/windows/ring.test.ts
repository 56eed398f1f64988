import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { BucketRing } from './ring.ts'
import type { RingShape } from './ring-shape.ts'

const start = Date.UTC(2026, 5, 12)
const minuteMs = 60_000

t.test('late and disordered readings land in the minute they belong to', async (t) => {
  const ring = new BucketRing({ slotMs: minuteMs, slots: 10, extremes: true })
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
  const ring = new BucketRing({ slotMs: minuteMs, slots: 10, extremes: true })
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
      const forward = new BucketRing({ slotMs: minuteMs, slots: 12, extremes: true })
      const backward = new BucketRing({ slotMs: minuteMs, slots: 12, extremes: true })
      for (const [at, value] of readings) forward.add(start + at, value, false)
      for (const [at, value] of readings.toReversed()) backward.add(start + at, value, false)
      const end = start + 9 * minuteMs
      return JSON.stringify(forward.last(end, 12)) === JSON.stringify(backward.last(end, 12))
    }),
  )
  t.pass('held')
})

t.test('minutes given together leave what they would have left one by one', async (t) => {
  const any = fc.record({
    gap: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 200 }) }),
    value: fc.integer({ min: -50, max: 90 }),
    spread: fc.nat(5),
    count: fc.integer({ min: 1, max: 7 }),
    flag: fc.constantFrom(1, 1, 1, 3, 4),
  })
  // One reading alone is its own extremes.
  const minute = any.map((one) => (one.count === 1 ? { ...one, spread: 0 } : one))
  const shape = fc.constantFrom<RingShape>(
    { slotMs: minuteMs, slots: 66, flags: true },
    { slotMs: 5_000, slots: 192, extremes: true },
    { slotMs: 60 * minuteMs, slots: 5, flags: true, parts: true, energy: true, pass: [0, 60], extremes: true },
  )
  fc.assert(
    fc.property(shape, fc.array(minute, { minLength: 1, maxLength: 150 }), fc.nat(150), (shape, given, cut) => {
      let at = start / minuteMs
      const times = given.map(({ gap }) => (at += gap))
      const run = {
        minute: Uint32Array.from(times),
        mean: Float32Array.from(given, ({ value }) => value),
        min: Float32Array.from(given, ({ value, spread }) => value - spread),
        max: Float32Array.from(given, ({ value, spread }) => value + spread),
        count: Uint16Array.from(given, ({ count }) => count),
        flag: Uint8Array.from(given, ({ flag }) => flag),
      }
      const [together, apart] = [new BucketRing(shape), new BucketRing(shape)]
      together.addMinutes(run, 0, Math.min(cut, given.length))
      together.addMinutes(run, Math.min(cut, given.length), given.length)
      for (const [k, { value, spread, count, flag }] of given.entries()) {
        const time = times[k]! * minuteMs
        const folded = { count, min: value - spread, max: value + spread }
        if (flag !== 4) apart.add(time, value, flag === 3, folded)
        else for (let n = 0; n < count; n++) apart.note(time, 4)
      }
      const now = at * minuteMs
      const answers = (ring: BucketRing) => [ring.last(now, 200), ring.totals(now, 200), ring.totals(now, 3)]
      return isDeepStrictEqual(rounded(answers(together)), rounded(answers(apart)))
    }),
  )
  t.pass('held')
})

/** Energies are sums of powers of ten, in whatever order. */
const rounded = (answers: unknown): unknown =>
  JSON.parse(JSON.stringify(answers), (key, value) => (key === 'energy' ? Number(value.toPrecision(9)) : value))
