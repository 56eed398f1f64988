import { type Static, Type } from 'typebox'
import { GradeSchema } from './grade.ts'
import { NameSchema } from './registry.ts'
import { Time } from './time.ts'

/** The nine body systems, in the order pages list them. */
export const bodySystems = {
  NERV: { zh: '神经', en: 'Nerves', of: { zh: '感知网', en: 'sensor network' } },
  SENS: { zh: '听觉', en: 'Hearing', of: { zh: '声环境', en: 'sound' } },
  RESP: { zh: '呼吸', en: 'Breathing', of: { zh: '空气', en: 'air' } },
  META: { zh: '代谢', en: 'Metabolism', of: { zh: '能源与热', en: 'energy and heat' } },
  DIGE: { zh: '消化', en: 'Digestion', of: { zh: '垃圾', en: 'waste' } },
  PSYC: { zh: '情志', en: 'Mood', of: { zh: '市民情绪', en: 'complaints' } },
  CIRC: { zh: '循环', en: 'Circulation', of: { zh: '交通', en: 'traffic' } },
  IMMU: { zh: '免疫', en: 'Immunity', of: { zh: '燃气 消防 结构', en: 'gas, fire, structures' } },
  RENL: { zh: '体液', en: 'Fluids', of: { zh: '供水与排水', en: 'water and drainage' } },
} as const
export type BodySystem = keyof typeof bodySystems

export const BodySystemSchema = Type.Enum(Object.keys(bodySystems) as BodySystem[])

const Score = Type.Union([Type.Number({ minimum: 0, maximum: 100 }), Type.Null()])
const Nullable = Type.Union([Type.Number(), Type.Null()])

const Confidence = Type.Number({
  minimum: 0,
  maximum: 1,
  description: 'Coverage x share that passed quality control x freshness [platform convention].',
})
/**
 * What a headline rests on. `measured`: everything in scope is valid. `held`: gaps stand at their last valid score. `assumed`: a gap
 * outlasted its hold or was never known; it stands at 50, or at its last score where that was lower.
 */
export const HeadlineSchema = Type.Object({
  basis: Type.Enum(['measured', 'held', 'assumed']),
  renormalised: Type.Union([Type.Number(), Type.Null()], { description: 'Score of the valid parts alone.' }),
  filled: Type.Number({ description: 'Score with every gap filled; the headline is the smaller of the two.' }),
  held: Type.Array(Type.String(), { description: 'Indicators held at their last valid score.' }),
  assumed: Type.Array(Type.String(), { description: 'Indicators without one: taken at 50 or less.' }),
})
export type Headline = Static<typeof HeadlineSchema>

/** How firmly a score stands when weights, anchors and the kind of mean are drawn anew many times. */
export const RobustnessSchema = Type.Object({
  draws: Type.Integer(),
  low: Type.Number({ description: 'P5 of the scores drawn.' }),
  high: Type.Number({ description: 'P95 of the scores drawn.' }),
  keepsGrade: Type.Number({ minimum: 0, maximum: 1, description: 'Share of the draws that give the same grade.' }),
})
export type Robustness = Static<typeof RobustnessSchema>

/** A forecast of the measured value reaching the anchor of a grade. */
export const ThresholdForecastSchema = Type.Object({
  value: Type.Number({ description: 'The value that will be reached.' }),
  grade: GradeSchema,
  at: Time,
  inMinutes: Type.Number(),
})

