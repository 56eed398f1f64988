import fc from 'fast-check'
import t from 'tap'
import type { ModbusOutcome } from '../modbus/line.ts'
import type { ModbusPoint } from '../profile.ts'
import type { LineCost } from './cost.ts'
import type { ReadPlan } from './plan-reads.ts'
import { TerminalPlanner } from './terminal-planner.ts'

const at9600: LineCost = { characterMs: 10 / 9.6, gapMs: 35 / 9.6 }
const u16 = (address: number): ModbusPoint => ({
  id: `p${address}`,
  name: { zh: '', en: '' },
  unit: 'none',
  class: 'normal',
  resolution: 1,
  range: [0, 65535],
  read: { function: 'holding', address, type: 'u16' },
})
const answer: ModbusOutcome = { ok: true, registers: [], arrivedAt: 0, wireMs: 0 }
const refusal: ModbusOutcome = { ok: false, kind: 'exception', code: 2 }

/** Reads all points as a gateway does: what is refused and cut is asked again at once. Says what was asked and what came. */
function round(planner: TerminalPlanner, points: readonly ModbusPoint[], illegal: ReadonlySet<number>) {
  const asked: string[] = []
  const got: string[] = []
  const plans = [...planner.plansFor(points)]
  for (let plan = plans.shift(); plan; plan = plans.shift()) {
    asked.push(`${plan.address}+${plan.count}`)
    const outcome = touches(plan, illegal) ? refusal : answer
    if (planner.learn(plan, outcome) === 'again') plans.unshift(...planner.plansFor(plan.points))
    else if (outcome.ok) got.push(...plan.points.map((point) => point.id))
  }
  return { asked, got: got.sort() }
}

const touches = (plan: ReadPlan, illegal: ReadonlySet<number>): boolean =>
  Array.from({ length: plan.count }, (_, place) => plan.address + place).some((place) => illegal.has(place))

t.test('a hole between points is found by halving, once, and never read again', async (t) => {
  const planner = new TerminalPlanner({ line: at9600 })
  const points = [u16(0), u16(4), u16(8), u16(12)]
  const first = round(planner, points, new Set([10]))
  t.same(first.got, ['p0', 'p12', 'p4', 'p8'])
  t.same(first.asked, ['0+13', '0+5', '8+5', '8+1', '12+1'])
  t.same(round(planner, points, new Set([10])).asked, ['0+9', '12+1'], 'remembered')
})

t.test('a point that does not exist costs itself only', async (t) => {
  const planner = new TerminalPlanner({ line: at9600 })
  const points = [u16(0), u16(1), u16(2), u16(3)]
  t.same(round(planner, points, new Set([2])).got, ['p0', 'p1', 'p3'])
  t.same(round(planner, points, new Set([2])).asked, ['0+2', '2+1', '3+1'])
})

t.test('whatever is illegal, every other point is read, and the search comes to an end', async (t) => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 4 }),
      (addresses, places) => {
        const points = addresses.map(u16)
        const illegal = new Set(places)
        const planner = new TerminalPlanner({ line: at9600 })
        const legal = addresses.filter((address) => !illegal.has(address)).map((address) => `p${address}`)
        t.same(round(planner, points, illegal).got, legal.sort())
        for (let turn = 0; turn < 6; turn++) round(planner, points, illegal)
        // Settled: nothing is refused any more but what does not exist itself.
        const settled = planner.plansFor(points).filter((plan) => touches(plan, illegal))
        t.ok(
          settled.every((plan) => plan.count === 1),
          settled.map((plan) => `${plan.address}+${plan.count}`).join(),
        )
      },
    ),
  )
})

t.test('a time-out, a busy terminal or a bad check sum teach nothing about addresses', async (t) => {
  const planner = new TerminalPlanner({ line: at9600 })
  const points = [u16(0), u16(4)]
  const [plan] = planner.plansFor(points)
  const failures: readonly ModbusOutcome[] = [
    { ok: false, kind: 'timeout' },
    { ok: false, kind: 'crc' },
    { ok: false, kind: 'exception', code: 6 },
  ]
  for (const outcome of failures) t.equal(plan && planner.learn(plan, outcome), undefined)
  t.equal(planner.plansFor(points)[0], plan)
})

t.test('the turnaround is learned, and the plan follows it', async (t) => {
  const planner = new TerminalPlanner({ line: at9600, turnaroundMs: 0 })
  const points = [u16(0), u16(15)]
  t.equal(planner.plansFor(points).length, 2, 'a gap of 14 is too wide for a terminal that answers at once')
  const [plan] = planner.plansFor([u16(0)])
  // 15 characters, two gaps of 3.5 characters, 30 ms.
  for (let turn = 0; turn < 30; turn++) planner.learn(plan!, answer, 15 * at9600.characterMs + 2 * at9600.gapMs + 30)
  t.ok(Math.abs(planner.turnaroundMs - 30) < 1, `${planner.turnaroundMs} ms`)
  t.equal(planner.plansFor(points).length, 1, 'at 30 ms it is worth reading through')
})
