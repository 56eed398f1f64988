import t from 'tap'
import { ClockCheck } from './clock-check.ts'

const minuteMs = 60_000
const start = Date.UTC(2026, 2, 2)

/** Verdicts over samples that arrive at these minutes with these times. */
const judged = (samples: readonly (readonly [arrives: number, says: number])[]): boolean[] => {
  const check = new ClockCheck(minuteMs)
  return samples.map(([arrives, says]) => check.take(start + arrives * minuteMs, start + says * minuteMs))
}
const minutes = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, k) => from + k)

t.test('a clock that is ahead is suspect at once, one that is right again is not', async (t) => {
  t.strictSame(
    judged([
      [0, 0],
      [1, 1],
      [2, 482],
      [3, 3],
    ]),
    [false, false, true, false],
  )
})

t.test('a clock that was set back is suspect from the fourth sample in its rhythm', async (t) => {
  const right = minutes(0, 10).map((minute) => [minute, minute] as const)
  const back = minutes(10, 20).map((minute) => [minute, minute - 480] as const)
  t.strictSame(judged([...right, ...back]).slice(10), [false, false, false, ...Array(7).fill(true)])
})

t.test('a backlog that comes in a rush is no wrong clock', async (t) => {
  const right = minutes(0, 10).map((minute) => [minute, minute] as const)
  const backlog = minutes(10, 130).map((minute) => [130 + minute / 1000, minute] as const)
  const after = minutes(131, 140).map((minute) => [minute, minute] as const)
  t.notOk(judged([...right, ...backlog, ...after]).includes(true))
})
