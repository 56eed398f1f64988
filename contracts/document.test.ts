import t from 'tap'
import { Type } from 'typebox'
import { checkDocument, printProblem } from './document.ts'
import { nearest } from './nearest.ts'

const Line = Type.Object({ baud: Type.Integer(), port: Type.Optional(Type.String()) }, { additionalProperties: false })
const schema = Type.Object({ gateway: Type.String(), lines: Type.Array(Line) }, { additionalProperties: false })

function problems(text: string): string[] {
  const checked = checkDocument(schema, text, 'gateway.yaml')
  return checked.ok ? [] : checked.problems.map(printProblem)
}

t.test('a right document comes back as its value', async (t) => {
  const checked = checkDocument(schema, 'gateway: gw\nlines:\n  - baud: 9600\n', 'gateway.yaml')
  t.same(checked, { ok: true, value: { gateway: 'gw', lines: [{ baud: 9600 }] } })
})

t.test('an unknown key is named with file, line, column and the nearest valid key', async (t) => {
  t.same(problems('gateway: gw\nlines:\n  - baud: 9600\n    prot: a\n'), [
    'gateway.yaml:4:5: lines.0.prot: unknown key; did you mean port?',
  ])
})

t.test('missing keys, wrong types and broken YAML are found where they stand', async (t) => {
  t.same(problems('gateway: gw\nlines:\n  - port: a\n'), ['gateway.yaml:3:5: lines.0: key baud is missing'])
  t.same(problems('gateway: gw\nlines:\n  - baud: fast\n'), ['gateway.yaml:3:11: lines.0.baud: must be integer'])
  t.match(problems('gateway: [\n')[0], /^gateway\.yaml:\d+:\d+: /)
  t.match(problems('').join(), /key gateway is missing/)
})

t.test('a word far from every key has no nearest', async (t) => {
  t.equal(nearest('bauds', ['baud', 'port']), 'baud')
  t.equal(nearest('zzzzzz', ['baud', 'port']), undefined)
})

t.test('a value outside an enumeration names the nearest or all allowed', async (t) => {
  const parity = Type.Object({ parity: Type.Enum(['none', 'even', 'odd']) })
  const said = (text: string): string[] => {
    const checked = checkDocument(parity, text, 'line.yaml')
    return checked.ok ? [] : checked.problems.map(printProblem)
  }
  t.same(said('parity: evn\n'), ['line.yaml:1:9: parity: evn is not known; did you mean even?'])
  t.same(said('parity: 8\n'), ['line.yaml:1:9: parity: must be one of none, even, odd'])
})
