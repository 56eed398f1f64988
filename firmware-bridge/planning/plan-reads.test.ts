import fc from 'fast-check'
import t from 'tap'
import type { ModbusPoint, ReadSpec } from '../profile.ts'
import { exhaustiveMs, fixedGapMs, type Range, randomMap, seeded } from '../testing/exhaustive-plan.ts'
import { type ReadCost, readMs } from './cost.ts'
import { planReads, type ReadLimits, type ReadPlan, usualCost } from './plan-reads.ts'

const point = (id: string, read: ReadSpec): ModbusPoint => ({
  id,
  name: { zh: id, en: id },
  unit: 'none',
  class: 'normal',
  resolution: 1,
  range: [0, 65535],
  read,
})
const u16 = (address: number): ModbusPoint => point(`p${address}`, { function: 'holding', address, type: 'u16' })
const print = (plans: readonly ReadPlan[]): string[] =>
  plans.map((one) => `${one.function} ${one.address}+${one.count}`)
const spans = (points: ModbusPoint[], cost: ReadCost = usualCost, limits: ReadLimits = {}): string[] =>
  print(planReads(points, cost, limits))

/** A serial line, 8N1, with t3.5 of 38.5 bits as the reference table has it. */
const serial = (baud: number, turnaroundMs: number): ReadCost => ({
  characterMs: 10_000 / baud,
  gapMs: baud > 19200 ? 1.75 : 38_500 / baud,
  turnaroundMs,
})

t.test('neighbours share a transaction, whatever order they are written in', async (t) => {
  t.same(spans([u16(5), u16(0), u16(1)]), ['holding 0+6'])
})

t.test('a gap is bridged exactly as far as it costs less than another transaction', async (t) => {
  // Break-even gaps of the reference table: (13 characters + 2 x t3.5 + T) / 2 characters, rounded down.
  const breakEven: readonly (readonly [baud: number, turnaround: number, gap: number])[] = [
    [2400, 0, 10],
    [2400, 50, 16],
    [9600, 0, 10],
    [9600, 10, 15],
    [9600, 50, 34],
    [19200, 20, 29],
    [38400, 10, 32],
    [115200, 0, 26],
    [115200, 5, 55],
  ]
  for (const [baud, turnaround, gap] of breakEven) {
    const cost = serial(baud, turnaround)
    t.equal(spans([u16(0), u16(gap + 1)], cost).length, 1, `${baud} baud, ${turnaround} ms: a gap of ${gap} is read`)
    t.equal(spans([u16(0), u16(gap + 2)], cost).length, 2, `${baud} baud, ${turnaround} ms: ${gap + 1} are not`)
  }
})

t.test('[K] no transaction is longer than the protocol or the terminal allows', async (t) => {
  const many = Array.from({ length: 130 }, (_, address) => u16(address))
  t.equal(planReads(many).length, 2)
  t.ok(planReads(many).every((plan) => plan.count <= 125))
  t.same(
    planReads(many.slice(0, 20), usualCost, { maxRegisters: 8 }).map((plan) => plan.count <= 8),
    [true, true, true],
  )
})

t.test('tables do not mix, and bits cost a byte for eight', async (t) => {
  const bit = (address: number) => point(`b${address}`, { function: 'discrete', address, type: 'bit' })
  t.same(spans([u16(0), bit(0), bit(100)]), ['discrete 0+101', 'holding 0+1'])
})

t.test('a value inside another rides along', async (t) => {
  const wide = point('wide', { function: 'holding', address: 10, type: 'u32' })
  const [plan, ...others] = planReads([wide, u16(11), u16(10)])
  t.same(others, [])
  t.same([plan?.address, plan?.count, plan?.points.length], [10, 2, 3])
})

t.test('a forbidden place is never read on the way', async (t) => {
  const forbidden = [{ function: 'holding', from: 2, to: 2 }] as const
  t.same(spans([u16(0), u16(1), u16(3)], usualCost, { forbidden }), ['holding 0+2', 'holding 3+1'])
  t.same(spans([u16(0), u16(3)], usualCost, { forbidden: [{ function: 'input', from: 0, to: 9 }] }), ['holding 0+4'])
})

t.test('a terminal that answers for one point at a time is asked so', async (t) => {
  t.same(spans([u16(0), u16(1)], usualCost, { oneRequestPerPoint: true }), ['holding 0+1', 'holding 1+1'])
})

const pointsOf = (ranges: readonly Range[]): ModbusPoint[] =>
  ranges.flatMap(({ from, to }, place) => {
    const types: Readonly<Record<number, ReadSpec['type']>> = { 1: 'u16', 2: 'f32' }
    const type = types[to - from]
    return type ? [point(`p${place}`, { function: 'holding', address: from, type })] : []
  })
const sum = (plans: readonly ReadPlan[], cost: ReadCost): number =>
  plans.reduce((ms, plan) => ms + readMs(cost, plan.function, plan.count), 0)

t.test('the plan costs what the best of all plans costs, and no fixed gap is better', async (t) => {
  const chance = seeded(1)
  for (let map = 0; map < 200; map++) {
    const ranges = randomMap(chance, 10).filter(({ from, to }) => to - from <= 2)
    const cost = serial([2400, 9600, 19200, 115200][map % 4]!, [0, 5, 10, 50][(map >> 2) % 4]!)
    const from = Math.floor(chance() * 150)
    const forbidden = map % 3 === 0 ? [{ function: 'holding' as const, from, to: from + 3 }] : []
    const price = { ms: (places: number) => readMs(cost, 'holding', places), most: 125, forbidden }
    const planned = sum(planReads(pointsOf(ranges), cost, { forbidden }), cost)
    if (Math.abs(planned - exhaustiveMs(ranges, price)) > 1e-6) t.fail(`map ${map}: ${planned} ms`)
    if (forbidden.length > 0) continue
    for (let gap = 0; gap <= 125; gap += 5) {
      if (planned > fixedGapMs(ranges, gap, price) + 1e-6) t.fail(`map ${map}: gap ${gap} is better`)
    }
  }
  t.pass('200 maps')
})

t.test('every point is read once, by a transaction that covers it', async (t) => {
  const read = fc.record({
    function: fc.constantFrom('holding' as const, 'input' as const),
    address: fc.integer({ min: 0, max: 300 }),
    type: fc.constantFrom('u16' as const, 'f32' as const),
  })
  fc.assert(
    fc.property(fc.array(read, { maxLength: 60 }), (reads) => {
      const points = reads.map((one, place) => point(`p${place}`, one))
      const plans = planReads(points)
      t.same(plans.flatMap((plan) => plan.points.map((one) => one.id)).sort(), points.map((one) => one.id).sort())
      for (const plan of plans) {
        if (plan.count > 125) t.fail(`${plan.count} registers`)
        for (const { read } of plan.points) {
          const end = read.address + (read.type === 'f32' ? 2 : 1)
          const inside =
            plan.function === read.function && plan.address <= read.address && end <= plan.address + plan.count
          if (!inside) t.fail('a point outside its transaction')
        }
      }
    }),
  )
})
