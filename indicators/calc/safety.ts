import { gasLevel, residualCurrentLevel, tiltLevel } from '../formulas/hazard-level.ts'
import { AtLeastZero, type CalcFormula, calcFormula, keys } from './formula.ts'

export const safetyFormulas: readonly CalcFormula[] = [
  calcFormula({
    name: 'gas-level',
    zh: '可燃气体报警级别',
    en: 'alarm level 0, 1, 2 of combustible gas in % of the lower explosive limit',
    source: 'GB/T 50493-2019, two-level alarm',
    input: keys({ percentLel: AtLeastZero }),
    example: { percentLel: 30 },
    compute: ({ percentLel }) => ({ value: gasLevel(percentLel) }),
  }),
  calcFormula({
    name: 'residual-current-level',
    zh: '剩余电流报警级别',
    en: 'alarm level 0, 1, 2 of residual current in mA',
    source: 'GB 50116-2013, set range of detectors',
    input: keys({ milliampere: AtLeastZero }),
    example: { milliampere: 350 },
    compute: ({ milliampere }) => ({ value: residualCurrentLevel(milliampere) }),
  }),
  calcFormula({
    name: 'tilt-level',
    zh: '倾斜级别',
    en: 'level 0, 1, 2 of the tilt of a building in per mille',
    source: 'GB 50007-2011; JGJ 125-2016',
    input: keys({ permille: AtLeastZero }),
    example: { permille: 5 },
    compute: ({ permille }) => ({ value: tiltLevel(permille) }),
  }),
]
