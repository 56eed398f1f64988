import t from 'tap'
import { measuring } from '../testing/measuring.ts'

const now = Date.parse('2026-06-12T09:00:00+08:00')
const quarter = [now - 15 * 60_000, now] as const
const dayMs = 86_400_000

function radar(
  road: ReturnType<typeof measuring>,
  terminal: string,
  speed: number,
  flow: number,
  occupancy: number,
): void {
  const values = { speed, free_speed: 60, flow, occupancy }
  for (const [point, value] of Object.entries(values)) road.every(terminal, point, quarter, value)
}

t.test('the index weighs delay by flow', async (t) => {
  const road = measuring('CIRC-01', { traffic: 2 })
  radar(road, 'traffic-1', 24, 900, 40)
  radar(road, 'traffic-2', 60, 300, 5)
  const { result } = road.measure(now)
  // Delay share 0.75 x 0.6 = 0.45, within 0.3..0.5 -> 2..4.
  t.ok(Math.abs((result.value ?? 0) - 3.5) < 1e-9)
  t.match(result, { worst: { terminal: 'traffic-1', point: 'speed' }, detail: { scaleId: 'GB/T 33171-2016' } })
})

t.test('an empty road is free, a full one that hardly moves is not known to be', async (t) => {
  const empty = measuring('CIRC-01', { traffic: 1 })
  radar(empty, 'traffic-1', 12, 8, 1)
  t.equal(empty.measure(now).result.value, 0)
  const jammed = measuring('CIRC-01', { traffic: 1 })
  radar(jammed, 'traffic-1', 2, 8, 90)
  t.equal(jammed.measure(now).result.valid, false)
})

t.test('fewer than 70 % of the links give no index', async (t) => {
  const road = measuring('CIRC-02', { traffic: 3 })
  radar(road, 'traffic-1', 20, 900, 40)
  radar(road, 'traffic-2', 60, 900, 40)
  t.match(road.measure(now).result, { valid: false, detail: { why: { code: 'too-few-sites' } } })
  radar(road, 'traffic-3', 60, 900, 40)
  t.ok(Math.abs((road.measure(now).result.value ?? 0) - 100 / 3) < 1e-9)
})

t.test('the pulse compares the last hour with the same hour of other weeks', async (t) => {
  const road = measuring('CIRC-06', { traffic: 1 })
  for (let week = 1; week <= 8; week++)
    for (const hour of [-1, 0]) {
      const at = now - week * 7 * dayMs + hour * 3_600_000 + 60_000
      road.feed('traffic-1', 'flow', at, 1000 + 10 * (week - 4))
    }
  road.every('traffic-1', 'flow', [now - 3_600_000, now], 1000)
  const { result } = road.measure(now)
  t.ok((result.value ?? 9) < 0.5, `z ${result.value}`)
  t.ok(Math.abs(Number(result.detail?.percentOfUsual) - 100) < 2)
  const young = measuring('CIRC-06', { traffic: 1 })
  young.every('traffic-1', 'flow', [now - 3_600_000, now], 1000)
  t.match(young.measure(now).result.detail, { why: { code: 'no-history' } })
})
