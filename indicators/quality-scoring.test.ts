// What quality control does to indicators: a reading that fails does not score, a hazard always does.
import t from 'tap'
import { shippedLimits } from './io/shipped-limits.ts'
import { measuring } from './testing/measuring.ts'

const minuteMs = 60_000
const now = Date.parse('2026-06-12T09:00:00+08:00')
const limits = await shippedLimits()
const judged = (id: string, kinds: Record<string, number>) => measuring(id, kinds, minuteMs, limits)
const flagsOf = (result: { detail?: Record<string, unknown> }) => result.detail?.flags

t.test('a spike between good values does not move the indicator, and is counted beside it', async (t) => {
  const air = judged('RESP-04', { air: 1 })
  air.every('air-1', 'no2', [now - 60 * minuteMs, now], (at) => (at === now - 30 * minuteMs ? 900 : 40 + (at % 7)))
  const { result } = air.measure(now)
  t.ok(result.value !== null && result.value < 50, `${result.value}`)
  t.match(flagsOf(result), { pass: 58, fail: 1 })
})

t.test('a stuck sensor runs out of valid readings: N, never a number that looks healthy', async (t) => {
  const air = judged('RESP-04', { air: 1 })
  air.every('air-1', 'no2', [now - 240 * minuteMs, now], 12)
  const { result } = air.measure(now)
  t.match(result, { grade: 'N', score: null, valid: false })
  t.match(flagsOf(result), { pass: 0, fail: 59 })
})

t.test('values in another unit fail and leave no score', async (t) => {
  const pressure = judged('RENL-04', { supply: 1 })
  // kPa where MPa is meant.
  pressure.every('supply-1', 'pressure', [now - 24 * 60 * minuteMs, now], (at) => 300 + (at % 5))
  t.match(pressure.measure(now).result, { grade: 'N', score: null })
})

t.test('a flood that comes like a spike scores with its first reading', async (t) => {
  const road = judged('RENL-01', { 'road-water': 1 })
  road.every('road-water-1', 'depth', [now - 10 * minuteMs, now], 0)
  road.feed('road-water-1', 'depth', now, 45)
  const { result } = road.measure(now)
  t.match(result, { value: 45, quality: 'uncertain' })
  t.ok(result.score !== null && result.score < 30)
})

t.test('a gauge that stands still in deep water still counts', async (t) => {
  const road = judged('RENL-01', { 'road-water': 1 })
  road.every('road-water-1', 'depth', [now - 300 * minuteMs, now + minuteMs], 45)
  t.match(road.measure(now).result, { value: 45, valid: true, quality: 'uncertain' })
})

t.test('late readings amend the window they belong to and mark it revised', async (t) => {
  const air = judged('RESP-04', { air: 1 })
  air.every('air-1', 'no2', [now - 60 * minuteMs, now - 30 * minuteMs], (at) => 40 + (at % 7))
  air.feed('air-1', 'no2', now - minuteMs, 41)
  t.equal(air.measure(now).result.valid, false)
  air.every('air-1', 'no2', [now - 30 * minuteMs, now - 2 * minuteMs], (at) => 40 + (at % 7))
  const { result } = air.measure(now)
  t.equal(result.valid, true)
  t.match(flagsOf(result), { revised: 28 })
})

t.test('two points of a terminal that contradict each other are both suspect', async (t) => {
  const air = judged('RESP-01', { air: 1 })
  const clean = { pm25: 80, pm10: 30, so2: 10, no2: 20, co: 1, o3: 50 }
  for (let at = now - 60 * minuteMs; at < now; at += minuteMs)
    for (const [point, value] of Object.entries(clean)) air.feed('air-1', point, at, value + ((at / minuteMs) % 3) / 10)
  const { result } = air.measure(now)
  t.equal(result.quality, 'uncertain')
  t.match(flagsOf(result), { suspect: 118 })
})
