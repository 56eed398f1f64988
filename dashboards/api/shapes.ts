import { GradeSchema } from '@civitals/contracts/grade'
import { Id } from '@civitals/contracts/ids'
import { QualitySchema } from '@civitals/contracts/quality'
import { AreaSchema, GatewaySchema, NameSchema, PointSchema, SiteSchema } from '@civitals/contracts/registry'
import { GatewayStatusSchema } from '@civitals/contracts/status'
import { Time } from '@civitals/contracts/time'
import { type Static, type TSchema, Type } from 'typebox'

/** Shapes only the API has; everything else it serves is a schema of contracts, as it is. */
const Value = Type.Union([Type.Number(), Type.Null()], { description: 'null when it could not be read.' })
const Score = Type.Union([Type.Number({ minimum: 0, maximum: 100 }), Type.Null()])

export type { Grade } from '@civitals/contracts/grade'

/** Every list: items of one page and the cursor of the next. */
export const ListOf = (item: TSchema) =>
  Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()], { description: 'Cursor of the next page; null on the last.' }),
  })

export const LatestReadingSchema = Type.Object({
  at: Time,
  ageMs: Type.Number({ description: 'Age when answered, in whole seconds.' }),
  value: Value,
  quality: QualitySchema,
  stale: Type.Boolean({ description: 'Older than three reporting periods of its terminal.' }),
})
export type LatestReading = Static<typeof LatestReadingSchema>

export const PointViewSchema = Type.Object({
  ...PointSchema.properties,
  reading: Type.Union([LatestReadingSchema, Type.Null()]),
})
export type PointView = Static<typeof PointViewSchema>

export const terminalStates = ['live', 'stale', 'silent', 'never'] as const
export type TerminalState = (typeof terminalStates)[number]

export const TerminalViewSchema = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  profile: Type.String(),
  group: Type.String(),
  name: NameSchema,
  gateway: Type.String(),
  reportEveryMs: Type.Integer(),
  site: Type.Union([SiteSchema, Type.Null()]),
  state: Type.Enum([...terminalStates], {
    description: 'live: a usable reading is fresh; stale: too old; silent: it does not answer; never: none yet.',
  }),
  lastAt: Type.Union([Time, Type.Null()], { description: 'Newest event time of any point.' }),
  points: Type.Array(PointViewSchema),
})
export type TerminalView = Static<typeof TerminalViewSchema>

export const GatewayViewSchema = Type.Object({
  ...GatewaySchema.properties,
  terminals: Type.Integer(),
  status: Type.Union([Type.Intersect([GatewayStatusSchema, Type.Object({ receivedAt: Time })]), Type.Null()]),
})

export const AreaViewSchema = Type.Object({ ...AreaSchema.properties, score: Score, grade: GradeSchema })
export type AreaView = Static<typeof AreaViewSchema>

export const CityInfoSchema = Type.Object({ id: Type.String(), name: NameSchema, timeZone: Type.String() })
export type CityInfo = Static<typeof CityInfoSchema>

export const HistoryPointSchema = Type.Object({
  at: Time,
  score: Score,
  low: Type.Union([Type.Number(), Type.Null()]),
  high: Type.Union([Type.Number(), Type.Null()]),
  afterwards: Type.Optional(
    Type.Literal(true, { description: 'Nobody computed it at the time: the centre was away, or not there yet.' }),
  ),
})
export type HistoryPoint = Static<typeof HistoryPointSchema>

export const SystemsAtSchema = Type.Object({
  at: Time,
  systems: Type.Record(Type.String(), Score),
  valid: Type.Array(Type.String(), {
    description:
      'Indicators that had a valid value then. Scores that rest on other indicators than those of now differ for that alone.',
  }),
})
export type SystemsAt = Static<typeof SystemsAtSchema>

export const SeriesRowSchema = Type.Object({
  at: Time,
  value: Value,
  quality: QualitySchema,
  count: Type.Optional(Type.Integer({ description: 'Readings in the bucket.' })),
  min: Type.Optional(Type.Number()),
  max: Type.Optional(Type.Number()),
})

export const EndpointSchema = Type.Object({
  id: Type.String(),
  url: Type.String(),
  types: Type.Optional(
    Type.Union([Type.Array(Type.String()), Type.Null()], { description: 'CloudEvents types sent to it; absent: all.' }),
  ),
  enabled: Type.Optional(Type.Boolean()),
})
export type Endpoint = Static<typeof EndpointSchema>

export const NewEndpointSchema = Type.Object(
  {
    url: Type.String({ pattern: '^https?://', maxLength: 2048 }),
    secret: Type.Optional(Type.String({ pattern: '^whsec_', maxLength: 200, description: 'Absent: one is made.' })),
    types: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 50 })),
  },
  { additionalProperties: false },
)
export type NewEndpoint = Static<typeof NewEndpointSchema>

export const NewReportSchema = Type.Object(
  {
    matter: Id('Row of the matter list.'),
    site: Type.Optional(Id('Where it is.')),
    text: Type.String({ minLength: 1, maxLength: 2000 }),
  },
  { additionalProperties: false },
)
export type NewReport = Static<typeof NewReportSchema>

export const orderActions = ['accept', 'handle', 'reply', 'verify', 'rework', 'close'] as const
export const OrderActionSchema = Type.Object(
  {
    action: Type.String({ minLength: 1, maxLength: 40, description: `One of ${orderActions.join(', ')}.` }),
    note: Type.Optional(Type.String({ maxLength: 2000 })),
  },
  { additionalProperties: false },
)

/** RFC 9457. */
export const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String()),
  instance: Type.Optional(Type.String()),
  errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
})
export type Problem = Static<typeof ProblemSchema>
