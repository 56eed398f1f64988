import t from 'tap'
import { historyPaths } from './history.ts'

const now = Date.UTC(2026, 5, 12, 9, 0, 0)
const hour = 3_600_000
const points = (...hoursAgo: number[]) =>
  hoursAgo.map((ago) => ({ at: now - ago * hour, score: 80, low: 78, high: 83 }))

t.test('the line ends at the body now', async (t) => {
  const drawn = historyPaths(points(0.5), { at: now, score: 70, interval: [66, 72] }, now)
  t.match(drawn.line, /1000 [\d.]+$/)
  t.ok((drawn.end ?? 0) > 0)
})

t.test('a hole is not drawn as a straight stretch', async (t) => {
  const drawn = historyPaths(points(3, 2.8, 1, 0.8), undefined, now)
  t.equal(drawn.line.match(/M/g)?.length, 2)
})

t.test('an unknown score leaves the line out and draws no zero', async (t) => {
  const drawn = historyPaths([], { at: now, score: null, interval: null }, now)
  t.same([drawn.line, drawn.band, drawn.end], ['', '', undefined])
})

t.test('what was computed afterwards is a line of its own, up to what was said at the time', async (t) => {
  const at = points(3, 2.8, 2.6, 2.4)
  const drawn = historyPaths(
    at.map((point, k) => (k < 2 ? { ...point, afterwards: true } : point)),
    undefined,
    now,
  )
  const counted = (path: string) => [path.match(/M/g)?.length ?? 0, path.match(/L/g)?.length ?? 0]
  t.same(counted(drawn.afterwards), [1, 2])
  t.same(counted(drawn.line), [1, 1])
})

t.test('the scale reaches down to a bad score', async (t) => {
  const drawn = historyPaths([{ at: now - hour, score: 12, low: 5, high: 20 }], undefined, now)
  const heights = [...drawn.line.matchAll(/ ([\d.]+)/g)].map((match) => Number(match[1]))
  t.ok(heights.every((height) => height >= 0 && height <= 1000))
})
