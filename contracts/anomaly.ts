import { type Static, Type } from 'typebox'

const Time = Type.Number({ description: 'Milliseconds since 1970-01-01T00:00Z.' })
const Maybe = (description: string) => Type.Union([Type.Number(), Type.Null()], { description })

/** How a series may be off by its own habits for hours on end. */
export const levelAnomalies = ['level', 'drift'] as const
export type LevelAnomaly = (typeof levelAnomalies)[number]

/** A stretch in which a series stood off its usual level further than its neighbours did; the raw values stand beside, unchanged. */
export const AnomalySchema = Type.Object({
  terminal: Type.String(),
  point: Type.String(),
  unit: Type.String(),
  kind: Type.Enum([...levelAnomalies], { description: 'level: it came at once; drift: it built up.' }),
  from: Type.Number({ description: 'First hour of the shift, ms since 1970: it is found some hours later.' }),
  to: Type.Number({ description: 'End of the newest hour of it.' }),
  open: Type.Boolean({ description: 'It still goes on.' }),
  foundAt: Time,
  off: Type.Number({ description: 'By how much the newest hour of it stood off, in the unit of the series.' }),
})
export type Anomaly = Static<typeof AnomalySchema>

/** What the level detector knows of one series. */
export const SeriesAnomalySchema = Type.Object({
  terminal: Type.String(),
  point: Type.String(),
  unit: Type.String(),
  state: Type.Enum(['not-judged', 'learning', 'ordinary', 'odd'], {
    description: 'not-judged: stands still by nature, or has not been looked at yet. learning: too few hours so far.',
  }),
  judgedTo: Type.Optional(Time),
  usual: Type.Optional(
    Type.Object(
      { value: Type.Number(), sigma: Type.Number() },
      { description: 'Median and scaled MAD of that hour of the week over the last eight weeks.' },
    ),
  ),
  value: Type.Optional(Maybe('Mean of the newest hour judged.')),
  neighboursOff: Type.Optional(
    Type.Number({ description: 'What the neighbours stood off their own usual by; 0 where there are too few.' }),
  ),
  anomalies: Type.Array(AnomalySchema),
})
export type SeriesAnomaly = Static<typeof SeriesAnomalySchema>

/** For how many hours a series has been off its habits in one way, as rules see it; 0 once that is over. */
export interface AnomalyFact {
  readonly terminal: string
  readonly point: string
  readonly anomaly: LevelAnomaly
  readonly hours: number
  /** End of the hour it was judged by. */
  readonly at: number
}

/** Which shifts are wanted. */
export interface AnomalyQuery {
  readonly terminal?: string
  readonly point?: string
  /** Only those that still go on, or only those that are over. */
  readonly open?: boolean
  /** Those that touch from <= at < to. */
  readonly from?: number
  readonly to?: number
}
