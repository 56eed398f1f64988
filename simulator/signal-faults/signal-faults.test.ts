import t from 'tap'
import { streamOf } from '../world/chance.ts'
import { type SignalFault, type SignalSample, signalFaultKinds, spreadOf } from './fault.ts'
import { inject } from './inject.ts'
import { planFaults } from './plan.ts'

const minuteMs = 60_000
const start = Date.UTC(2026, 2, 2)
const stream = streamOf(7, 'test')
const clean: SignalSample[] = Array.from({ length: 28 * 1440 }, (_, k) => ({
  at: start + k * minuteMs,
  value: 20 + 5 * Math.sin((2 * Math.PI * k) / 1440) + 0.01 * (k % 7),
}))
const at = (minute: number): number => start + minute * minuteMs
const one = (fault: Omit<SignalFault, 'from' | 'to'>, from = 100, to = 200) =>
  inject(clean, [{ ...fault, from: at(from), to: at(to) }], stream)

t.test('each kind does what its name says, between its times and nowhere else', async (t) => {
  const changed = (samples: readonly SignalSample[]): number[] =>
    samples.flatMap(({ value }, k) => (value === clean[k]?.value ? [] : [k]))
  t.strictSame(changed(one({ kind: 'spike', size: 50 }, 100, 101).samples), [100])
  t.equal(one({ kind: 'offset', size: 3 }).samples[150]?.value, (clean[150]?.value ?? 0) + 3)
  t.equal(one({ kind: 'drift', size: 10 }).samples[150]?.value, (clean[150]?.value ?? 0) + 5)
  t.equal(one({ kind: 'stuck', size: 0 }).samples[199]?.value, clean[100]?.value)
  t.equal(one({ kind: 'gap', size: 0 }).samples.length, clean.length - 100)
  t.equal(one({ kind: 'units', size: 1.8, shift: 32 }).samples[150]?.value, (clean[150]?.value ?? 0) * 1.8 + 32)
  t.equal(
    one({ kind: 'clock', size: 480 * minuteMs }).samples[150]?.at,
    at(150 + 480),
    'the order stays that of arrival',
  )
  const noisy = one({ kind: 'noise', size: 2 }).samples.slice(100, 200)
  const added = noisy.map(({ value }, k) => value - (clean[100 + k]?.value ?? 0))
  const deviation = Math.sqrt(added.reduce((sum, value) => sum + value * value, 0) / added.length)
  t.ok(deviation > 1.5 && deviation < 2.5, `${deviation}`)
  for (const kind of signalFaultKinds) {
    const { samples } = one({ kind, size: 4 })
    t.strictSame(samples.slice(0, 100), clean.slice(0, 100), kind)
    t.strictSame(samples.slice(-1000), clean.slice(-1000), kind)
  }
})

t.test('what changes nothing gets no label', async (t) => {
  const still = clean.map(({ at }) => ({ at, value: 0 }))
  const stuck: SignalFault = { kind: 'stuck', from: at(100), to: at(200), size: 0 }
  t.strictSame(inject(still, [stuck], stream).labels, [])
  t.strictSame(inject(clean, [stuck], stream).labels, [stuck])
})

t.test('values keep the steps of the sensor', async (t) => {
  const { samples } = inject(clean, [{ kind: 'offset', from: at(0), to: at(10), size: 0.123 }], stream, 0.5)
  for (const { value } of samples.slice(0, 10)) t.equal(value % 0.5, 0)
})

t.test('a plan holds every kind as often as asked, apart, after the warm-up, and is the same again', async (t) => {
  const plan = { each: 1, warmUpMs: 2 * 86_400_000, quietMs: 12 * 3_600_000 }
  const faults = planFaults(clean, plan, stream)
  t.strictSame(faults.map(({ kind }) => kind).sort(), [...signalFaultKinds].sort())
  t.strictSame(planFaults(clean, plan, stream), faults)
  t.notSame(planFaults(clean, plan, streamOf(8, 'test')), faults)
  t.ok((faults[0]?.from ?? 0) >= start + plan.warmUpMs)
  for (const [k, { from }] of faults.entries()) if (k > 0) t.ok(from - (faults[k - 1]?.to ?? 0) >= plan.quietMs)
  t.equal(inject(clean, faults, stream).labels.length, signalFaultKinds.length)
})

t.test('the spread is that of a normal sample, and not moved by a spike', async (t) => {
  const values = clean.map(({ value }) => value)
  const spread = spreadOf(values)
  t.ok(spread > 3 && spread < 6, `${spread}`)
  t.equal(spreadOf([...values, 1e9]).toFixed(3), spread.toFixed(3))
})
