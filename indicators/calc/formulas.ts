import { gradeOf } from '@civitals/contracts/grade'
import { Type } from 'typebox'
import type { SystemDocument } from '../definition.ts'
import { scoreOf } from '../formulas/score.ts'
import { airFormulas } from './air.ts'
import { type CalcFormula, calcFormula, keys } from './formula.ts'
import { heatFormulas } from './heat.ts'
import { safetyFormulas } from './safety.ts'
import { soundFormulas } from './sound.ts'
import { trafficFormulas } from './traffic.ts'
import { waterFormulas } from './water.ts'
import { weightFormulas } from './weights.ts'

export type { CalcFormula, CalcOutcome } from './formula.ts'

/** Every formula there is, `score` by the anchors of these definitions. */
export const calcFormulas = (definitions: readonly SystemDocument[]): readonly CalcFormula[] => [
  ...airFormulas,
  ...soundFormulas,
  ...trafficFormulas,
  ...heatFormulas,
  ...waterFormulas,
  ...safetyFormulas,
  ...weightFormulas,
  scoreFormula(definitions),
]

function scoreFormula(definitions: readonly SystemDocument[]): CalcFormula {
  const listed = definitions.flatMap(({ inForce, outOfScope }) => [...inForce, ...outOfScope])
  const anchors = new Map(listed.flatMap((one) => (one.anchors ? [[one.id, one.anchors] as const] : [])))
  const known = [...anchors.keys()].join(', ')
  return calcFormula({
    name: 'score',
    zh: '指标得分与等级',
    en: 'score 0..100 and grade of a measured value by the anchors of its indicator; null has none',
    source: 'platform convention',
    input: keys({ indicator: Type.String(), value: Type.Union([Type.Number(), Type.Null()]) }),
    example: { indicator: 'RENL-01', value: 20 },
    fault: ({ indicator }) => (anchors.has(indicator) ? undefined : `no indicator ${indicator}; known: ${known}`),
    compute({ indicator, value }) {
      const score = scoreOf(value, anchors.get(indicator) ?? [])
      return { score, grade: gradeOf(score) }
    },
  })
}
