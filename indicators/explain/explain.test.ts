// Why an indicator stands where it stands, over the simulated pilot: from memory now, from the store for any earlier instant.
import { FakeClock } from '@civitals/contracts/clock'
import { ExplanationSchema } from '@civitals/contracts/explanation'
import t from 'tap'
import { Value } from 'typebox/value'
import { shippedDefinitions } from '../io/shipped.ts'
import { formulaNotes } from '../measures/formula-notes.ts'
import { measures } from '../measures/measures.ts'
import { batchOf, pilotEngine, pilotPast } from '../testing/pilot.ts'

const now = Date.parse('2026-06-12T09:00:00+08:00')
const past = await pilotPast(now)
const clock = new FakeClock(now)
const { engine, state } = await pilotEngine(clock, past.city, past.contents, past.complaints)
t.teardown(async () => {
  await engine.close()
  await state.close()
})
engine.evaluate()

t.test('every measure says what it does', async (t) => {
  t.strictSame(Object.keys(formulaNotes).sort(), Object.keys(measures).sort())
})

t.test('every indicator in force can be explained, as the contract says, and says its own value', async (t) => {
  const values = new Map(
    engine
      .current()
      ?.systems.flatMap(({ indicators }) => indicators)
      .map((one) => [one.id, one]),
  )
  for (const { id } of (await shippedDefinitions()).flatMap(({ inForce }) => inForce)) {
    const found = await engine.explain({ id })
    t.strictSame([...Value.Errors(ExplanationSchema, found)], [], id)
    t.equal(found?.indicator.value, values.get(id)?.value)
    if (found?.between && found.indicator.score !== null) {
      const [a, b] = found.between
      const share = ((found.indicator.value ?? 0) - a.value) / (b.value - a.value)
      t.ok(
        Math.abs(a.score + share * (b.score - a.score) - found.indicator.score) < 1e-9,
        `${id} lies between its anchors`,
      )
    }
  }
})

t.test('the sites behind a value, its system and what moved since yesterday', async (t) => {
  for (let minute = 0; minute < 5; minute++) {
    const at = now + minute * 60_000
    const readings = ['01', '02', '03'].map((n) => ({
      terminal: `road-water-${n}`,
      point: 'depth',
      at,
      value: n === '01' ? 21 : 2,
      quality: 'good' as const,
    }))
    engine.step(batchOf(readings, at))?.committed()
  }
  await clock.advance(5 * 60_000)
  engine.evaluate()
  const found = await engine.explain({ id: 'RENL-01' })
  t.match(found, {
    recomputed: false,
    indicator: { value: 21, score: 60, convention: true },
    formula: { name: 'window-max', spatial: 'worst' },
    definition: { version: 1, state: 'in force', convention: true },
    window: { minutes: 5, to: now + 5 * 60_000 },
    between: [
      { value: 15, score: 70 },
      { value: 27, score: 50 },
    ],
    system: { id: 'RENL' },
  })
  const deep = found?.inputs.find(({ terminal }) => terminal === 'road-water-01')
  t.match(deep, { value: 21, readings: 4, silent: false, coverage: 1 })
  t.equal(found?.since.moved[0], 'road-water-01')
  t.ok((found?.since.value ?? 99) < 3, 'it was dry')
  t.ok((found?.system.without ?? 0) > (found?.system.score ?? 100), 'the system would be better without it')
  const pulls = found?.system.members.reduce((sum, { contribution }) => sum + (contribution ?? 0), 0)
  t.ok(Math.abs((pulls ?? 0) - 1) < 1e-9)
})

t.test('an earlier instant is computed again from the store and agrees with what was seen then', async (t) => {
  const again = await engine.explain({ id: 'RENL-04', at: now })
  t.equal(again?.recomputed, true)
  const seen = await pilotEngine(new FakeClock(now), past.city, past.contents, past.complaints)
  const then = seen.engine.evaluate().systems.flatMap(({ indicators }) => indicators)
  t.equal(again?.indicator.value, then.find(({ id }) => id === 'RENL-04')?.value)
  await seen.engine.close()
  await seen.state.close()
})

t.test('an area explains its own part; what does not exist is undefined', async (t) => {
  const town = await engine.explain({ id: 'RESP-01', area: '440607001' })
  t.ok((town?.inputs.length ?? 0) > 0)
  t.ok(town?.inputs.every(({ terminal }) => past.city.terminals.some(({ id }) => id === terminal)))
  t.ok((town?.inputs.length ?? 99) < ((await engine.explain({ id: 'RESP-01' }))?.inputs.length ?? 0))
  t.equal(await engine.explain({ id: 'RESP-99' }), undefined)
  t.equal(await engine.explain({ id: 'RESP-01', area: '440607101' }), undefined)
})
