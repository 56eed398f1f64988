import { type Static, Type } from 'typebox'
import { BodySystemSchema, IndicatorResultSchema } from './body.ts'
import { GradeSchema } from './grade.ts'
import { NameSchema } from './registry.ts'
import { Time } from './time.ts'

const Nullable = Type.Union([Type.Number(), Type.Null()])
const Share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description })

/** One series an indicator read, within its window. */
export const ExplainedInputSchema = Type.Object({
  terminal: Type.String(),
  point: Type.String(),
  site: Type.String(),
  value: Type.Union([Type.Number(), Type.Null()], {
    description: 'What the site counted with, in the unit of the formula; null: it had no valid value.',
  }),
  newest: Type.Union([Time, Type.Null()], { description: 'Event time of its newest reading that counts.' }),
  readings: Type.Integer({ description: 'Readings within the window.' }),
  coverage: Share('Slots of the window that hold a reading, of those owed.'),
  uncertain: Type.Integer({ description: 'Readings flagged as suspect (QARTOD 3) among them.' }),
  flags: Type.Object(
    {
      pass: Type.Integer(),
      suspect: Type.Integer(),
      fail: Type.Integer({ description: 'Not scored.' }),
      missing: Type.Integer({ description: 'Asked for and not had.' }),
      revised: Type.Integer({ description: 'Slots of the window that a late reading changed.' }),
    },
    { description: 'Readings of this series within the window by QARTOD flag.' },
  ),
  failed: Type.Integer({
    description: 'Readings of the terminal of this and the last hour that failed quality control.',
  }),
  silent: Type.Boolean({
    description: 'Counted at its last valid value because it is silent and worse than the rest.',
  }),
  before: Type.Union([Type.Number(), Type.Null()], { description: 'What it counted with a day earlier.' }),
})
export type ExplainedInput = Static<typeof ExplainedInputSchema>

/** Why an indicator stands where it stands. Everything the page shows is in here; it computes nothing. */
export const ExplanationSchema = Type.Object({
  indicator: IndicatorResultSchema,
  area: Type.String(),
  at: Time,
  recomputed: Type.Boolean({
    description:
      'true: computed again from stored readings by the definitions of that day; false: as it stands in memory now.',
  }),
  formula: Type.Object({
    name: Type.String(),
    version: Type.Integer({ description: 'Counts up when the same inputs would give another value.' }),
    says: NameSchema,
    spatial: Type.String(),
  }),
  definition: Type.Object({
    version: Type.Integer(),
    state: Type.String(),
    validFrom: Type.String(),
    validTo: Type.Union([Type.String(), Type.Null()]),
    owner: Type.Union([NameSchema, Type.Null()]),
    source: NameSchema,
    convention: Type.Boolean(),
    standards: Type.Array(
      Type.Object({
        id: Type.String(),
        validFrom: Type.Union([Type.String(), Type.Null()]),
        validTo: Type.Union([Type.String(), Type.Null()]),
      }),
    ),
  }),
  window: Type.Object({
    from: Time,
    to: Time,
    minutes: Type.Integer(),
    minimum: Type.Record(Type.String(), Type.Number(), { description: 'Below this there is no valid value.' }),
    holdForMinutes: Type.Integer(),
  }),
  inputs: Type.Array(ExplainedInputSchema),
  between: Type.Union(
    [
      Type.Tuple([
        Type.Object({ value: Type.Number(), score: Type.Number() }),
        Type.Object({ value: Type.Number(), score: Type.Number() }),
      ]),
      Type.Null(),
    ],
    { description: 'The two anchors the value lies between; the score is linear between them. null beyond the ends.' },
  ),
  system: Type.Object({
    id: BodySystemSchema,
    score: Nullable,
    grade: GradeSchema,
    weight: Type.Number({ description: 'Of the system in the city.' }),
    without: Type.Union([Type.Number(), Type.Null()], {
      description: 'What the system would score if this indicator stood at 100.',
    }),
    members: Type.Array(
      Type.Object({
        id: Type.String(),
        name: NameSchema,
        score: Nullable,
        grade: GradeSchema,
        weight: Type.Number(),
        contribution: Type.Union([Type.Number(), Type.Null()], { description: 'Share of the pull on the system.' }),
      }),
    ),
  }),
  since: Type.Object(
    {
      at: Time,
      value: Nullable,
      score: Nullable,
      grade: GradeSchema,
      version: Type.Integer({ description: 'Of the definition in force then.' }),
      moved: Type.Array(Type.String(), { description: 'Terminals whose value moved, most first; at most five.' }),
    },
    { description: 'A day earlier, computed from stored readings by the definition in force that day.' },
  ),
})
export type Explanation = Static<typeof ExplanationSchema>
