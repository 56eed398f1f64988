// Whatever comes, in whatever portions: never two live alarms of one rule and subject, the same ids every time.
import type { Reading } from '@civitals/contracts/reading'
import fc from 'fast-check'
import t from 'tap'
import type { AlarmTables } from './store/tables.ts'
import { type Desk, depth, depthRule, openDesk, terminal } from './testing/desk.ts'

const rules = [
  depthRule({ id: 'a', condition: { onDelay: '20s', offDelay: '30s' } }),
  depthRule({ id: 'b', late: 'report', condition: { limit: 27, offDelay: '0s' } }),
]
const values = fc.array(fc.constantFrom(3, 14.5, 16, 30), { minLength: 1, maxLength: 40 })
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('settle' as const), from: fc.nat(300), values }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), which: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const) }) },
  ),
  { minLength: 1, maxLength: 8 },
)

const terminals = Array.from({ length: 200 }, (_, index) => terminal(`water-${index}`, 'road-water', 'depth', 'cm'))

/** Readings every 10 s of one terminal; every run of a property has a terminal of its own. */
const series = (id: string, from: number, some: readonly number[]): Reading[] =>
  some.map((value, index) => ({ ...depth(from + index * 10, value), terminal: id }))

async function invariants(desk: Desk): Promise<string | undefined> {
  const { items } = await desk.engine.list({ state: 'live', limit: 1000 })
  const live = items.filter(({ late }) => !late).map(({ rule, subject }) => JSON.stringify([rule, subject]))
  if (new Set(live).size < live.length) return `two live alarms: ${live}`
  const ids = desk.handed.map(({ id }) => id)
  if (new Set(ids).size < ids.length) return `a transition twice: ${ids}`
  const rows = await desk.state.db.withTables<AlarmTables>().selectFrom('alarm_transition').select('id').execute()
  return rows.length === ids.length ? undefined : `${rows.length} rows, ${ids.length} handed on`
}

type Step =
  | { readonly kind: 'settle'; readonly from: number; readonly values: readonly number[] }
  | { readonly kind: 'acknowledge'; readonly which: number }
  | { readonly kind: 'again' }

/** Takes a step; the batch that `again` would send again. */
async function take(desk: Desk, id: string, step: Step, last: readonly Reading[]): Promise<readonly Reading[]> {
  if (step.kind === 'again') {
    const before = desk.handed.length
    if (last.length > 0) await desk.settle(last)
    if (desk.handed.length > before) throw new Error('a resent batch was evaluated again')
    return last
  }
  if (step.kind === 'settle') {
    const batch = series(id, step.from, step.values)
    await desk.settle(batch)
    return batch
  }
  const { items } = await desk.engine.list()
  const alarm = items[step.which % Math.max(1, items.length)]
  if (alarm) await desk.engine.acknowledge(alarm.id, 'li')
  return last
}

t.test('readings in any order, resent batches and acknowledgements keep the invariants', async (t) => {
  await using desk = await openDesk({ rules, terminals })
  let count = 0
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const id = `water-${count++ % terminals.length}`
      let last: readonly Reading[] = []
      for (const step of all) last = await take(desk, id, step, last)
      const broken = await invariants(desk)
      if (broken) throw new Error(broken)
    }),
    { numRuns: 60 },
  )
  t.ok(desk.handed.length > 60, 'and something happened')
})

t.test('however a run of readings is cut into batches, the occurrences are the same', async (t) => {
  await using whole = await openDesk({ rules, terminals })
  await using cut = await openDesk({ rules, terminals })
  let count = 0
  await fc.assert(
    fc.asyncProperty(values, fc.integer({ min: 1, max: 40 }), async (some, size) => {
      const readings = series(`water-${count++ % terminals.length}`, 0, some)
      await whole.settle(readings)
      for (let from = 0; from < readings.length; from += size) await cut.settle(readings.slice(from, from + size))
      const [one, other] = [whole, cut].map(({ handed }) => JSON.stringify(handed.splice(0)))
      if (one !== other) throw new Error(`${one} is not ${other}`)
    }),
    { numRuns: 60 },
  )
  t.pass()
})
