import t from 'tap'
import { marksWithin } from './marks.ts'

const hour = 3_600_000
const shift = (from: number, to: number) => ({
  ...{ terminal: 'a', point: 'b', unit: 'cm', kind: 'drift' as const, open: false, foundAt: to, off: 1 },
  ...{ from, to },
})
const span = (from: number, to: number, flag: 3 | 4 | 9) => ({ from, to, flag, tests: [], readings: 1 })

t.test("what touches the stretch is marked, one reading too; gaps are the line's own", async (t) => {
  const marks = marksWithin(
    {
      anomalies: [shift(0, hour), shift(0, 3 * hour), shift(3 * hour, 3 * hour), shift(5 * hour, 6 * hour)],
      flagged: [span(2 * hour, 2 * hour, 3), span(hour, 4 * hour, 4), span(3 * hour, 4 * hour, 9), span(0, hour, 3)],
    },
    2 * hour,
    4 * hour,
  )
  t.match(marks.anomalies, [{ from: 0, to: 3 * hour }, { from: 3 * hour }])
  t.equal(marks.anomalies.length, 2)
  t.strictSame(
    marks.flagged.map(({ flag }) => flag),
    [3, 4],
  )
})
