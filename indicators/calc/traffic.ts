import { Type } from 'typebox'
import { planningTimeIndex, tpi, trafficScaleId, travelTimeIndex } from '../formulas/traffic.ts'
import { AtLeastZero, type CalcFormula, calcFormula, keys } from './formula.ts'

const Duration = Type.Number({ exclusiveMinimum: 0, description: 'Any unit, the same for both.' })

export const trafficFormulas: readonly CalcFormula[] = [
  calcFormula({
    name: 'tpi',
    zh: '交通运行指数',
    en: 'traffic performance index 0..10 from speed over free-flow speed',
    source: 'GB/T 33171-2016 Appendix C',
    input: keys({ speedRatio: AtLeastZero }),
    example: { speedRatio: 0.6 },
    compute: ({ speedRatio }) => ({ value: tpi(speedRatio), scale: trafficScaleId }),
  }),
  calcFormula({
    name: 'tti',
    zh: '行程时间指数',
    en: 'travel time over that of free flow',
    source: 'FHWA travel time reliability measures',
    input: keys({ travelTime: Duration, freeFlowTime: Duration }),
    example: { travelTime: 26, freeFlowTime: 20 },
    compute: ({ travelTime, freeFlowTime }) => ({ value: travelTimeIndex(travelTime, freeFlowTime) }),
  }),
  calcFormula({
    name: 'pti',
    zh: '计划时间指数',
    en: '95th percentile of travel times over that of free flow',
    source: 'FHWA travel time reliability measures',
    input: keys({ travelTimes: Type.Array(Duration, { minItems: 1 }), freeFlowTime: Duration }),
    example: { travelTimes: [20, 22, 24, 40], freeFlowTime: 20 },
    compute: ({ travelTimes, freeFlowTime }) => ({ value: planningTimeIndex(travelTimes, freeFlowTime) }),
  }),
]
