import { Type } from 'typebox'
import { AqiInputSchema, calcAqi } from '../formulas/aqi.ts'
import { nowcast } from '../formulas/nowcast.ts'
import { usAqi } from '../formulas/us-aqi.ts'
import { type CalcFormula, calcFormula, keys } from './formula.ts'

const Concentration = Type.Optional(Type.Union([Type.Number({ minimum: 0 }), Type.Null()]))
const items = { pm25: Concentration, pm10: Concentration, so2: Concentration, no2: Concentration, co: Concentration }

const UsInputSchema = keys({
  standard: Type.Literal('US EPA 2024'),
  kind: Type.Union([Type.Literal('hourly'), Type.Literal('daily')]),
  values: Type.Object(
    { ...items, o3: Concentration, o3_8h: Concentration, o3_1h: Concentration },
    {
      additionalProperties: false,
      description:
        'PM in µg/m³, O3 and CO in ppm, SO2 and NO2 in ppb; o3 is the 8 h mean in a daily report, the 1 h mean in an hourly one.',
    },
  ),
})

export const airFormulas: readonly CalcFormula[] = [
  calcFormula({
    name: 'aqi',
    zh: '空气质量指数',
    en: 'air quality index',
    source: 'HJ 633-2026; HJ 633-2012; US EPA technical assistance document 2024',
    input: Type.Union([AqiInputSchema, UsInputSchema]),
    example: {
      standard: 'HJ 633-2026',
      kind: 'hourly',
      values: { pm25: 75, pm10: 150, so2: 500, no2: 200, co: 10, o3: 200 },
    },
    compute: (input) => (input.standard === 'US EPA 2024' ? usAqi(input.kind, input.values) : calcAqi(input)),
  }),
  calcFormula({
    name: 'nowcast',
    zh: '颗粒物即时预报浓度',
    en: 'NowCast of hourly particulate matter, newest first, null = missing',
    source: 'US EPA technical assistance document 2024, NowCast',
    input: keys({ values: Type.Array(Type.Union([Type.Number({ minimum: 0 }), Type.Null()]), { minItems: 1 }) }),
    example: { values: [13, 16, 10, 21, 74, 64, 53, 82, 90, 75, 80, 50] },
    compute: ({ values }) => ({ value: nowcast(values) }),
  }),
]
