// Rules on series that are off their habits: low priority, at the terminal's place, nobody's case, over when the shift is.

import type { AnomalyFact } from '@civitals/contracts/anomaly'
import t from 'tap'
import { loadRules } from './rules/io/shipped-rules.ts'
import { checkRules } from './rules/rule.ts'
import { type Desk, noon, openDesk } from './testing/desk.ts'

const hourMs = 3_600_000

async function tell(desk: Desk, ...facts: AnomalyFact[]): Promise<void> {
  const effect = desk.engine.evaluateAnomalies(facts)
  if (!effect) return
  await desk.state.transaction((tx) => effect.write(tx))
  effect.committed()
}

const drift = (hours: number, at: number, terminal = 'water-1'): AnomalyFact => ({
  ...{ terminal, point: 'depth', anomaly: 'drift', hours, at },
})

t.test(
  'drift becomes an alarm of the lowest priority after half a day, without a case, and returns when it is over',
  async (t) => {
    await using desk = await openDesk({ rules: await loadRules() })
    await tell(desk, drift(11, noon))
    t.same((await desk.engine.list()).items, [])
    await tell(desk, drift(12, noon + hourMs))
    await tell(desk, drift(12, noon + hourMs))
    const { items } = await desk.engine.list()
    t.match(items, [
      {
        ...{ rule: 'sensor-drift', priority: 4, value: 12, unit: 'h', state: 'unacknowledged', site: String },
        subject: { kind: 'anomaly', terminal: 'water-1', point: 'depth', anomaly: 'drift' },
      },
    ])
    t.equal(items.length, 1)
    t.equal(items[0]?.matter, undefined)
    await tell(desk, drift(0, noon + 2 * hourMs))
    t.match((await desk.engine.list()).items, [{ state: 'returned' }])
  },
)

t.test('a terminal nobody registered is none', async (t) => {
  await using desk = await openDesk({ rules: await loadRules() })
  await tell(desk, drift(99, noon, 'nobody'))
  t.same((await desk.engine.list()).items, [])
})

t.test('a rule on an anomaly is on hours and looks upwards', async (t) => {
  const rule = `rules:
  - id: a
    version: "1"
    name: { zh: 甲, en: A }
    subject: { anomaly: level }
    unit: min
    condition: { direction: high, limit: 10, deadband: 1, onDelay: 0s, offDelay: 60s }
    priority: 4
    cause: { zh: 甲, en: A }
    consequence: { zh: 甲, en: A }
    response: { zh: 甲, en: A }
    late: amend
    source: test
`
  t.match(checkRules(rule, 'x.yaml'), { ok: false, problems: [{ line: 2, message: /its unit is h/ }] })
  t.match(checkRules(rule.replace('unit: min', 'unit: h'), 'x.yaml'), { ok: true })
})

t.test('when alarms on a series were active is told, whether they still are or not', async (t) => {
  await using desk = await openDesk({ rules: await loadRules() })
  t.same(await desk.engine.seriesPeriods(0), [])
  await tell(desk, drift(20, noon))
  t.same(await desk.engine.seriesPeriods(0), [], 'an alarm on hours is none on values')
})
