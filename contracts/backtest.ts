import { type Static, Type } from 'typebox'
import { DefinitionTextSchema } from './definition-change.ts'
import { GradeSchema } from './grade.ts'

const Nullable = Type.Union([Type.Number(), Type.Null()])

/** What to compute again. */
export const BacktestRequestSchema = Type.Object(
  {
    days: Type.Integer({ minimum: 1, maximum: 400, default: 30, description: 'Days before now.' }),
    everyMinutes: Type.Integer({ minimum: 1, maximum: 1440, default: 60 }),
    files: Type.Optional(
      Type.Array(DefinitionTextSchema, {
        maxItems: 50,
        description: 'Definitions to try beside those in force; their versions are tried on every day of the stretch.',
      }),
    ),
    rules: Type.Optional(DefinitionTextSchema),
  },
  { additionalProperties: false },
)
export type BacktestRequest = Static<typeof BacktestRequestSchema>

/** An alarm that would have been raised or would have returned. */
export const BacktestAlarmSchema = Type.Object({
  rule: Type.String(),
  subject: Type.String(),
  onset: Type.Number(),
  returned: Type.Union([Type.Number(), Type.Null()]),
  value: Type.Number(),
})
export type BacktestAlarm = Static<typeof BacktestAlarmSchema>

/** What one set of definitions would have given. */
export const BacktestSideSchema = Type.Object({
  name: Type.String(),
  mean: Nullable,
  grades: Type.Record(GradeSchema, Type.Integer(), { description: 'Evaluations by grade.' }),
  points: Type.Array(
    Type.Object({
      at: Type.Number(),
      score: Nullable,
      grade: GradeSchema,
      coverage: Type.Number(),
      capper: Type.Optional(Type.String()),
    }),
  ),
  indicators: Type.Array(
    Type.Object({
      id: Type.String(),
      mean: Nullable,
      low: Nullable,
      valid: Type.Integer({ description: 'Evaluations with a valid value.' }),
      bad: Type.Integer({ description: 'Evaluations below 50.' }),
    }),
  ),
  alarms: Type.Array(BacktestAlarmSchema),
})
export type BacktestSide = Static<typeof BacktestSideSchema>

export const BacktestResultSchema = Type.Object({
  sides: Type.Array(BacktestSideSchema),
  differing: Type.Integer({ description: 'Evaluations on which the sides give different grades.' }),
  notes: Type.Array(Type.Object({ zh: Type.String(), en: Type.String() }), {
    description: 'In what this differs from what was seen at the time.',
  }),
})
export type BacktestResult = Static<typeof BacktestResultSchema>

/** A back-test on its way or done. */
export const BacktestSchema = Type.Object({
  id: Type.String(),
  state: Type.Enum(['running', 'done', 'failed']),
  startedAt: Type.Number(),
  progress: Type.Number({ minimum: 0, maximum: 1 }),
  error: Type.Optional(Type.String()),
  result: Type.Optional(BacktestResultSchema),
})
export type Backtest = Static<typeof BacktestSchema>
