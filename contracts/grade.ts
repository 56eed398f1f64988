import { type Static, Type } from 'typebox'

/** Grades of a score [platform convention]. N: too little data, never shown as healthy. */
export const grades = {
  A: { from: 85, zh: '健康', en: 'healthy' },
  B: { from: 70, zh: '亚健康', en: 'attention' },
  C: { from: 50, zh: '轻症', en: 'warning' },
  D: { from: 30, zh: '中症', en: 'serious' },
  E: { from: 0, zh: '重症', en: 'critical' },
  N: { from: Number.NaN, zh: '数据不足', en: 'unknown' },
} as const

export const GradeSchema = Type.Union([
  Type.Literal('A'),
  Type.Literal('B'),
  Type.Literal('C'),
  Type.Literal('D'),
  Type.Literal('E'),
  Type.Literal('N'),
])
export type Grade = Static<typeof GradeSchema>

/** Grade of a score 0..100; null is N. */
export function gradeOf(score: number | null): Grade {
  if (score === null || Number.isNaN(score)) return 'N'
  if (score >= grades.A.from) return 'A'
  if (score >= grades.B.from) return 'B'
  if (score >= grades.C.from) return 'C'
  return score >= grades.D.from ? 'D' : 'E'
}
