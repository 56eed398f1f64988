import t from 'tap'
import { floorY } from './figure.ts'
import { waterOf, yOfDepth } from './water.ts'

t.test('water stands to scale: 18 cm on a figure of 170 cm', async (t) => {
  t.ok(Math.abs((floorY - yOfDepth(18)) / 606 - 18 / 170) < 1e-9)
  t.equal(yOfDepth(-3), floorY)
  t.equal(yOfDepth(500), yOfDepth(170), 'it never rises over the head')
})

t.test('waves lie between the surface and the floor', async (t) => {
  for (const depth of [0.5, 3, 18, 27, 60, 170]) {
    const water = waterOf(depth)
    const rows = water.waves.map((wave) => Number(/^M-\d+ (-?[\d.]+)/.exec(wave.d)?.[1]))
    t.ok(rows.length > 0 && rows.every((y) => y >= water.surface - 0.1 && y < floorY), `${depth} cm`)
    t.ok(water.waves.every((wave) => wave.opacity >= 0.3))
  }
})
