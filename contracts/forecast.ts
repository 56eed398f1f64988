import { type Static, Type } from 'typebox'
import { Time } from './time.ts'

const Interval = (description: string) => Type.Tuple([Type.Number(), Type.Number()], { description })
const Maybe = (description: string) => Type.Union([Type.Number(), Type.Null()], { description })
const NoForecast = Type.Optional(
  Type.Enum(['not-forecast', 'too-little-history', 'too-many-gaps', 'stale', 'too-few-series'], {
    description: 'Why there are no hours.',
  }),
)
const skillOfModel = {
  model: Type.String({ description: 'Chosen by the smallest rolling-origin error; the seasonal naive unless beaten.' }),
  season: Type.Integer({ description: 'Hours of the seasonal naive it is measured against.' }),
  mase: Maybe('Mean absolute scaled error over the origins; null for a series that never moves.'),
  naiveMase: Maybe('The same of the seasonal naive.'),
  skill: Maybe("Share of the seasonal naive's error saved; 0: the naive itself was chosen."),
  origins: Type.Integer({ description: 'Past forecasts the errors and intervals rest on.' }),
}

/** Hourly means of one series ahead, or why there are none. */
export const SeriesForecastSchema = Type.Object({
  terminal: Type.String(),
  point: Type.String(),
  unit: Type.String(),
  reason: NoForecast,
  generatedAt: Type.Optional(Time),
  ...Type.Partial(Type.Object(skillOfModel)).properties,
  hours: Type.Array(
    Type.Object({
      at: Type.Number({ description: 'Start of the hour the mean is of.' }),
      value: Type.Number(),
      wide: Interval('Holds the value nine times in ten.'),
      narrow: Interval('Holds the value every second time.'),
    }),
  ),
})
export type SeriesForecast = Static<typeof SeriesForecastSchema>

/** An indicator's value and score ahead: the measured values are forecast and then measured and scored. */
export const IndicatorForecastSchema = Type.Object({
  indicator: Type.String(),
  reason: NoForecast,
  why: Type.Optional(
    Type.Object({ zh: Type.String(), en: Type.String() }, { description: 'Why this indicator is never forecast.' }),
  ),
  generatedAt: Type.Optional(Time),
  hours: Type.Array(
    Type.Object({
      at: Type.Number({ description: 'End of the hour.' }),
      value: Type.Number(),
      score: Type.Number(),
      values: Interval('Value with every input at an end of its 90 % interval.'),
      scores: Interval('Scores of those.'),
    }),
  ),
})

export type IndicatorForecast = Static<typeof IndicatorForecastSchema>

/** How well a series can be forecast. */
export const ForecastSkillSchema = Type.Object({
  terminal: Type.String(),
  point: Type.String(),
  at: Time,
  ...skillOfModel,
})
export type ForecastSkill = Static<typeof ForecastSkillSchema>

/**
 * Where a hazard is heading: newest value of one series and its certain change in the direction of worse. Made with every
 * evaluation; what has been silent for long is left out.
 */
export interface Approach {
  readonly terminal: string
  readonly point: string
  /** Event time of the newest value. */
  readonly at: number
  readonly value: number
  /** Change per minute towards worse, in the unit of the point; 0 while no rise is certain. Negative where lower is worse. */
  readonly perMinute: number
}
