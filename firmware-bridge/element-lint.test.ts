import { printProblem } from '@civitals/contracts/document'
import t from 'tap'
import { checkProfile } from './check-profile.ts'

const problems = (protocol: string, unit: string, read: string, more = ''): string[] => {
  const text = `profile: p
version: 1
kind: test
group: test
protocol: ${protocol}
name: { zh: 表, en: meter }
source: test
reportEvery: 60s
${more}points:
  - { id: a, name: { zh: 甲, en: a }, unit: ${unit}, class: bulk, resolution: 0.1, range: [-1000, 1000], read: { ${read} } }
`
  const checked = checkProfile(text, 'p/profile.yaml')
  return checked.ok ? [] : checked.problems.map(printProblem)
}

t.test('elements that the tables of a protocol do not have are refused at their place', async (t) => {
  const meter = 'meter: { type: "10" }\n'
  const wrong: [protocol: string, unit: string, element: string, message: RegExp, more?: string][] = [
    ['dlt645', 'V', '02010900', /is no number of DL\/T 645/],
    ['dlt645', 'none', '04000101', /is no number of DL\/T 645/],
    ['cjt188', 'm3', '901F.heat', /heat is nothing a meter of type 10 says/, meter],
    ['cjt188', 'm3', '9020.total', /9020 is not read/, meter],
    ['hj212', 'none', 'a34004-Flag', /Flag is no quantity/],
    ['sl651', 'm', 'E0', /is no element of SL 651/],
    ['gb26875', 'onoff', 'device/fires', /fires is no state/],
    ['gb26875', 'onoff', '9/1/fire', /9 is no system/],
    ['gb26875', 'onoff', '1/2/3/fire', /is no key of gb26875/],
    ['jtt808', 'onoff', 'alarm/acc', /acc is no alarm bit/],
    ['jtt808', 'none', 'pace', /pace is nothing a position/],
  ]
  for (const [protocol, unit, element, message, more] of wrong) {
    const [first = '', ...others] = problems(protocol, unit, `element: '${element}'`, more)
    t.match(first, /^p\/profile\.yaml:1\d:\d+: points\.0\.read\.element: /, `${protocol} ${element}: its place`)
    t.match(first, message, `${protocol} ${element}`)
    t.same(others, [])
  }
})

t.test('units are those of the tables, converted by the scale', async (t) => {
  t.match(
    problems('dlt645', 'W', "element: '02030000'")[0],
    /points\.0\.unit: 02030000 comes in kW: for W its scale is 1000/,
  )
  t.same(problems('dlt645', 'W', "element: '02030000', scale: 1000"), [])
  t.match(problems('sl651', 'mm', "element: '38'")[0], /comes in V, which is no mm/)
  t.match(problems('gb26875', 'none', "element: 'device/fire'")[0], /its unit is onoff, not none/)
  t.match(problems('hj212', 'ug/m3', "element: 'a21026-Rtd'")[0], /for µg\/m³ its scale is 1000/)
  t.same(problems('hj212', 'ug/m3', "element: 'a21026-Rtd', scale: 1"), [], 'a station that differs says so')
  t.same(problems('dlt645', 'V', "element: 'E0010203', format: XXX.X"), [], "the maker's own")
})

t.test('two points may not be the same element of a report, however it is written', async (t) => {
  const text = (first: string, second: string): string => `profile: p
version: 1
kind: test
group: test
protocol: mqtt-json
name: { zh: 表, en: sensor }
source: test
reportEvery: 60s
points:
  - { id: a, name: { zh: 甲, en: a }, unit: none, class: bulk, resolution: 0.1, range: [0, 10], read: { element: '${first}' } }
  - { id: b, name: { zh: 乙, en: b }, unit: none, class: bulk, resolution: 0.1, range: [0, 10], read: { element: '${second}' } }
`
  const checked = checkProfile(text('$.level', 'level'), 'p/profile.yaml')
  t.match(checked.ok ? [] : checked.problems.map(printProblem), [/:11:.*read\.element.*level is already a/])
  t.ok(checkProfile(text('$.level', 'depth'), 'p/profile.yaml').ok)
})
