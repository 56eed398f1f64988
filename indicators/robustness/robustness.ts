import type { BodyResult, Robustness } from '@civitals/contracts/body'
import { gradeOf } from '@civitals/contracts/grade'
import type { AssessedSystem } from '../body/body.ts'
import { ceilingScore, forecastCeiling } from '../body/city.ts'
import { gapOf, vitalMargin } from '../body/compose.ts'
import { scoreOf } from '../formulas/score.ts'
import type { Assessed } from '../scoring/assess.ts'
import { type Draws, drawCount, type Mean, stretches } from './draws.ts'

/** Score of one indicator at every stretch of its anchors; a gap does not stretch. */
interface Scores {
  readonly id: string
  readonly weight: number
  readonly vital: boolean
  readonly known: boolean
  readonly at: Float64Array
}

function scoresOf({ result, held, last }: Assessed): Scores {
  const { id, weight, vital, anchors, value, score } = result
  const gap = gapOf({ held, last })
  const best = anchors[0] ?? 0
  const at = (stretch: number): number => {
    if (score === null || value === null) return gap
    // Anchors move by a share of their distance from the best one: 98 % of lamps does not become 108 %.
    return scoreOf(best + (value - best) / (1 + stretch), anchors) ?? gap
  }
  return { id, weight, vital, known: score !== null, at: Float64Array.from(stretches, at) }
}

/** A mean of kind `p` is taken of transformed scores; below 1 they count as 1, as in the headline. */
const into = (p: Mean, score: number): number =>
  p === 1 ? score : p === 0 ? Math.log(Math.max(score, 1)) : 1 / Math.max(score, 1)
const back = (p: Mean, mean: number): number => (p === 1 ? mean : p === 0 ? Math.exp(mean) : 1 / mean)

/** Two weighted means side by side: of what is known, and of everything with gaps filled. The smaller counts. */
class Pair {
  #known = 0
  #knownWeight = 0
  #filled = 0
  #filledWeight = 0

  add(weight: number, known: number | undefined, filled: number): void {
    if (known !== undefined) {
      this.#known += weight * known
      this.#knownWeight += weight
    }
    this.#filled += weight * filled
    this.#filledWeight += weight
  }

  smaller(p: Mean): number {
    const filled = back(p, this.#filled / this.#filledWeight)
    return this.#knownWeight === 0 ? filled : Math.min(filled, back(p, this.#known / this.#knownWeight))
  }
}

/**
 * Share of 1,000 draws of weights, anchors and kind of mean that give the same grade, and the band of the scores [reference 5.2
 * rule 7]. Same rules as the headline: gaps, vital cap, ceiling. About a millisecond. undefined where there is no score.
 */
export function robustnessOf(
  body: Pick<BodyResult, 'grade' | 'score' | 'systems'>,
  assessed: readonly AssessedSystem[],
  draws: Draws,
): Robustness | undefined {
  if (body.score === null) return undefined
  const systems = assessed.map(({ id, weight, indicators }, k) => ({
    id,
    weight,
    known: body.systems[k]?.score !== null,
    scores: indicators.map(scoresOf),
  }))
  const ahead = forecastCeiling(assessed.flatMap(({ indicators }) => indicators.map(({ result }) => result)))
  const drawn = Float64Array.from({ length: drawCount }, (_, draw) => scoreOfDraw(systems, draws, draw, ahead))
  const kept = drawn.reduce((count, score) => count + (gradeOf(score) === body.grade ? 1 : 0), 0)
  drawn.sort()
  const rank = (share: number): number => drawn[Math.round(share * (drawCount - 1))] ?? 0
  return { draws: drawCount, low: rank(0.05), high: rank(0.95), keepsGrade: kept / drawCount }
}

interface DrawnSystem {
  readonly id: string
  readonly weight: number
  readonly known: boolean
  readonly scores: readonly Scores[]
}

function scoreOfDraw(systems: readonly DrawnSystem[], draws: Draws, draw: number, ahead: number): number {
  const p = draws.mean[draw] ?? 0
  const factor = (id: string): number => draws.factors.get(id)?.[draw] ?? 1
  const city = new Pair()
  let lowestVital = Number.POSITIVE_INFINITY
  for (const { id, weight, known, scores } of systems) {
    const system = new Pair()
    let cap = Number.POSITIVE_INFINITY
    for (const one of scores) {
      const score = one.at[draws.stretch.get(one.id)?.[draw] ?? 10] ?? 0
      const filled = into(p, score)
      system.add(one.weight * factor(one.id), one.known ? filled : undefined, filled)
      if (!one.vital) continue
      cap = Math.min(cap, score + vitalMargin)
      lowestVital = Math.min(lowestVital, score)
    }
    const filled = into(p, Math.min(cap, system.smaller(p)))
    city.add(weight * factor(id), known ? filled : undefined, filled)
  }
  return Math.min(city.smaller(p), ceilingScore(lowestVital), ahead)
}
