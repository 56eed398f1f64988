import { printProblem } from '@civitals/contracts/document'
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import t from 'tap'
import { readCityDocument } from './city-document.ts'

const document = `id: '440607'
name: { zh: 三水区, en: Sanshui }
timeZone: Asia/Shanghai
areas: [ { id: '440607', level: district, name: { zh: 三水区, en: Sanshui } } ]
sites: [ { id: mast, area: '440607', name: { zh: 杆, en: Mast }, position: { longitude: 112.88, latitude: 23.19, datum: WGS-84 } } ]
gateways: [ { id: gw-a, name: { zh: 甲, en: A } } ]
terminals:
  - { id: water-01, profile: road-water-gauge, gateway: gw-a, site: mast }
`

t.test('a terminal takes kind, group, points and reporting period from its profile', async (t) => {
  const profiles = await shippedProfiles()
  const read = readCityDocument(document, 'city.yaml', profiles)
  t.ok(read.ok)
  const terminal = read.ok ? read.value.terminals[0] : undefined
  t.match(terminal, { id: 'water-01', kind: 'road-water', group: 'water', reportEveryMs: 60_000 })
  t.same(
    terminal?.points.map(({ id }) => id),
    profiles.get('road-water-gauge')?.points.map(({ id }) => id),
  )
})

t.test('what a terminal names must exist; the line and the nearest name are told', async (t) => {
  const profiles = await shippedProfiles()
  const wrong: Record<string, string> = {
    'gateway: gw-a, site': 'gateway: gw-b, site',
    'site: mast }': 'site: mats }',
    'profile: road-water-gauge': 'profile: road-water-guage',
  }
  for (const [right, slip] of Object.entries(wrong)) {
    const read = readCityDocument(document.replace(right, slip), 'city.yaml', profiles)
    const said = read.ok ? '' : read.problems.map(printProblem).join('\n')
    t.match(said, /^city\.yaml:8:1: terminals\.water-01\.\w+: no \w+ [\w-]+; did you mean [\w-]+\?$/, slip)
  }
})

t.test('an unknown key is found by the schema', async (t) => {
  const read = readCityDocument(document.replace('timeZone', 'timezone'), 'city.yaml', await shippedProfiles())
  t.match(read.ok ? '' : read.problems.map(printProblem).join('\n'), /timezone: unknown key; did you mean timeZone\?/)
})
