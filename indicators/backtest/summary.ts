import type { BacktestResult, BacktestSide } from '@civitals/contracts/backtest'
import { gradeOf } from '@civitals/contracts/grade'
import { meanOrNull } from '../formulas/statistics.ts'
import type { ReplayStep } from './replay.ts'

interface Sums {
  readonly points: BacktestSide['points']
  readonly indicators: Map<string, { sum: number; known: number; low: number; bad: number }>
}

/** Gathers steps into scores, grades and indicators side by side. */
export class BacktestSummary {
  readonly #sides = new Map<string, Sums>()

  add({ side, at, body }: ReplayStep): void {
    const sums: Sums = this.#sides.get(side) ?? { points: [], indicators: new Map() }
    this.#sides.set(side, sums)
    const { score, grade, ceiling, coverage } = body
    sums.points.push({ at, score, grade, coverage, ...(ceiling ? { capper: ceiling.indicator } : {}) })
    for (const one of body.systems.flatMap(({ indicators }) => indicators)) {
      const known = sums.indicators.get(one.id) ?? { sum: 0, known: 0, low: 100, bad: 0 }
      sums.indicators.set(one.id, known)
      if (one.score === null) continue
      known.sum += one.score
      known.known++
      known.low = Math.min(known.low, one.score)
      if (one.score < 50) known.bad++
    }
  }

  result(alarms: ReadonlyMap<string, BacktestSide['alarms']>): BacktestResult {
    const sides = [...this.#sides].map(([name, { points, indicators }]) => ({
      name,
      mean: meanOrNull(points.flatMap(({ score }) => (score === null ? [] : [score]))),
      grades: gradesOf(points),
      points,
      indicators: [...indicators].map(([id, { sum, known, low, bad }]) => ({
        id,
        mean: known === 0 ? null : sum / known,
        low: known === 0 ? null : low,
        valid: known,
        bad,
      })),
      alarms: [...(alarms.get(name) ?? [])],
    }))
    return { sides, differing: differing(sides), notes: [byTheMinute, ...neverValid(sides)] }
  }
}

const byTheMinute = {
  zh: '质控按分钟均值重做：不比对相邻点位与其他测点，不查终端时钟；终端自报无效的读数不在其中。时延取当时留存的值。',
  en:
    'Quality control is made again on the means of minutes: without neighbours, other points and clocks; readings their terminal ' +
    'marked as bad are not in it. The latency is what was kept of it at the time.',
}

/** Indicators no side had a valid value of: they count as missing throughout. */
function neverValid(sides: readonly Pick<BacktestSide, 'indicators'>[]): BacktestResult['notes'] {
  const all = sides.flatMap(({ indicators }) => indicators)
  const valid = new Set(all.filter(({ valid }) => valid > 0).map(({ id }) => id))
  const never = [...new Set(all.map(({ id }) => id).filter((id) => !valid.has(id)))].sort().join(', ')
  if (never === '') return []
  return [
    { zh: `全程无有效值，按缺失计：${never}。`, en: `Without a valid value throughout, counted as missing: ${never}.` },
  ]
}

function gradesOf(points: BacktestSide['points']): BacktestSide['grades'] {
  const counts = { A: 0, B: 0, C: 0, D: 0, E: 0, N: 0 }
  for (const { score } of points) counts[gradeOf(score)]++
  return counts
}

/** Evaluations on which the sides give different grades. */
function differing(sides: readonly BacktestSide[]): number {
  const [first, ...others] = sides
  return (first?.points ?? []).filter((point, k) => others.some((side) => side.points[k]?.grade !== point.grade)).length
}
