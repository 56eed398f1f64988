import { Type } from 'typebox'
import { rainSignal } from '../formulas/rain.ts'
import { ccmeIndex, cityWaterIndex, type WaterItem, waterClass } from '../formulas/water-quality.ts'
import { AtLeastZero, type CalcFormula, calcFormula, keys } from './formula.ts'

const Amount = Type.Optional(Type.Number({ minimum: 0, description: 'mg/L.' }))
const concentrations: Record<Exclude<WaterItem, 'ph'>, typeof Amount> = {
  ...{ do: Amount, codmn: Amount, cod: Amount, bod5: Amount },
  ...{ nh3n: Amount, tp: Amount, tpLake: Amount, tn: Amount },
}
const sample = { ...concentrations, ph: Type.Optional(Type.Number({ minimum: 0, maximum: 14 })) }
const nothing = (values: object): string | undefined => (Object.keys(values).length === 0 ? 'names no item' : undefined)

export const waterFormulas: readonly CalcFormula[] = [
  calcFormula({
    name: 'water-class',
    zh: '地表水水质类别',
    en: 'class of surface water 1 (I) .. 5 (V), 6 = worse, by its worst item',
    source: 'GB 3838-2002 table 1',
    input: keys(sample),
    example: { do: 5.2, nh3n: 1.2, codmn: 5, tp: 0.15 },
    fault: nothing,
    compute: (values) => waterClass(values),
  }),
  calcFormula({
    name: 'cwqi',
    zh: '城市水质指数',
    en: 'city water quality index: sum over class III limits, lower is better',
    source: 'Ministry of Ecology and Environment, ranking of surface water of cities (2017)',
    input: keys(concentrations),
    example: { do: 6, codmn: 3, nh3n: 0.5, tp: 0.1 },
    fault: nothing,
    compute: (values) => ({ value: cityWaterIndex(values) }),
  }),
  calcFormula({
    name: 'ccme-wqi',
    zh: '加拿大水质指数',
    en: 'water quality index 0..100 of variables held against objectives',
    source: 'CCME Water Quality Index 1.0, 2001',
    input: keys({
      tests: Type.Array(
        keys({
          min: Type.Optional(AtLeastZero),
          max: Type.Optional(AtLeastZero),
          values: Type.Array(AtLeastZero, { minItems: 1 }),
        }),
        { minItems: 1 },
      ),
    }),
    example: {
      tests: [
        { max: 0.05, values: [0.04, 0.06, 0.03, 0.05] },
        { min: 5, values: [8, 7.5, 9, 8.2] },
      ],
    },
    fault({ tests }) {
      const without = tests.findIndex(({ min, max }) => min === undefined && max === undefined)
      return without < 0 ? undefined : `tests/${without} has neither min nor max`
    },
    compute: ({ tests }) => ccmeIndex(tests),
  }),
  calcFormula({
    name: 'rain-signal',
    zh: '暴雨预警信号',
    en: 'rainstorm signal 0 none, 1 blue, 2 yellow, 3 orange, 4 red from mm in 3, 6, 12 h',
    source: 'China Meteorological Administration, warning signals',
    input: keys({ h3: AtLeastZero, h6: AtLeastZero, h12: AtLeastZero }),
    example: { h3: 49, h6: 50, h12: 60 },
    compute: ({ h3, h6, h12 }) => rainSignal(h3, h6, h12),
  }),
]
