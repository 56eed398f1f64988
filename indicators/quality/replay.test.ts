import t from 'tap'
import { testsOf } from './flags.ts'
import type { PointLimits } from './limits.ts'
import { replayFlags } from './replay.ts'
import { SpanFolder } from './spans.ts'

const minuteMs = 60_000
const limits: PointLimits = {
  range: { sensor: [0, 1000], source: 'test' },
  spike: { suspect: 40, fail: 80, source: 'test' },
}
const values = [20, 21, 400, 22, 5000, 5001, 23]

t.test('raw values stand beside their flags, unchanged', async (t) => {
  const readings = values.map((value, k) => ({ at: k * minuteMs, value, quality: 'good' as const }))
  const flagged = replayFlags(readings, limits, minuteMs)
  t.strictSame(
    flagged.map(({ value }) => value),
    values,
  )
  t.strictSame(
    flagged.map(({ flag }) => flag),
    [1, 1, 4, 1, 4, 4, 1],
  )
})

t.test('stretches of the same flag are one, a gap is missing, the rest has passed', async (t) => {
  const folder = new SpanFolder(3 * minuteMs)
  const minutes = [0, 1, 2, 3, 4, 5, 6, 20]
  const readings = minutes.map((minute, k) => ({
    at: minute * minuteMs,
    value: values[k] ?? 24,
    quality: 'good' as const,
  }))
  for (const { at, flag, tests } of replayFlags(readings, limits, minuteMs)) folder.take(at, flag, tests)
  t.strictSame(
    folder.spans().map(({ from, to, flag, tests }) => [from / minuteMs, to / minuteMs, flag, testsOf(tests).join()]),
    [
      [2, 2, 4, 'spike'],
      [4, 5, 4, 'range'],
      [7, 20, 9, ''],
    ],
  )
  t.strictSame(folder.counts, { pass: 5, suspect: 0, fail: 3, missing: 0 })
})
