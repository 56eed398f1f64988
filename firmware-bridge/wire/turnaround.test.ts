import fc from 'fast-check'
import t from 'tap'
import { Turnaround } from './turnaround.ts'

function learned(samples: readonly number[]): Turnaround {
  const turnaround = new Turnaround()
  for (const ms of samples) turnaround.add(ms)
  return turnaround
}
const many = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms)

t.test('before the first answer nothing is known, a few answers are bounded by the slowest', async (t) => {
  t.equal(learned([]).within(0.99), 0)
  t.ok(learned([3, 40, 5]).within(0.99) >= 40)
})

t.test('one slow answer in fifty is waited for, however many are quick', async (t) => {
  const steps = Array.from({ length: 400 }, (_, place) => (place % 50 === 0 ? 48 : 4))
  const p99 = learned(steps).within(0.99)
  t.ok(p99 >= 48 && p99 < 48 * 1.2, `${p99} ms`)
  t.ok(learned(steps).within(0.5) < 5)
})

t.test('a terminal that became slower or quicker is known as such a few hundred answers later', async (t) => {
  const turnaround = learned([...many(1000, 5), ...many(20, 80)])
  t.ok(turnaround.within(0.99) >= 80)
  for (const ms of many(1500, 5)) turnaround.add(ms)
  t.ok(turnaround.within(0.99) < 6)
})

t.test('the bound holds its share of the answers and is at most a fifth too high', async (t) => {
  const samples = fc.array(fc.double({ min: 0.3, max: 4000, noNaN: true }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(samples, fc.constantFrom(0.5, 0.9, 0.99), (values, share) => {
      const bound = learned(values).within(share)
      const sorted = [...values].sort((a, b) => a - b)
      const exact = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length))] ?? 0
      const below = sorted.filter((ms) => ms <= bound * 1.0001).length
      t.ok(below >= share * sorted.length - 1e-6 && bound <= Math.max(exact, 0.25) * 1.2, `${bound} for ${exact}`)
    }),
  )
})

t.test('whatever is measured, the bound is a number', async (t) => {
  for (const ms of [0, -5, 1e9]) t.ok(Number.isFinite(learned(many(500, ms)).within(0.99)))
})
