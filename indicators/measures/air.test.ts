import t from 'tap'
import { measuring } from '../testing/measuring.ts'

const now = Date.parse('2026-06-12T09:00:00+08:00')
const hour = [now - 3_600_000, now] as const
const clean = { pm25: 20, pm10: 30, so2: 10, no2: 20, co: 1, o3: 50 }

t.test('the index rests on the means of the last hour, median over the stations', async (t) => {
  const air = measuring('RESP-01', { air: 3 })
  for (const station of ['air-1', 'air-2', 'air-3'])
    for (const [point, value] of Object.entries(clean))
      air.every(station, point, hour, point === 'pm25' && station === 'air-3' ? 400 : value)
  const { result } = air.measure(now)
  t.match(result, { value: 30, valid: true, quality: 'uncertain', detail: { primary: [], standard: 'HJ 633-2026' } })
})

t.test('with a pollutant missing a clean index is not published, a bad one is', async (t) => {
  for (const [pm25, expected] of [
    [20, null],
    [75, 114],
  ] as const) {
    const air = measuring('RESP-01', { air: 1 })
    for (const [point, value] of Object.entries({ ...clean, pm25 }))
      if (point !== 'o3') air.every('air-1', point, hour, value)
    const { result } = air.measure(now)
    t.equal(result.value, expected)
    t.match(result.detail, { missing: ['o3'], why: { code: expected === null ? 'none-published' : 'items-missing' } })
  }
})

t.test('an hour needs 45 minutes; readings of bad quality are none', async (t) => {
  const air = measuring('RESP-04', { air: 1 })
  air.every('air-1', 'no2', [now - 43 * 60_000, now], 100)
  t.equal(air.measure(now).result.value, null)
  for (let k = 44; k <= 60; k++) air.feed('air-1', 'no2', now - k * 60_000, 900, 'out_of_range')
  t.equal(air.measure(now).result.value, null)
  air.every('air-1', 'no2', [now - 50 * 60_000, now - 43 * 60_000], 100)
  t.match(air.measure(now).result, { value: 100, score: 85 })
})

t.test('a day needs twenty valid hours', async (t) => {
  const air = measuring('RESP-02', { air: 1 })
  air.every('air-1', 'pm25', [now - 19 * 3_600_000, now], 35)
  t.equal(air.measure(now).result.valid, false)
  air.every('air-1', 'pm25', [now - 20 * 3_600_000, now - 19 * 3_600_000], 35)
  t.match(air.measure(now).result, { value: 35, score: 85, valid: true })
})

t.test('what feels hot is the heat index, not the temperature', async (t) => {
  const air = measuring('META-05', { air: 1 })
  air.every('air-1', 'temperature', hour, 33)
  air.every('air-1', 'humidity', hour, 70)
  const { value } = air.measure(now).result
  t.ok(value !== null && Math.abs(value - 43.6) < 1, `${value}`)
})
