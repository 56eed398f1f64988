import t from 'tap'
import { cameraFor } from './camera.ts'
import { cellGrades, cellLetters, gridFeatures, type Ring, ringFeatures } from './features.ts'
import { corridor, lengthM, toLocal, toLonlat } from './frame.ts'
import { ringsOf } from './rings.ts'

const ring = (id: string, along: number, state: Ring['state'] = 'live', site = id): Ring => {
  const [longitude, latitude] = toLonlat(along, 0)
  return { id, site, longitude, latitude, state, selected: false, outside: false }
}
const alarm = (site: string, priority: number, state = 'unacknowledged') => ({ site, priority, state }) as never

t.test('metres along the corridor and back are the same place', async (t) => {
  for (const [along, aside] of [
    [0, 0],
    [lengthM, 0],
    [1234, -250],
  ] as const) {
    const [a, b] = toLocal(toLonlat(along, aside))
    t.ok(Math.abs(a - along) < 0.01 && Math.abs(b - aside) < 0.01)
  }
  // Haversine on a sphere of 6371.0088 km gives 3093.5 m between the ends.
  t.ok(Math.abs(lengthM - 3093.5) < 6, String(lengthM))
  t.same(toLonlat(0, 0), corridor.from)
})

t.test('a cell takes the worst alarm in it, N where nothing answers, and stays plain otherwise', async (t) => {
  const rings = [ring('a', 50), ring('b', 60), ring('c', 450, 'stale'), ring('d', 950)]
  const grades = cellGrades(rings, [alarm('a', 3), alarm('b', 2), alarm('d', 1, 'returned')])
  t.same(
    [...grades],
    [
      ['0:0', 'D'],
      ['4:0', 'N'],
    ],
  )
  const filled = gridFeatures(grades).features.filter((cell) => cell.properties?.grade !== '')
  t.equal(filled.length, 2)
  t.same(
    cellLetters(grades).map((letter) => letter.grade),
    ['D'],
  )
})

t.test('terminals of one site are drawn side by side', async (t) => {
  const rings = ['a', 'b', 'c', 'd'].map((id) => ring(id, 500, 'live', 'one'))
  const places = ringFeatures(rings).features.map((feature) => feature.geometry.coordinates.join())
  t.equal(new Set(places).size, 4)
})

t.test('every size of picture shows the whole corridor', async (t) => {
  for (const [width, height] of [
    [420, 410],
    [420, 120],
    [280, 260],
    [360, 300],
  ] as const) {
    const { zoom, bearing, center } = cameraFor(width, height)
    const perPixel = (78_271.517 * Math.cos((center[1] * Math.PI) / 180)) / 2 ** zoom
    const angle = ((90 - 44 + bearing) * Math.PI) / 180
    t.ok(lengthM * Math.cos(angle) <= width * perPixel, `${width}x${height} wide`)
    t.ok(lengthM * Math.sin(angle) <= height * perPixel, `${width}x${height} tall`)
  }
})

t.test('a terminal is live while a usable reading is fresh', async (t) => {
  const site = {
    id: 's',
    area: 'a',
    name: { zh: '', en: '' },
    position: { longitude: 1, latitude: 2, datum: 'WGS-84' },
  }
  const terminal = { id: 't', reportEveryMs: 60_000, site, points: [{ id: 'p' }, { id: 'q' }] } as never
  const state = (at: number, quality: string) =>
    ringsOf([terminal], new Map([['t/p', { at, quality }]]) as never, 1_000_000)[0]?.state
  t.equal(state(1_000_000 - 180_000, 'good'), 'live')
  t.equal(state(1_000_000 - 180_001, 'good'), 'stale')
  t.equal(state(1_000_000, 'comm_fail'), 'silent')
  t.equal(ringsOf([terminal], new Map(), 1_000_000)[0]?.state, 'never')
})
