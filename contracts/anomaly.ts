import { type Static, Type } from 'typebox'
import { Time } from './time.ts'

const Maybe = (description: string) => Type.Union([Type.Number(), Type.Null()], { description })

/** How a series may be off by its own habits for hours on end. */
export const levelAnomalies = ['level', 'drift'] as const
export type LevelAnomaly = (typeof levelAnomalies)[number]

/** What single readings may look like beside the habits of their series. */
export const readingAnomalies = ['spike', 'stuck', 'noise', 'gap'] as const
export type ReadingAnomaly = (typeof readingAnomalies)[number]

export type AnomalyKind = LevelAnomaly | ReadingAnomaly

/**
 * A stretch in which a series was off its own habits: its level against its weeks and its neighbours (found in its hours), or its
 * readings against how lively it usually is (found as they settle). The raw values stand beside, unchanged.
 */
export const AnomalySchema = Type.Object({
  terminal: Type.String(),
  point: Type.String(),
  unit: Type.String(),
  kind: Type.Enum([...levelAnomalies, ...readingAnomalies], {
    description:
      'level: a shift that came at once; drift: one that built up. spike: readings that stand out and fall back; stuck: the value stands still longer than it ever does; noise: it moves far more than usual; gap: it is missing while its terminal is heard.',
  }),
  from: Type.Number({ description: 'Begin, ms since 1970; of a shift its first hour: it is found some hours later.' }),
  to: Type.Number({
    description: 'End of the newest hour of it, or its newest reading; of a gap, the reading that ended it.',
  }),
  open: Type.Boolean({ description: 'It still goes on.' }),
  foundAt: Time,
  off: Type.Number({
    description:
      'In the unit of the series. A shift: by how much its newest hour stood off. spike: height of the highest; noise: usual step exceeded by so much; stuck, gap: 0.',
  }),
  times: Type.Optional(
    Type.Integer({ description: 'How often within the stretch: what lies less than six hours apart is one finding.' }),
  ),
  score: Type.Optional(
    Type.Number({
      description:
        'How odd, at its worst. spike: height in usual steps; noise: steps in usual steps; stuck: in longest usual stillness; gap: reporting periods missed.',
    }),
  ),
})
export type Anomaly = Static<typeof AnomalySchema>

/** What the detectors know of one series. */
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

/** Which findings are wanted. */
export interface AnomalyQuery {
  readonly terminal?: string
  readonly point?: string
  /** Only those that still go on, or only those that are over. */
  readonly open?: boolean
  /** Those that touch from <= at < to. */
  readonly from?: number
  readonly to?: number
}
