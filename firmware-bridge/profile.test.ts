import { printProblem } from '@civitals/contracts/document'
import t from 'tap'
import { checkProfile } from './check-profile.ts'

const head = `profile: gauge
version: 1
kind: road-water
group: water
protocol: modbus
name: { zh: 计, en: Gauge }
source: manual, page 12
reportEvery: 60s
points:
`
const good = `  - id: depth
    name: { zh: 深, en: Depth }
    unit: cm
    class: alarm
    resolution: 0.1
    range: [-2, 300]
    normal: [0, 3]
    read: { function: holding, address: 0, type: i16, scale: 0.1 }
`
const change = (from: string | RegExp, to: string): string => head + good.replace(from, to)

function problems(text: string, file = 'gauge/profile.yaml'): string[] {
  const checked = checkProfile(text, file)
  return checked.ok ? [] : checked.problems.map(printProblem)
}

t.test('a right profile comes back as its value', async (t) => {
  const checked = checkProfile(head + good, 'profiles/gauge/profile.yaml')
  t.match(checked, {
    ok: true,
    value: { profile: 'gauge', points: [{ id: 'depth', read: { address: 0 } }] },
    advice: [],
  })
})

t.test('wrong keys and words name the nearest right one', async (t) => {
  t.same(
    problems(change('address', 'adress'))[1],
    'gauge/profile.yaml:17:32: points.0.read.adress: unknown key; did you mean address?',
  )
  t.match(problems(change('holding', 'holdin'))[0], /gauge\/profile\.yaml:17:23: points\.0\.read\.function: .*holding/)
  t.same(problems(change('unit: cm', 'unit: mpa')), [
    'gauge/profile.yaml:12:11: points.0.unit: unknown unit mpa; did you mean MPa?',
  ])
})

t.test('the id is the name of the folder', async (t) => {
  t.same(problems(head + good, 'profiles/gouge/profile.yaml'), [
    'profiles/gouge/profile.yaml:1:10: profile: is gauge, but its folder is gouge',
  ])
})

t.test('registers of two points may not overlap', async (t) => {
  const second = good.replace('id: depth', 'id: other').replace('address: 0', 'address: 1')
  const wide = good.replace('type: i16', 'type: i32')
  t.match(
    problems(head + wide + second)[0],
    /:25:\d+: points\.1\.read\.address: overlaps the holding registers of depth/,
  )
  t.same(problems(head + good + second), [])
  t.same(problems(head + wide + second.replace('holding', 'input')), [], 'another table')
})

t.test('an id is used once', async (t) => {
  t.match(problems(head + good + good.replace('address: 0', 'address: 9')), [/points\.1\.id: depth is used twice/])
})

t.test('bands run upwards and inside each other', async (t) => {
  t.match(problems(change('[-2, 300]', '[300, -2]'))[0], /points\.0\.range: the lower end must be below the upper/)
  t.match(problems(change('[0, 3]', '[3, 0]')), [/normal: the lower end/])
  t.match(problems(change('[0, 3]', '[0, 301]')), [/normal: lies outside the possible range/])
  t.match(problems(change('resolution: 0.1', 'resolution: 1000')), [/resolution: is wider/])
})

t.test('a read must be possible', async (t) => {
  t.match(problems(change('address: 0, type: i16', 'address: 65535, type: f32')), [/reaches beyond 65535/])
  t.match(problems(change('holding', 'coil')), [/a coil holds a bit, not i16/])
  t.match(problems(change('i16', 'bit')), [/a register holds a number/])
  t.match(problems(change('scale: 0.1', 'order: CDAB')), [/i16 has no word order/])
  t.match(problems(change('scale: 0.1', 'scale: 0')), [/must not be 0/])
})

t.test('a missing normal band is advice for points that raise alarms', async (t) => {
  const bare = checkProfile(change(/ {4}normal.*\n/, ''), 'gauge/profile.yaml')
  t.match(bare.ok && bare.advice.map(printProblem), [/points\.0\.id: depth may raise alarms but has no normal band/])
  const bulk = checkProfile(change(/ {4}normal.*\n/, '').replace('alarm', 'bulk'), 'gauge/profile.yaml')
  t.match(bulk, { ok: true, advice: [] })
})

t.test('a resolution is required', async (t) => {
  t.match(problems(change(/ {4}resolution.*\n/, '')), [/key resolution is missing/])
})
