import { type Static, Type } from 'typebox'

const Source = Type.String({ minLength: 1, description: 'Standard and clause, or "platform convention".' })
const Positive = (description: string) => Type.Number({ exclusiveMinimum: 0, description })
const Band = (description: string) => Type.Tuple([Type.Number(), Type.Number()], { description })
const closed = { additionalProperties: false } as const

/** What the readings of one point are held against. Tests that are left out are not made. */
export const PointLimitsSchema = Type.Object(
  {
    hazard: Type.Optional(
      Type.Boolean({
        description:
          'A danger may look like a fault: every test but the sensor range only marks suspect, and suspect values still score.',
      }),
    ),
    habits: Type.Optional(
      Type.Boolean({
        description:
          'The quantity moves by itself and has habits by the hour of the week: shifts of its level and drift are looked for.',
      }),
    ),
    range: Type.Optional(
      Type.Object(
        {
          sensor: Band('Beyond: fail.'),
          user: Type.Optional(Band('Beyond, yet within the sensor range: suspect.')),
          zeroNoise: Type.Optional(Positive('So far below 0 a value is noise about zero and scores as 0.')),
          source: Source,
        },
        closed,
      ),
    ),
    step: Type.Optional(
      Type.Object(
        { most: Positive('Change in the unit of the point.'), perMinutes: Positive('Within.'), source: Source },
        closed,
      ),
    ),
    spike: Type.Optional(
      Type.Object(
        {
          suspect: Positive('Height over both neighbours.'),
          fail: Positive('Height over both neighbours.'),
          source: Source,
        },
        closed,
      ),
    ),
    flat: Type.Optional(
      Type.Object(
        {
          within: Type.Number({ minimum: 0, description: 'Values no further apart count as the same.' }),
          suspectMinutes: Positive('The same for so long.'),
          failMinutes: Positive('The same for so long.'),
          stillBelow: Type.Optional(Type.Number({ description: 'Up to here stillness is natural: an empty road.' })),
          source: Source,
        },
        closed,
      ),
    ),
    attenuated: Type.Optional(
      Type.Object(
        {
          minutes: Positive('Stretch the range of values is taken over.'),
          suspect: Positive('Range below which a value is suspect.'),
          fail: Type.Number({ minimum: 0, description: 'Range below which a value fails.' }),
          source: Source,
        },
        closed,
      ),
    ),
    neighbours: Type.Optional(
      Type.Object(
        {
          threshold: Positive('Standard deviations of the neighbours.'),
          minimumSpread: Positive('Standard deviation of the neighbours is taken as no less.'),
          withinMetres: Positive('Who is a neighbour.'),
          atLeast: Type.Integer({ minimum: 2, description: 'Neighbours without which nothing is said.' }),
          source: Source,
        },
        closed,
      ),
    ),
  },
  closed,
)
export type PointLimits = Static<typeof PointLimitsSchema>

/** A relation between two points of one terminal that holds whatever happens: particles below 2.5 um are part of those below 10. */
export const CrossRuleSchema = Type.Object(
  {
    point: Type.String({ description: 'This one ...' }),
    atMost: Type.String({ description: '... is at most this one,' }),
    slack: Type.Number({ minimum: 0, description: 'plus so much.' }),
    source: Source,
  },
  closed,
)
export type CrossRule = Static<typeof CrossRuleSchema>

export const KindLimitsSchema = Type.Object(
  {
    points: Type.Record(Type.String(), PointLimitsSchema),
    cross: Type.Optional(Type.Array(CrossRuleSchema)),
  },
  closed,
)
export type KindLimits = Static<typeof KindLimitsSchema>

/** `quality/limits.yaml`: limits by terminal kind and point. */
export const LimitsDocumentSchema = Type.Object({ kinds: Type.Record(Type.String(), KindLimitsSchema) }, closed)
export type LimitsDocument = Static<typeof LimitsDocumentSchema>

/** Limits by terminal kind. */
export type QualityLimits = Readonly<Record<string, KindLimits>>
