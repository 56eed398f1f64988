import t from 'tap'
import { printAge, printBytes, printDuration } from './quantities.ts'

t.test('two units at most', async (t) => {
  const cases: [number, string][] = [
    [0.42, '0.4 ms'],
    [1, '1 ms'],
    [23.4, '23 ms'],
    [999.7, '1000 ms'],
    [1000, '1 s'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [90_061_000, '1 d 1 h'],
  ]
  for (const [ms, text] of cases) t.equal(printDuration(ms), text)
  t.equal(printAge(5000, 65_000), '1 min ago')
  t.equal(printAge(65_000, 5000), '1 min in the future')
})

t.test('sizes', async (t) => {
  const cases: [number, string][] = [
    [12, '12 bytes'],
    [2048, '2.0 KiB'],
    [20 * 2 ** 20 + 1, '20 MiB'],
    [78 * 2 ** 30, '78 GiB'],
  ]
  for (const [bytes, text] of cases) t.equal(printBytes(bytes), text)
})
