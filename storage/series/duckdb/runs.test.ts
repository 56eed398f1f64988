import { addInterval, type Intervals, inIntervals } from '@civitals/contracts/intervals'
import fc from 'fast-check'
import t from 'tap'
import { Runs } from './runs.ts'

t.test('runs hold exactly what was added, in their shortest form', async (t) => {
  const stretch = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 6 }))
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 40 }), (stretches) => {
      const runs = new Runs()
      const added = new Set<number>()
      let intervals: Intervals = []
      for (const [from, length] of stretches) {
        runs.add(from, from + length)
        intervals = addInterval(intervals, from, from + length)
        for (let number = from; number <= from + length; number++) added.add(number)
      }
      for (let number = -1; number <= 70; number++) {
        if (runs.has(number) !== added.has(number)) return false
        if (inIntervals(intervals, number) !== added.has(number)) return false
      }
      return JSON.stringify([...runs]) === JSON.stringify(intervals) && runs.size === intervals.length
    }),
  )
  t.pass('and agree with the intervals of the ledger')
})

t.test('a hundred thousand holes are filled from either end', async (t) => {
  const runs = new Runs()
  for (let number = 0; number < 200_000; number += 2) runs.add(number, number)
  t.equal(runs.size, 100_000)
  t.notOk(runs.has(1001))
  for (let number = 199_999; number > 0; number -= 2) runs.add(number, number)
  t.same([...runs], [[0, 199_999]])
})
