// Whatever subset of readings is withheld, the published grade is not better than with them: two observers of one steady city, one
// of which stops hearing part of it.
import type { Grade } from '@civitals/contracts/grade'
import fc from 'fast-check'
import t from 'tap'
import { Observer, steadySeries, steadyValue } from './testing/steady.ts'

const minuteMs = 60_000
const start = Date.parse('2026-06-12T06:00:00+08:00')
/** Full windows before anything is withheld. */
const silenceAt = start + 26 * 60 * minuteMs
/** Within every hold, at its end, and beyond the longest. */
const looks = [10, 45, 90, 250, 700, 1600]
const rank = (grade: Grade): number => 'NEDCBA'.indexOf(grade)

const terminals = [...new Set(steadySeries.map(({ terminal }) => terminal.id))]
/** Share of a terminal's samples that is withheld, and how ill each of its series is. */
const world = fc.record({
  ill: fc.array(fc.oneof(fc.constant(0.05), fc.double({ min: 0, max: 1, noNaN: true })), {
    minLength: steadySeries.length,
    maxLength: steadySeries.length,
  }),
  withheld: fc.array(fc.constantFrom(0, 0, 0.3, 0.7, 1), { minLength: terminals.length, maxLength: terminals.length }),
  seed: fc.nat(),
})

/** The same answer for the same sample: a whole sample is withheld or none of it. */
const isWithheld = (seed: number, terminal: number, minute: number, share: number): boolean =>
  (Math.imul(seed + terminal * 7919 + minute * 104_729, 2_654_435_761) >>> 0) / 2 ** 32 < share

t.test('withholding any subset of samples never gives the city or a system a better grade', async (t) => {
  fc.assert(
    fc.property(world, ({ ill, withheld, seed }) => {
      const [full, partial] = [new Observer(), new Observer()]
      const values = steadySeries.map(({ terminal, point }, k) => steadyValue(terminal, point, ill[k] ?? 0))
      const hear = (from: number, to: number): void => {
        for (let at = from; at < to; at += minuteMs) {
          steadySeries.forEach(({ terminal, point }, k) => {
            full.feed(terminal.id, point, at, values[k] ?? 0)
            const place = terminals.indexOf(terminal.id)
            if (at >= silenceAt && isWithheld(seed, place, at / minuteMs, withheld[place] ?? 0)) return
            partial.feed(terminal.id, point, at, values[k] ?? 0)
          })
        }
      }
      steadySeries.forEach(({ terminal, point }, k) => {
        full.usual(terminal.id, point, silenceAt, values[k] ?? 0)
        partial.usual(terminal.id, point, silenceAt, values[k] ?? 0)
      })
      hear(start, silenceAt)
      full.judge(silenceAt)
      partial.judge(silenceAt)
      let heard = silenceAt
      for (const minutes of looks) {
        const now = silenceAt + minutes * minuteMs
        hear(heard, now)
        heard = now
        const [whole, some] = [full.judge(now), partial.judge(now)]
        for (const [k, system] of whole.systems.entries()) {
          const grade = some.systems[k]?.grade ?? 'N'
          if (rank(grade) > rank(system.grade)) {
            throw new Error(`${minutes} min: ${system.id} is ${grade} instead of ${system.grade}`)
          }
        }
        if (rank(some.grade) > rank(whole.grade)) {
          throw new Error(`${minutes} min: the city is ${some.grade} instead of ${whole.grade}`)
        }
      }
      return true
    }),
    { numRuns: 20, endOnFailure: true },
  )
  t.pass('held')
})
