import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CitySchema } from '@civitals/contracts/registry'
import { isUnitId } from '@civitals/contracts/units'
import t from 'tap'
import { Value } from 'typebox/value'
import { demoCity, loadPilot } from './io/pilot-file.ts'

const city = await demoCity()
const pilot = await loadPilot()

/** Terminals of each kind as the reference lists them (section 7.1): 53 in all. */
const mix: Readonly<Record<string, number>> = {
  air: 4,
  noise: 4,
  traffic: 6,
  parking: 2,
  'road-water': 5,
  manhole: 5,
  rain: 1,
  river: 1,
  supply: 3,
  lamp: 6,
  electrical: 3,
  gas: 3,
  hydrant: 2,
  cover: 4,
  tilt: 1,
  bin: 2,
  toilet: 1,
}

t.test('the city is a document the registry takes', async (t) => {
  t.ok(Value.Check(CitySchema, city), JSON.stringify([...Value.Errors(CitySchema, city)].slice(0, 3)))
})

t.test('53 terminals in the mix of the reference', async (t) => {
  const counted: Record<string, number> = {}
  for (const terminal of city.terminals) counted[terminal.kind] = (counted[terminal.kind] ?? 0) + 1
  t.same(counted, mix)
  t.equal(city.terminals.length, 53)
})

t.test('ids are unique and every reference holds', async (t) => {
  const of = (list: readonly { id: string }[]) => new Set(list.map((one) => one.id))
  t.equal(of(city.terminals).size, city.terminals.length)
  t.equal(of(city.sites).size, city.sites.length)
  for (const terminal of city.terminals) {
    t.ok(of(city.sites).has(terminal.site), `${terminal.id}: site ${terminal.site}`)
    t.ok(of(city.gateways).has(terminal.gateway))
    t.match(terminal.id, new RegExp(`^${terminal.kind}-\\d\\d$`))
    for (const point of terminal.points) t.ok(isUnitId(point.unit), `${terminal.id}/${point.id}: ${point.unit}`)
  }
  for (const site of city.sites) t.ok(of(city.areas).has(site.area))
  for (const { lines } of pilot.gateways) {
    for (const line of lines) t.equal(new Set(line.terminals.map((one) => one.unit)).size, line.terminals.length)
  }
})

t.test('every site is marked synthetic and lies inside the district', async (t) => {
  const text = readFileSync(join(import.meta.dirname, '..', 'data', 'sanshui-boundary.geojson'), 'utf8')
  const ring: [number, number][] = JSON.parse(text).features[0].geometry.coordinates[0]
  for (const site of city.sites) {
    t.equal(site.synthetic, true)
    t.ok(inside(ring, site.position.longitude, site.position.latitude), site.id)
  }
  t.notOk(inside(ring, 113.2644, 23.1291), 'the middle of Guangzhou is not')
})

/** Ray casting: an odd number of crossings means inside. */
function inside(ring: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let within = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i]!
    const [xj, yj] = ring[j]!
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within
  }
  return within
}
