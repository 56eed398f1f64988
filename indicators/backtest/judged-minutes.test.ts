// A replay judges minutes as the platform judged the readings of a terminal that reports once a minute.
import fc from 'fast-check'
import t from 'tap'
import type { PointLimits } from '../quality/limits.ts'
import { replayFlags } from '../quality/replay.ts'
import { JudgedMinutes } from './judged-minutes.ts'

const source = 'platform convention'
const limits: PointLimits = {
  range: { sensor: [0, 100], user: [0, 60], zeroNoise: 0.5, source },
  step: { most: 30, perMinutes: 1, source },
  spike: { suspect: 8, fail: 20, source },
  flat: { within: 0, suspectMinutes: 4, failMinutes: 6, source },
}
const first = 29_000_000

const columnsOf = (minutes: readonly number[], values: readonly number[]) => ({
  series: [{ terminal: 'a', point: 'p' }],
  starts: [0, values.length],
  bucket: Uint32Array.from(minutes),
  mean: Float32Array.from(values),
  min: Float32Array.from(values),
  max: Float32Array.from(values),
  count: new Uint16Array(values.length).fill(1),
  uncertain: new Uint8Array(values.length),
})

/** Flags handed on, by minute; columns come in pieces of `piece`, and are fed up to whole multiples of `every` minutes. */
function judged(minutes: readonly number[], values: readonly number[], piece: number, every: number) {
  const found = new Map<number, number>()
  const judge = new JudgedMinutes(limits, 60_000)
  const end = (minutes.at(-1) ?? first) + 1
  let fed = first
  for (let begin = 0; begin < values.length; begin += piece) {
    const part = columnsOf(minutes.slice(begin, begin + piece), values.slice(begin, begin + piece))
    judge.push(part, 0, part.mean.length)
    const last = (minutes[Math.min(begin + piece, values.length) - 1] ?? first) + 1
    for (; fed <= last; fed += every) {
      judge.feed(Math.min(fed, end) * 60_000, (run, from, to) => {
        for (let k = from; k < to; k++) found.set(run.minute[k] ?? 0, run.flag[k] ?? 0)
      })
    }
    judge.feed(last * 60_000, (run, from, to) => {
      for (let k = from; k < to; k++) found.set(run.minute[k] ?? 0, run.flag[k] ?? 0)
    })
  }
  return found
}

const value = fc.oneof(fc.integer({ min: 5, max: 20 }), fc.constantFrom(12, 12, 45, 75, -0.25, -3, 140))

t.test('flags are those of the readings, wherever the columns are cut', async (t) => {
  let failed = 0
  fc.assert(
    fc.property(
      fc.array(fc.tuple(value, fc.constantFrom(1, 1, 1, 1, 5)), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 15 }),
      (steps, piece, every) => {
        let minute = first
        const minutes = steps.map(([, apart]) => (minute += apart))
        const values = steps.map(([one]) => one)
        const readings = values.map((one, k) => ({
          at: (minutes[k] ?? 0) * 60_000,
          value: one,
          quality: 'good' as const,
        }))
        const expected = replayFlags(readings, limits, 60_000)
        const flags = judged(minutes, values, piece, every)
        // The newest may still wait for the next to say what it was.
        for (const { at, flag } of expected.slice(0, -1)) {
          if (flags.get(at / 60_000) !== flag) return false
          if (flag === 4) failed++
        }
        return flags.size >= expected.length - 1
      },
    ),
    { seed: 5, numRuns: 300 },
  )
  t.ok(failed > 50, 'and there were some that failed')
})

t.test('a minute in which one reading left the range of the sensor fails', async (t) => {
  const part = columnsOf([first, first + 1, first + 2], [10, 30, 11])
  part.max[1] = 9999
  const judge = new JudgedMinutes(limits, 5_000)
  judge.push(part, 0, 3)
  const flags: number[] = []
  judge.feed((first + 3) * 60_000, (run, from, to) => flags.push(...run.flag.subarray(from, to)))
  t.strictSame(flags, [1, 4, 1])
})