/** One indicator, computed: everything a page or an alarm text says of it stands here. */
export const IndicatorResultSchema = Type.Object({
  id: Type.String({ description: 'Catalogue id, e.g. RENL-01.' }),
  version: Type.String(),
  system: BodySystemSchema,
  area: Type.String(),
  name: NameSchema,
  vital: Type.Boolean(),
  unit: Type.String({ description: 'Unit id of the units registry.' }),
  value: Nullable,
  at: Type.Union([Time, Type.Null()], { description: 'Newest event time the value rests on.' }),
  score: Score,
  grade: GradeSchema,
  valid: Type.Boolean(),
  reason: Type.Optional(Type.String({ description: 'Why it is not valid, or what its value leaves out.' })),
  detail: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'What the formula adds: primary pollutants, level, ...',
    }),
  ),
  quality: Type.Union([
    Type.Literal('good'),
    Type.Literal('uncertain'),
    Type.Literal('stale'),
    Type.Literal('missing'),
  ]),
  weight: Type.Number(),
  contribution: Nullable,
  coverage: Type.Number({ minimum: 0, maximum: 1, description: 'Inputs that were usable, of those defined.' }),
  confidence: Confidence,
  anchors: Type.Array(Type.Number(), { description: 'Values that score 100, 85, 70, 50, 30 and 0.' }),
  normal: Type.Tuple([Nullable, Nullable], { description: 'Band that scores B or better; null = open end.' }),
  extremeOf: Type.Optional(
    Type.Object(
      { statistic: Type.Enum(['max', 'min']), minutes: Type.Number() },
      { description: 'The value is the extreme of so many minutes, not the newest reading.' },
    ),
  ),
  worst: Type.Optional(
    Type.Object({ terminal: Type.String(), point: Type.String(), site: Type.Optional(Type.String()) }),
  ),
  inputs: Type.Array(Type.String(), { description: 'Series read, terminal/point.' }),
  forecast: Type.Optional(ThresholdForecastSchema),
  source: NameSchema,
  convention: Type.Optional(
    Type.Boolean({
      description: 'Something about it is a choice of the platform and of no standard: say so where it is shown.',
    }),
  ),
  owner: Type.Optional(NameSchema),
})
export type IndicatorResult = Static<typeof IndicatorResultSchema>

export const SystemResultSchema = Type.Object({
  id: BodySystemSchema,
  score: Score,
  grade: GradeSchema,
  interval: Type.Union([Type.Tuple([Type.Number(), Type.Number()]), Type.Null()]),
  coverage: Type.Number(),
  weight: Type.Number(),
  confidence: Confidence,
  lowConfidence: Type.Boolean(),
  headline: HeadlineSchema,
  cap: Type.Optional(Type.Object({ score: Type.Number(), indicator: Type.String() })),
  worst: Type.Optional(Type.String({ description: 'Indicator with the lowest score.' })),
  indicators: Type.Array(IndicatorResultSchema),
})
export type SystemResult = Static<typeof SystemResultSchema>

/** Why the city's score is not higher than it is. */
export const CeilingSchema = Type.Object({
  score: Type.Number(),
  indicator: Type.String(),
  grade: GradeSchema,
  kind: Type.Union([Type.Literal('present'), Type.Literal('forecast')]),
  uncapped: Type.Number({ description: 'The score without the ceiling.' }),
  forecast: Type.Optional(ThresholdForecastSchema),
})

/** One of the six bedside signs: a metaphor with its physical value. */
export const BedsideSignSchema = Type.Object({
  id: Type.Enum(['temperature', 'pulse', 'breathing', 'pressure', 'oxygen', 'consciousness']),
  indicator: Type.String(),
  value: Nullable,
  unit: Type.String(),
  normal: Type.Tuple([Nullable, Nullable]),
  range: Type.Tuple([Type.Number(), Type.Number()], { description: 'Ends of the track the value is drawn on.' }),
  at: Type.Union([Time, Type.Null()]),
  grade: GradeSchema,
  quality: Type.Union([
    Type.Literal('good'),
    Type.Literal('uncertain'),
    Type.Literal('stale'),
    Type.Literal('missing'),
  ]),
  detail: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})
export type BedsideSign = Static<typeof BedsideSignSchema>

/** The body of one area at one instant. */
export const BodyResultSchema = Type.Object({
  area: Type.String(),
  at: Time,
  score: Score,
  grade: GradeSchema,
  interval: Type.Union([Type.Tuple([Type.Number(), Type.Number()]), Type.Null()], {
    description: 'Score with missing at 1 and at 100, before any ceiling.',
  }),
  coverage: Type.Number(),
  configured: Type.Integer({ description: 'Indicators in scope.' }),
  missing: Type.Array(Type.String(), { description: 'Indicators in scope without a valid value.' }),
  confidence: Confidence,
  lowConfidence: Type.Boolean(),
  headline: HeadlineSchema,
  robustness: Type.Optional(RobustnessSchema),
  measured: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'Weight of the systems that have terminals in this area; below 0.5 the area has no score of its own.',
  }),
  ceiling: Type.Optional(CeilingSchema),
  worst: Type.Optional(Type.String({ description: 'Indicator that pulls most.' })),
  arithmetic: Nullable,
  systems: Type.Array(SystemResultSchema),
  signs: Type.Array(BedsideSignSchema),
  trial: Type.Optional(
    Type.Array(IndicatorResultSchema, { description: 'Indicators on trial: computed and shown, not counted.' }),
  ),
})
export type BodyResult = Static<typeof BodyResultSchema>
