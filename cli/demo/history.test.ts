import { demoCity } from '@civitals/simulator/city'
import { pilotHistory } from '@civitals/simulator/history'
import { MemorySeries } from '@civitals/storage/series-memory'
import t from 'tap'
import { bringHistory, complaintCounts, historySpool } from './history.ts'

const now = Date.UTC(2026, 5, 12, 9, 41, 7)

t.test('an empty store gets the past, up to now and no further', async (t) => {
  const [city, history, series] = [await demoCity(), await pilotHistory({ seed: 7 }), new MemorySeries()]
  const written = await bringHistory(city, { series }, history, now)
  t.equal(await series.count(), written)
  const dayFrom = now - (now % 60_000) - 50 * 3_600_000
  const day = await series.range({ terminal: 'air-01', point: 'pm25', from: dayFrom, to: now + 1, limit: 10_000 })
  t.equal(day.length, 50 * 60 + 1, '50 hours of minutes')
  const before = await series.range({ terminal: 'air-01', point: 'pm25', from: 0, to: dayFrom })
  t.ok(before.length >= 35 * 24 && before.length <= 35 * 24 + 1, 'five weeks of hours for forecasts')
  t.ok(day.every(({ at }) => at <= now))
  const flow = await series.range({ terminal: 'traffic-01', point: 'flow', from: 0, to: now - 50 * 3_600_000 - 60_000 })
  t.ok(flow.length >= 56 * 24, 'eight weeks of hours')
})

t.test('a store with readings is left alone', async (t) => {
  const [city, history, series] = [await demoCity(), await pilotHistory({ seed: 7 }), new MemorySeries()]
  const reading = { terminal: 'air-01', point: 'pm25', at: now, value: 1, quality: 'good' as const }
  await series.write({
    envelopes: [{ gateway: 'gw-01', spool: historySpool, seq: 1, readings: [reading] }],
    receivedAt: now,
  })
  t.equal(await bringHistory(city, { series }, history, now), 0)
  t.equal(await series.count(), 1)
})

t.test('complaints reach back far enough for a baseline of the day of the week', async (t) => {
  const counts = complaintCounts(await pilotHistory({ seed: 7 }), now)
  t.ok(counts.length >= 57, `${counts.length} days`)
  t.ok(counts.every(({ count }) => count > 0))
})
