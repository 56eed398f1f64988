import t from 'tap'
import { loadPilot } from '../city/io/pilot-file.ts'
import { loadComplaintTable } from '../io/documents.ts'
import { Timeline } from '../scenario/timeline.ts'
import { complaintsOf, ordinaryPerDay } from './complaints.ts'

const table = await loadComplaintTable()
const sites = (await loadPilot()).sites.map((site) => site.id)
const monday = Date.UTC(2026, 5, 7, 16)
const day = 86_400_000

t.test('about 120 a day, fewer at weekends, for eight weeks', async (t) => {
  const counts = [...complaintsOf(7, new Timeline(), table, sites).daily(monday - 56 * day, monday)]
  t.equal(counts.length, 56)
  t.equal(counts[0]?.at, monday - 56 * day)
  const mean = counts.reduce((sum, { count }) => sum + count, 0) / 56
  t.ok(Math.abs(mean - ordinaryPerDay) < 6, `${mean}`)
  const weekend = counts.filter((_, at) => at % 7 >= 5)
  t.ok(weekend.reduce((sum, { count }) => sum + count, 0) / weekend.length < mean)
})

t.test('the same complaints whether asked for in one piece or second by second', async (t) => {
  const whole = complaintsOf(7, new Timeline(), table, sites).between(monday, monday + 3_600_000 * 12)
  const pieces = complaintsOf(7, new Timeline(), table, sites)
  const joined = Array.from({ length: 12 * 360 }, (_, at) =>
    pieces.between(monday + at * 10_000, monday + (at + 1) * 10_000),
  ).flat()
  t.same(joined, whole)
  t.ok(whole.length > 20)
})

t.test('a storm brings far more, most of them about the flooded road', async (t) => {
  const timeline = new Timeline()
  const start = monday + 10 * 3_600_000
  timeline.start(start, 60)
  const calls = complaintsOf(7, timeline, table, sites).between(start, start + 200_000)
  t.ok(calls.length > 50 && calls.length < 400, `${calls.length}`)
  t.ok(calls.filter(({ matter }) => matter === 'road-flooding').length > calls.length / 3)
  t.ok((calls[0]?.at ?? 0) > start + 30_000, 'not before the water is deep')
  for (const { site } of calls) t.ok(sites.includes(site))
})
