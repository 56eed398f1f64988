import fc from 'fast-check'
import t from 'tap'
import { addInterval, difference, type Intervals, inIntervals, removeInterval, sizeOfIntervals } from './intervals.ts'

const ranges = fc.array(
  fc.tuple(fc.nat(60), fc.nat(8), fc.boolean()).map(([from, length, add]) => ({ from, to: from + length, add })),
  { maxLength: 40 },
)

t.test('sets of whole numbers behave like sets, and stay sorted and disjoint', async () => {
  fc.assert(
    fc.property(ranges, (steps) => {
      const model = new Set<number>()
      let set: Intervals = []
      for (const { from, to, add } of steps) {
        set = add ? addInterval(set, from, to) : removeInterval(set, from, to)
        for (let n = from; n <= to; n++) add ? model.add(n) : model.delete(n)
      }
      const sorted = set.every(([from, to], index) => from <= to && (index === 0 || from > set[index - 1]![1] + 1))
      const members = Array.from({ length: 80 }, (_, n) => inIntervals(set, n) === model.has(n)).every(Boolean)
      return sorted && members && sizeOfIntervals(set) === model.size
    }),
  )
})

t.test('the difference of two sets holds what the one has and the other has not', async () => {
  const union = (parts: readonly { from: number; to: number }[]): Intervals =>
    parts.reduce<Intervals>((set, { from, to }) => addInterval(set, from, to), [])
  fc.assert(
    fc.property(ranges, ranges, (one, other) => {
      const [set, taken] = [union(one), union(other)]
      const oneByOne = taken.reduce<Intervals>((left, [from, to]) => removeInterval(left, from, to), set)
      return JSON.stringify(difference(set, taken)) === JSON.stringify(oneByOne)
    }),
  )
})
