// The shipped rules are well formed, and what is wrong in a file is found with its line.
import t from 'tap'
import { loadRules } from './io/shipped-rules.ts'
import { checkRules, lateOf } from './rule.ts'

t.test(
  'the shipped rules load and every one names a response, and a matter where a department has one to handle',
  async (t) => {
    const rules = await loadRules()
    t.ok(rules.length >= 18)
    for (const rule of rules) {
      t.ok(rule.response.zh && rule.response.en, rule.id)
      // What is wrong with a box or a sensor is a matter of whoever looks after it, not of a department; a forecast alone sends nobody.
      const nobodys = ['gateway', 'reaches', 'anomaly'].some((key) => key in rule.subject)
      t.equal(rule.matter === undefined, nobodys, rule.id)
      t.notMatch(rule.name.en, /[\u4e00-\u9fff]/, rule.id)
    }
    t.ok(
      rules.filter(({ priority }) => priority === 1).every((rule) => lateOf(rule) === 'report'),
      'priority 1 is never amended away',
    )
  },
)

t.test('a wrong key, an unknown unit and a doubled id are named with file and line', async (t) => {
  const rule = `  - id: a
    version: "1"
    name: { zh: 甲, en: A }
    subject: { kind: gas, point: concentration }
    unit: LEL
    condition: { direction: high, limit: 10, deadband: 1, onDelay: 0s, offDelay: 60s }
    priority: 2
    cause: { zh: 甲, en: A }
    consequence: { zh: 甲, en: A }
    response: { zh: 甲, en: A }
    late: amend
    source: test
`
  t.match(checkRules(`rules:\n${rule.replace('onDelay', 'ondelay')}`, 'x.yaml'), {
    ok: false,
    problems: [{ file: 'x.yaml', line: 7 }],
  })
  t.match(checkRules(`rules:\n${rule.replace('LEL', 'furlong')}`, 'x.yaml'), {
    ok: false,
    problems: [{ line: 2, message: 'unit furlong is not in the units registry' }],
  })
  t.match(checkRules(`rules:\n${rule}${rule}`, 'x.yaml'), {
    ok: false,
    problems: [{ message: 'rule a is defined twice' }],
  })
  t.match(checkRules(`rules:\n${rule}`, 'x.yaml'), { ok: true })
  t.match(checkRules(`rules:\n${rule.replace('    late: amend\n', '')}`, 'x.yaml'), { ok: true })
})
