import { Type } from 'typebox'
import { exceededLevel, lden, ldn, leq, soundExposureLevel } from '../formulas/sound.ts'
import { type CalcFormula, calcFormula, keys, Levels } from './formula.ts'

const Level = Type.Number({ description: 'dB.' })
const example = { levels: [80, 80.3, 80.6, 80.4, 79.7, 76.9] }

const exceeded = (percent: number): CalcFormula =>
  calcFormula({
    name: `l${percent}`,
    zh: `${percent}% 时间超过的声级`,
    en: `level exceeded ${percent} % of the time`,
    source: 'ISO 1996-1; GB 3096-2008 3.7',
    input: keys({ levels: Levels }),
    example,
    compute: ({ levels }) => ({ value: exceededLevel(levels, percent) }),
  })

export const soundFormulas: readonly CalcFormula[] = [
  calcFormula({
    name: 'leq',
    zh: '等效连续声级',
    en: 'equivalent continuous level of levels of equal duration',
    source: 'GB 3096-2008 3.2; ISO 1996-1',
    input: keys({ levels: Levels }),
    example,
    compute: ({ levels }) => ({ value: leq(levels) }),
  }),
  ...[10, 50, 90].map(exceeded),
  calcFormula({
    name: 'sel',
    zh: '声暴露级',
    en: 'sound exposure level of levels of one second each',
    source: 'ISO 1996-1',
    input: keys({ levels: Levels }),
    example,
    compute: ({ levels }) => ({ value: soundExposureLevel(levels) }),
  }),
  calcFormula({
    name: 'lden',
    zh: '昼暮夜等效声级',
    en: 'day-evening-night level (12, 4, 8 h; +0, +5, +10 dB)',
    source: 'Directive 2002/49/EC, Annex I',
    input: keys({ day: Level, evening: Level, night: Level }),
    example: { day: 80, evening: 65, night: 45 },
    compute: ({ day, evening, night }) => ({ value: lden(day, evening, night) }),
  }),
  calcFormula({
    name: 'ldn',
    zh: '昼夜等效声级',
    en: 'day-night level (15, 9 h; +0, +10 dB)',
    source: 'ISO 1996-1',
    input: keys({ day: Level, night: Level }),
    example: { day: 65, night: 55 },
    compute: ({ day, night }) => ({ value: ldn(day, night) }),
  }),
]
