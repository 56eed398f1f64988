import type { BodyResult, IndicatorResult, SystemResult } from '@civitals/contracts/body'
import type { EpochMs } from '@civitals/contracts/clock'
import { gradeOf } from '@civitals/contracts/grade'
import type { SystemDocument } from '../definition.ts'
import type { Draws } from '../robustness/draws.ts'
import { robustnessOf } from '../robustness/robustness.ts'
import type { Assessed } from '../scoring/assess.ts'
import { type CityScore, composeCity, type SystemPart, type VitalSign } from './city.ts'
import { composeSystem, gapOf } from './compose.ts'
import { signsOf } from './signs.ts'

/** A system with its assessed indicators. */
export interface AssessedSystem {
  readonly id: SystemDocument['system']
  readonly weight: number
  readonly indicators: readonly Assessed[]
}

/** Share of the city's weights an area must have terminals for before it gets a score of its own [platform convention]. */
export const measuredFrom = 0.5

/** An area that measures too little of what a body is: its systems stand, its score does not. */
function withoutScore({ ceiling: _, ...city }: CityScore): CityScore {
  return { ...city, score: null, grade: 'N' }
}

/** How far one indicator pulls its system down: weight times the logarithmic distance from 100. */
const pullOf = ({ weight, score }: IndicatorResult): number =>
  score === null ? 0 : weight * Math.log(100 / Math.max(score, 1))

/** The indicators with their share of the pull on the system; null for those without a valid score. */
function withContributions(assessed: readonly Assessed[]): IndicatorResult[] {
  const total = assessed.reduce((sum, { result }) => sum + pullOf(result), 0)
  return assessed.map(({ result }) => ({
    ...result,
    contribution: result.score === null ? null : total === 0 ? 0 : pullOf(result) / total,
  }))
}

const lowest = (results: readonly IndicatorResult[]): IndicatorResult | undefined =>
  results.reduce<IndicatorResult | undefined>(
    (worst, result) => (result.score !== null && (worst?.score == null || result.score < worst.score) ? result : worst),
    undefined,
  )

function systemOf({ id, weight, indicators }: AssessedSystem): { result: SystemResult; part: SystemPart } {
  const composed = composeSystem(indicators.map(({ result, ...gap }) => ({ ...result, ...gap })))
  const results = withContributions(indicators)
  const worst = lowest(results)
  const result: SystemResult = {
    id,
    score: composed.score,
    grade: gradeOf(composed.score),
    interval: [composed.low, composed.high],
    coverage: composed.coverage,
    weight,
    confidence: composed.confidence,
    lowConfidence: composed.lowConfidence,
    headline: composed.headline,
    ...(composed.cap ? { cap: composed.cap } : {}),
    ...(worst ? { worst: worst.id } : {}),
    indicators: results,
  }
  return { result, part: { id, weight, vital: results.some(({ vital }) => vital), composed } }
}

/** The indicator that pulls the city down most. */
function pullsMost(systems: readonly SystemResult[]): string | undefined {
  let [highest, found] = [0, undefined as string | undefined]
  for (const system of systems) {
    const within = system.indicators.reduce((sum, { weight, score }) => sum + (score === null ? 0 : weight), 0)
    for (const result of system.indicators) {
      const pull = (system.weight * pullOf(result)) / within
      if (pull > highest) [highest, found] = [pull, result.id]
    }
  }
  return found
}

/**
 * The body of one area at one instant, from its assessed systems. `draws`: those the robustness is judged by; without them it
 * says nothing of it. Pure.
 */
export function bodyOf(area: string, at: EpochMs, assessed: readonly AssessedSystem[], draws?: Draws): BodyResult {
  const composed = assessed.map(systemOf)
  const systems = composed.map(({ result }) => result)
  const vitals: VitalSign[] = assessed
    .flatMap(({ indicators }) => indicators)
    .filter(({ result }) => result.vital)
    .map(({ result, ...gap }) => ({ id: result.id, score: result.score ?? gapOf(gap), forecast: result.forecast }))
  const measured = Math.min(
    1,
    systems.reduce((sum, { weight }) => sum + weight, 0),
  )
  const whole = composeCity(
    composed.map(({ part }) => part),
    vitals,
  )
  const city = measured >= measuredFrom - 1e-9 ? whole : withoutScore(whole)
  const robustness = draws && robustnessOf({ ...city, systems }, assessed, draws)
  const indicators = systems.flatMap((system) => system.indicators)
  const worst = city.ceiling?.indicator ?? pullsMost(systems)
  return {
    area,
    at,
    ...city,
    measured,
    ...(robustness ? { robustness } : {}),
    configured: indicators.length,
    missing: indicators.filter(({ valid }) => !valid).map(({ id }) => id),
    ...(worst ? { worst } : {}),
    systems,
    signs: signsOf(systems),
  }
}
