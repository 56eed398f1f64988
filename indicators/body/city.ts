import type { BodyResult, Headline, IndicatorResult, ThresholdForecastSchema } from '@civitals/contracts/body'
import { type Grade, gradeOf } from '@civitals/contracts/grade'
import type { Static } from 'typebox'
import { arithmeticMean, basisOf, type Composed, geometricMean, unknownScore } from './compose.ts'

/** A system as the city sees it. */
export interface SystemPart {
  readonly id: string
  readonly weight: number
  /** Whether one of its indicators is a vital sign: then the city needs the system known. */
  readonly vital: boolean
  readonly composed: Pick<Composed, 'score' | 'fallback' | 'low' | 'high' | 'coverage' | 'confidence' | 'headline'>
}

/** A vital sign as the ceiling sees it: present or held score, and a forecast of the measured value. */
export interface VitalSign {
  readonly id: string
  readonly score: number | null
  readonly forecast: Static<typeof ThresholdForecastSchema> | undefined
}

/** Score and grade of a city with everything that explains them. */
export type CityScore = Pick<BodyResult, 'score' | 'grade' | 'interval' | 'coverage' | 'lowConfidence' | 'arithmetic'> &
  Pick<BodyResult, 'ceiling' | 'confidence' | 'headline'>

const knownFrom = 0.7
const confidentFrom = 0.8
/** Highest city score while a vital sign stands in this grade [reference 5.2 rule 4]. */
const ceilings: Readonly<Partial<Record<Grade, number>>> = { E: 49, D: 69 }
/** How far ahead a forecast caps like the present. */
const forecastMinutes = 60

type Ceiling = NonNullable<BodyResult['ceiling']>

/** Highest city score while a vital sign has this score; infinite when it sets no limit. */
export const ceilingScore = (score: number): number => ceilings[gradeOf(score)] ?? Number.POSITIVE_INFINITY

const isGrave = (forecast: VitalSign['forecast']): boolean =>
  (forecast?.grade === 'D' || forecast?.grade === 'E') && forecast.inMinutes <= forecastMinutes

/** The limit that forecasts of vital signs set; infinite when none does. */
export const forecastCeiling = (signs: readonly Pick<IndicatorResult, 'vital' | 'forecast'>[]): number =>
  signs.some(({ vital, forecast }) => vital && isGrave(forecast)) ? (ceilings.D ?? 0) : Number.POSITIVE_INFINITY

/** What one vital sign limits the city to; undefined when it does not. */
function ceilingOf({ id, score, forecast }: VitalSign, uncapped: number): Ceiling | undefined {
  const grade = gradeOf(score)
  const present = ceilings[grade]
  if (present !== undefined) return { score: present, indicator: id, grade, kind: 'present', uncapped }
  if (!forecast || !isGrave(forecast) || ceilings.D === undefined) return undefined
  // Forecast to be critical caps no lower than being serious: it has not come yet.
  return { score: ceilings.D, indicator: id, grade: forecast.grade, kind: 'forecast', uncapped, forecast }
}

/** The lowest ceiling of all vital signs that lies below the score; present before forecast. */
export function lowestCeiling(vitals: readonly VitalSign[], uncapped: number): Ceiling | undefined {
  return vitals
    .map((vital) => ceilingOf(vital, uncapped))
    .filter((ceiling) => ceiling !== undefined)
    .filter(({ score }) => score < uncapped)
    .sort((a, b) => a.score - b.score || (a.kind === b.kind ? 0 : a.kind === 'present' ? -1 : 1))[0]
}

/**
 * The city from its systems [reference 5.2 rules 4 to 6; platform convention]: geometric mean, then the grade ceiling of the vital
 * signs. The interval is the one before the ceiling. N when systems of less than 0.70 of the weight are known or one with vital
 * signs is not, unless even the best case lies below 50.
 */
export function composeCity(systems: readonly SystemPart[], vitals: readonly VitalSign[]): CityScore {
  if (systems.length === 0) {
    const nothing = { score: null, grade: 'N', interval: null, coverage: 0, confidence: 0, arithmetic: null } as const
    return { ...nothing, lowConfidence: true, headline: headlineOf([], null, unknownScore) }
  }
  const total = systems.reduce((sum, { weight }) => sum + weight, 0)
  const known = systems.flatMap(({ weight, composed }) =>
    composed.score === null ? [] : [{ weight, score: composed.score }],
  )
  const all = (of: (composed: SystemPart['composed']) => number): number =>
    geometricMean(systems.map(({ weight, composed }) => ({ weight, score: of(composed) })))
  const filled = all(({ score, fallback }) => score ?? fallback)
  const renormalised = known.length > 0 ? geometricMean(known) : null
  const uncapped = Math.min(renormalised ?? 100, filled)
  const low = Math.min(
    uncapped,
    all((composed) => composed.low),
  )
  const high = Math.max(
    uncapped,
    all((composed) => composed.high),
  )
  const coverage = systems.reduce((sum, { weight, composed }) => sum + weight * composed.coverage, 0) / total
  const knownShare = known.reduce((sum, { weight }) => sum + weight, 0) / total
  const vitalKnown = systems.every(({ vital, composed }) => !vital || composed.score !== null)
  const published = (knownShare >= knownFrom - 1e-9 && vitalKnown) || high < 50
  const ceiling = published ? lowestCeiling(vitals, uncapped) : undefined
  const score = published ? Math.min(uncapped, ceiling?.score ?? 100) : null
  return {
    score,
    grade: gradeOf(score),
    interval: [low, high],
    coverage,
    confidence: systems.reduce((sum, { weight, composed }) => sum + weight * composed.confidence, 0) / total,
    lowConfidence: coverage < confidentFrom - 1e-9,
    headline: headlineOf(systems, renormalised, filled),
    arithmetic: known.length === 0 ? null : arithmeticMean(known),
    ...(ceiling ? { ceiling } : {}),
  }
}

function headlineOf(systems: readonly SystemPart[], renormalised: number | null, filled: number): Headline {
  const held = systems.flatMap(({ composed }) => composed.headline.held)
  const assumed = systems.flatMap(({ composed }) => composed.headline.assumed)
  return { basis: basisOf(held, assumed), renormalised, filled, held, assumed }
}
