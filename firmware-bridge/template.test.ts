// A profile that starts from a template: what is merged, what wins, and in which of the two files a fault is told.
import { printProblem } from '@civitals/contracts/document'
import t from 'tap'
import { checkProfile } from './check-profile.ts'
import { isModbusPoint } from './profile.ts'
import type { Templates } from './template.ts'

const template = `template: meter-basic
kind: electricity
group: electricity
protocol: modbus
reportEvery: 60s
serial: { baud: 9600 }
points:
  - id: voltage
    name: { zh: 电压, en: Voltage }
    unit: V
    class: normal
    resolution: 0.1
    range: [0, 500]
    read: { function: input, address: 0, type: f32, order: CDAB }
  - id: current
    name: { zh: 电流, en: Current }
    unit: A
    class: normal
    resolution: 0.01
    range: [0, 100]
    read: { function: input, address: 6, type: f32 }
`
const own = `profile: meter
version: 1
name: { zh: 表, en: Meter }
source: manual, page 3
extends: meter-basic
`
const file = 'profiles/meter/profile.yaml'
const templates = (text = template): Templates =>
  new Map([['meter-basic', { text, file: '_templates/meter-basic.yaml' }]])

function problems(text: string, from: Templates = templates()): string[] {
  const checked = checkProfile(text, file, from)
  return checked.ok ? [] : checked.problems.map(printProblem)
}

function checkedPoints(text: string) {
  const checked = checkProfile(text, file, templates())
  if (!checked.ok) throw new Error(checked.problems.map(printProblem).join('\n'))
  return checked.value.points
}

t.test('a profile that adds nothing has what its template has', async (t) => {
  const checked = checkProfile(own, file, templates())
  t.match(checked, {
    ok: true,
    value: {
      profile: 'meter',
      kind: 'electricity',
      serial: { baud: 9600 },
      points: [{ id: 'voltage' }, { id: 'current' }],
    },
  })
})

t.test('keys of the profile win', async (t) => {
  const checked = checkProfile(`${own}reportEvery: 10s\nserial: { baud: 2400, parity: even }\n`, file, templates())
  t.match(checked, { value: { reportEvery: '10s', serial: { baud: 2400, parity: 'even' }, kind: 'electricity' } })
})

t.test('points merge by id, their read key by key, in the order of the template; new ones come behind', async (t) => {
  const points = checkedPoints(`${own}points:
  - id: power
    name: { zh: 功率, en: Power }
    unit: W
    class: normal
    resolution: 1
    range: [0, 10000]
    read: { function: input, address: 12, type: f32 }
  - { id: voltage, range: [0, 300], read: { address: 30 } }
`)
  t.same(
    points.map(({ id }) => id),
    ['voltage', 'current', 'power'],
  )
  const [voltage] = points.filter(isModbusPoint)
  t.same(voltage?.read, { function: 'input', address: 30, type: 'f32', order: 'CDAB' })
  t.same([voltage?.range, voltage?.unit], [[0, 300], 'V'])
})

t.test('a point of the template can be left out', async (t) => {
  t.same(
    checkedPoints(`${own}points:\n  - { id: voltage, remove: true }\n`).map(({ id }) => id),
    ['current'],
  )
})

t.test('what the template does not have cannot be left out', async (t) => {
  t.same(problems(`${own}points:\n  - { id: volts, remove: true }\n`), [
    `${file}:7:11: points.0.id: the template meter-basic has no such point to remove`,
  ])
})

t.test('a fault is told in the file it stands in', async (t) => {
  const wrong = templates(template.replace('unit: A', 'unit: amp'))
  t.match(problems(own, wrong), [/^_templates\/meter-basic\.yaml:17:11: points\.1\.unit: unknown unit amp/])
  t.match(problems(`${own}points:\n  - { id: current, unit: amp }\n`), [
    /^profiles\/meter\/profile\.yaml:7:26: points\.0\.unit: unknown unit amp/,
  ])
  const mixed = `${own}points:\n  - { id: voltage, remove: true }\n  - { id: current, read: { scale: 0 } }\n`
  t.match(problems(mixed), [/^profiles\/meter\/profile\.yaml:8:35: points\.1\.read\.scale: must not be 0/])
})

t.test('two points that overlap only in this profile are told in it', async (t) => {
  t.match(problems(`${own}points:\n  - { id: current, read: { address: 1 } }\n`), [
    /^profiles\/meter\/profile\.yaml:7:37: points\.0\.read\.address: overlaps the input registers of voltage/,
  ])
})

t.test('a key that is missing in both is told', async (t) => {
  t.match(problems(own, templates(template.replace('kind: electricity\n', ''))).join(), /key kind is missing/)
})

t.test('a template nobody knows: the nearest is named', async (t) => {
  t.same(problems(own.replace('meter-basic', 'meter-basik')), [
    `${file}:5:10: extends: template meter-basik is not known; did you mean meter-basic?`,
  ])
})

t.test('a template is no profile, has the name of its file, and starts from no other', async (t) => {
  t.match(problems(own, templates(template.replace('template: meter-basic', 'template: basic'))), [
    /^_templates\/meter-basic\.yaml:1:11: template: must be meter-basic/,
  ])
  for (const key of ['profile: x', 'version: 1', 'extends: other'])
    t.match(problems(own, templates(`${template}${key}\n`)), [/is for profiles, not for templates/], key)
  t.match(problems(own, templates('[')), [/^_templates\/meter-basic\.yaml:/])
})
