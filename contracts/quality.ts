import { Type } from 'typebox'

/**
 * What is known of a reading's trustworthiness, in one table.
 * `code`: what engines store beside the value (0 = good is left out). `flag`: QARTOD primary flag (1 pass, 2 not
 * evaluated, 3 suspect, 4 fail, 9 missing) [IOOS QARTOD, primary flags]. `grade`: what a page shows (full, half or hollow dot).
 * `counts`: whether windows and rules may use the value.
 */
export const qualities = {
  good: { code: 0, flag: 1, grade: 'good', counts: true },
  uncertain: { code: 1, flag: 3, grade: 'uncertain', counts: true },
  stale: { code: 2, flag: 9, grade: 'bad', counts: false },
  comm_fail: { code: 3, flag: 9, grade: 'bad', counts: false },
  device_exception: { code: 4, flag: 9, grade: 'bad', counts: false },
  out_of_range: { code: 5, flag: 4, grade: 'bad', counts: false },
} as const

export type Quality = keyof typeof qualities
export type QualityGrade = (typeof qualities)[Quality]['grade']

export const qualityNames = Object.keys(qualities) as readonly Quality[]

export const QualitySchema = Type.Enum(qualityNames as Quality[], {
  description: 'Quality of a reading; good readings carry a value, comm_fail and stale never do.',
})

const byCode: readonly (Quality | undefined)[] = qualityNames.reduce<(Quality | undefined)[]>((table, name) => {
  table[qualities[name].code] = name
  return table
}, [])

/** The quality stored as `code`; an unknown code reads as `uncertain`, never as good. */
export const qualityOfCode = (code: number): Quality => byCode[code] ?? 'uncertain'
