// "In 40 minutes the underpass reaches 27 cm" is an alarm like any other, and ends when it no longer holds.
import type { Approach } from '@civitals/contracts/forecast'
import t from 'tap'
import { minutesUntil } from './engine/approach.ts'
import { type Desk, depthRule, noon, openDesk } from './testing/desk.ts'

const { matter: _, ...bare } = depthRule({
  condition: { direction: 'low', limit: 60, inclusive: true, deadband: 30, onDelay: '0s', offDelay: '60s' },
})
const rule = {
  ...bare,
  id: 'ahead',
  subject: { kind: 'road-water', point: 'depth', reaches: { value: 27, unit: 'cm' } },
  unit: 'min',
}

const rising = (seconds: number, value: number, perMinute: number): Approach => ({
  terminal: 'water-1',
  point: 'depth',
  at: noon + seconds * 1000,
  value,
  perMinute,
})

async function evaluate(desk: Desk, approaches: readonly Approach[], seconds: number): Promise<void> {
  const effect = desk.engine.evaluateIndicators([], noon + seconds * 1000, approaches)
  if (!effect) return
  await desk.state.transaction((tx) => effect.write(tx))
  effect.committed()
}

t.test(
  'minutes to a value: by the rate, less the age of the reading; none when it recedes, is calm or is there',
  async (t) => {
    // Reference 6.2: 5 to 8 cm in ten minutes reaches 15 cm after 23.3 min.
    t.ok(Math.abs(minutesUntil(rising(0, 8, 0.3), 15, noon) - 70 / 3) < 1e-9)
    t.ok(Math.abs(minutesUntil(rising(0, 8, 0.3), 15, noon + 60_000) - 67 / 3) < 1e-9)
    t.equal(minutesUntil(rising(0, 8, 0), 15, noon), Number.POSITIVE_INFINITY)
    t.equal(minutesUntil(rising(0, 16, 0.3), 15, noon), Number.POSITIVE_INFINITY)
    t.equal(minutesUntil(rising(0, 8, -0.3), 15, noon), Number.POSITIVE_INFINITY)
    t.equal(minutesUntil(rising(0, 0.5, -0.05), 0.3, noon), 4, 'where lower is worse, it heads down')
  },
)

t.test('forty minutes ahead it is raised under an id of its own, beside the alarm on the depth itself', async (t) => {
  await using desk = await openDesk({ rules: [depthRule(), rule] })
  await evaluate(desk, [rising(0, 7, 0.5)], 0)
  const [alarm, ...more] = await desk.live()
  t.same(more, [])
  t.match(alarm, {
    rule: 'ahead',
    subject: { kind: 'approach', terminal: 'water-1', point: 'depth', reaches: 27 },
    site: 's-1',
    state: 'unacknowledged',
    value: 40,
    limit: 60,
    unit: 'min',
  })
  t.match(await desk.engine.acknowledge(alarm!.id, 'dispatcher'), { state: 'acknowledged' })
  await evaluate(desk, [rising(300, 9.5, 0.5)], 300)
  t.match(await desk.live(), [{ id: alarm!.id, state: 'acknowledged', value: 35 }], 'the same one, nearer')
})

t.test('it returns when the water stops rising, and when the value is reached', async (t) => {
  for (const end of [rising(60, 12, 0), rising(60, 28, 0.5)]) {
    await using desk = await openDesk({ rules: [rule] })
    await evaluate(desk, [rising(0, 7, 0.5)], 0)
    await evaluate(desk, [end], 60)
    t.match(await desk.live(), [{ state: 'unacknowledged', value: null }], 'no minutes to count while it waits')
    await evaluate(desk, [{ ...end, at: end.at + 60_000 }], 120)
    t.match(await desk.live(), [{ state: 'returned', value: null, returnedAt: noon + 60_000 }])
  }
})

t.test('a terminal that falls silent ends no warning, and what no rule warns of raises none', async (t) => {
  await using desk = await openDesk({ rules: [rule] })
  await evaluate(desk, [rising(0, 7, 0.5)], 0)
  await evaluate(desk, [], 600)
  t.match(await desk.live(), [{ state: 'unacknowledged' }])
  await evaluate(desk, [{ ...rising(0, 7, 0.5), point: 'battery' }], 610)
  t.equal((await desk.live()).length, 1)
})

t.test('a replay finds the same occurrence', async (t) => {
  const ids = []
  for (let run = 0; run < 2; run++) {
    await using desk = await openDesk({ rules: [rule] })
    await evaluate(desk, [rising(0, 7, 0.5)], 0)
    ids.push((await desk.live())[0]?.id)
  }
  t.ok(ids[0])
  t.equal(ids[0], ids[1])
})

t.test('a rule in another unit than the registered point is left out and named', async (t) => {
  const metres = { ...rule, subject: { ...rule.subject, reaches: { value: 0.27, unit: 'm' } } }
  await using desk = await openDesk({ rules: [metres] })
  await evaluate(desk, [rising(0, 0.1, 0.01)], 0)
  t.same(await desk.live(), [])
  t.same(desk.engine.mismatches(), ['ahead: m, but water-1/depth is in cm'])
})
