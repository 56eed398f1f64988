import { type Static, Type } from 'typebox'
import { Time } from './time.ts'

/**
 * What quality control says of the stored readings of one series in a stretch of time; the raw values stand beside, unchanged. Shifts
 * of level and drift are not among it: a flag is said of a reading when it comes, decides whether that scores, and comes out the
 * same whenever it is judged again; a shift is said of hours, hours later, against weeks and neighbours that may be amended. What
 * follows from a shift is that baselines do not learn from it.
 */
export const SeriesFlagsSchema = Type.Object({
  terminal: Type.String(),
  point: Type.String(),
  from: Time,
  to: Time,
  counts: Type.Object(
    { pass: Type.Integer(), suspect: Type.Integer(), fail: Type.Integer(), missing: Type.Integer() },
    { description: 'Readings by QARTOD flag.' },
  ),
  spans: Type.Array(
    Type.Object({
      from: Time,
      to: Type.Number({ description: 'Newest reading of the stretch; of a gap, the reading that ended it.' }),
      flag: Type.Union([Type.Literal(2), Type.Literal(3), Type.Literal(4), Type.Literal(9)], {
        description: 'QARTOD: 3 suspect, 4 fail, 9 missing. What is in no stretch passed.',
      }),
      tests: Type.Array(Type.String(), { description: 'Tests that said so: range, rate, spike, flat, ...' }),
      readings: Type.Integer({ description: '0 for a gap.' }),
    }),
  ),
})
export type SeriesFlags = Static<typeof SeriesFlagsSchema>
