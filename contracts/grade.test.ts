import t from 'tap'
import { gradeOf } from './grade.ts'
import { qualities, qualityNames, qualityOfCode } from './quality.ts'

t.test('grades change exactly at their bounds', async (t) => {
  const table: readonly [number | null, string][] = [
    [100, 'A'],
    [85, 'A'],
    [84.999, 'B'],
    [70, 'B'],
    [69.9, 'C'],
    [50, 'C'],
    [49, 'D'],
    [30, 'D'],
    [29.9, 'E'],
    [0, 'E'],
    [null, 'N'],
    [Number.NaN, 'N'],
  ]
  for (const [score, grade] of table) t.equal(gradeOf(score), grade, `${score}`)
})

t.test('every quality survives storage as its code, and an unknown code is never good', async (t) => {
  for (const name of qualityNames) t.equal(qualityOfCode(qualities[name].code), name)
  t.equal(qualityOfCode(99), 'uncertain')
})
