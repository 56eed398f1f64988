import t from 'tap'
import { measuring } from '../testing/measuring.ts'

const now = Date.parse('2026-06-12T09:00:00+08:00')
const hourMs = 3_600_000
const night = [Date.parse('2026-06-11T22:00:00+08:00'), Date.parse('2026-06-12T06:00:00+08:00')] as const

t.test('levels are averaged by energy, day and night apart, against the limit of the zone', async (t) => {
  const noise = measuring('SENS-02', { noise: 1 })
  noise.every('noise-1', 'laeq', [now - 24 * hourMs, now], 90)
  const loud = measuring('SENS-02', { noise: 1 })
  // Half of each night hour 50 dB, half 70 dB: energy mean 67.03, arithmetic 60.
  loud.every('noise-1', 'laeq', night, (at) => ((at / 60_000) % 2 === 0 ? 50 : 70))
  const { result } = loud.measure(now)
  t.ok(Math.abs((result.value ?? 0) - (67.0329 - 55)) < 1e-3, `${result.value}`)
  t.equal(noise.measure(now).result.value, 35)
})

t.test('a night with fewer than six valid hours is unknown', async (t) => {
  const noise = measuring('SENS-02', { noise: 1 })
  noise.every('noise-1', 'laeq', [night[0], night[0] + 5 * hourMs], 50)
  t.equal(noise.measure(now).result.valid, false)
  noise.every('noise-1', 'laeq', [night[0] + 5 * hourMs, night[0] + 6 * hourMs], 50)
  t.match(noise.measure(now).result, { valid: true, value: -5 })
})

t.test('lamps count while they are due; by day the last lit hour stands', async (t) => {
  const lamps = measuring('META-01', { lamp: 2 })
  const dawn = Date.parse('2026-06-12T05:30:00+08:00')
  for (const lamp of ['lamp-1', 'lamp-2']) {
    lamps.every(lamp, 'lamps_due', [night[0], now], (at) => (at < dawn ? 100 : 0))
    lamps.every(lamp, 'lamps_lit', [night[0], now], (at) => (at < dawn ? (lamp === 'lamp-1' ? 90 : 100) : 0))
  }
  t.match(lamps.measure(dawn - 60_000).result, { value: 95, worst: { terminal: 'lamp-1' } })
  t.match(lamps.measure(now).result, { value: 95, valid: true })
})
