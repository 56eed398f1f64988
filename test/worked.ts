import { gradeOf } from '../contracts/grade.ts'
import { composeCity, type SystemPart } from '../indicators/body/city.ts'
import { composeSystem, type Part } from '../indicators/body/compose.ts'
import type { SystemDocument } from '../indicators/definition.ts'
import { scoreOf } from '../indicators/formulas/score.ts'

const shown = (score: number | null): string => (score === null ? '– N' : `${score.toFixed(1)} ${gradeOf(score)}`)

/** `ID=SCORE`, or `ID=?` for what is missing for longer than its hold. */
const pairs = (words: readonly string[]): Map<string, number | null> =>
  new Map(
    words.map((word) => {
      const [id = '', score = ''] = word.split('=')
      return [id, score === '?' ? null : Number(score)]
    }),
  )

/**
 * One line of a worked example, computed: `score ID VALUE`, `system ID=SCORE ...`, `without ID=SCORE ...` (no vital cap shown) or
 * `city SYSTEM=SCORE ... vital ID=SCORE`.
 */
export function worked(line: string, documents: readonly SystemDocument[]): string {
  const [what, ...words] = line.trim().split(/\s+/)
  const definitions = new Map(documents.flatMap(({ inForce }) => inForce).map((one) => [one.id, one]))
  if (what === 'score') {
    const [id = '', value = ''] = words
    return shown(scoreOf(Number(value), definitions.get(id)?.anchors ?? []))
  }
  if (what === 'system') {
    const parts = [...pairs(words)].map(([id, score]): Part => {
      const { weight = 0, vital = false } = definitions.get(id) ?? {}
      return { id, weight, vital, score, held: null, last: null, credit: 0, confidence: score === null ? 0 : 1 }
    })
    const { score, headline, cap, low, high, coverage } = composeSystem(parts)
    const rest = headline.renormalised === null ? '' : `, of what is known ${headline.renormalised.toFixed(1)}`
    const filled = headline.basis === 'measured' ? '' : `, with gaps at 50 ${headline.filled.toFixed(1)}`
    const capped = cap ? `, capped by ${cap.indicator} at ${cap.score.toFixed(1)}` : ''
    return `${shown(score)}${rest}${filled}${capped}, [${low.toFixed(1)}, ${high.toFixed(1)}], coverage ${coverage.toFixed(2)}`
  }
  const split = words.indexOf('vital')
  const weights = new Map(documents.map(({ system, weight }) => [system as string, weight]))
  const systems = [...pairs(split < 0 ? words : words.slice(0, split))].map(([id, score]): SystemPart => {
    const one = composeSystem([
      { id, weight: 1, vital: false, score, held: null, last: null, credit: 0, confidence: score === null ? 0 : 1 },
    ])
    return { id, weight: weights.get(id) ?? 0, vital: false, composed: one }
  })
  const vitals = [...pairs(split < 0 ? [] : words.slice(split + 1))].map(([id, score]) => ({
    id,
    score,
    forecast: undefined,
  }))
  const city = composeCity(systems, vitals)
  const means = `arithmetic ${city.arithmetic?.toFixed(1)}, geometric ${(city.ceiling?.uncapped ?? city.score ?? 0).toFixed(1)}`
  return `${shown(city.score)}, ${means}${city.ceiling ? `, ceiling by ${city.ceiling.indicator}` : ''}`
}
