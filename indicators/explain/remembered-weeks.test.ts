// Baselines of earlier instants: the same whether weeks were read or remembered, and each series is read once an hour.
import { FakeClock } from '@civitals/contracts/clock'
import { seriesId } from '@civitals/contracts/ids'
import type { RangeQuery } from '@civitals/storage/series'
import { MemorySeries } from '@civitals/storage/series-memory'
import t from 'tap'
import { HourHistory } from '../baseline/hour-history.ts'
import { localTimeOf } from '../windows/local-time.ts'
import { RememberedWeeks } from './remembered-weeks.ts'

const hour = 3_600_000
const day = 24 * hour
const now = Date.parse('2026-06-12T09:20:00+08:00')
const first = Math.floor(now / hour) * hour - 60 * day
const rows = Array.from({ length: 60 * 24 }, (_, k) => ({
  ...{ terminal: 'radar', point: 'flow', at: first + k * hour, quality: 'good' as const },
  value: 300 + 200 * Math.sin(k / 4) + ((k * 389) % 97),
}))
const store = new MemorySeries({
  contents: new Map([[seriesId('radar', 'flow'), new Map(rows.map((row) => [row.at, row]))]]),
})

async function usualBy(range: (query: RangeQuery) => ReturnType<MemorySeries['range']>, at: number) {
  const week = new HourHistory(localTimeOf('Asia/Shanghai'))
  const found = await range({
    ...{ terminal: 'radar', point: 'flow', everyMs: hour, limit: 10_000 },
    ...{ from: at - 56 * day - hour, to: at + 1 },
  })
  for (const { at, value, count } of found) if (value !== null) week.add(at, value, count ?? 1)
  return week.usual(at, 4)
}

t.test('what is usual is the same as from the store, a day earlier and hours earlier too', async (t) => {
  let asked = 0
  const clock = new FakeClock(now)
  const counting = {
    readings: store.readings.bind(store),
    range: (query: RangeQuery) => {
      asked++
      return store.range(query)
    },
  }
  const weeks = new RememberedWeeks(counting, clock)
  for (const at of [now - 3 * hour, now - 27 * hour, now - 20 * hour]) {
    const expected = await usualBy((query) => store.range(query), at)
    t.ok((expected?.median ?? 0) > 0)
    t.same(await usualBy((query) => weeks.range(query), at), expected)
  }
  t.equal(asked, 1)
  await clock.advance(hour)
  await usualBy((query) => weeks.range(query), now - 3 * hour)
  t.equal(asked, 2, 'late readings are seen an hour later')
})
