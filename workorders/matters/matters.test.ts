// The shipped matter list is whole, covers every alarm rule, and mistakes in one are named with their line.
import { loadRules } from '@civitals/alarms/shipped-rules'
import t from 'tap'
import { loadMatters } from './io/shipped-matters.ts'
import { checkMatters } from './matter.ts'

t.test(
  'every rule that ships is filed under a row of the list; early warnings, contested gateways and odd sensors file no case',
  async (t) => {
    const list = await loadMatters()
    for (const { id, matter, subject } of await loadRules()) {
      const filesNone =
        'gateway' in subject || 'anomaly' in subject || ('reaches' in subject && subject.reaches !== undefined)
      if (filesNone) t.equal(matter, undefined, id)
      else t.ok(matter && list.matter(matter), `${id}: ${matter}`)
    }
    t.ok(list.matters.every(({ name }) => !/[\u4e00-\u9fff]/.test(name.en)))
  },
)

t.test('an unknown department, a doubled row and a missing row for the rest are named', async (t) => {
  const row = (code: string, department: string) => `  - code: ${code}
    name: { zh: 甲, en: A }
    department: ${department}
    level: 1
    clock: emergency
    accept: 1h
    handle: 2h
    closing: { zh: 甲, en: A }
    merge: { radiusM: 0, window: 1h }
`
  const departments = { file: 'd.yaml', text: 'departments:\n  - { id: d, name: { zh: 甲, en: A } }\n' }
  const check = (rows: string) => checkMatters({ file: 'm.yaml', text: `matters:\n${rows}` }, departments)
  t.match(check(row('a', 'x') + row('other', 'd')), {
    ok: false,
    problems: [{ file: 'm.yaml', line: 2, message: /department x/ }],
  })
  t.match(check(row('other', 'd') + row('a', 'd') + row('a', 'd')), {
    problems: [{ message: 'matter a is defined twice' }],
  })
  t.match(check(row('a', 'd')), { ok: false, problems: [{ message: 'row other is missing' }] })
  t.match(check(row('other', 'd')), { ok: true })
})
