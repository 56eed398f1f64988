// A body computed from a few fixture values; shapes as contracts say, figures made up.
import {
  type BedsideSign,
  type BodyResult,
  bodySystems,
  type IndicatorResult,
  type SystemResult,
} from '@civitals/contracts/body'
import { gradeOf } from '@civitals/contracts/grade'
import { depthAt } from './fixture-values.ts'

type Anchors = readonly [number, number, number, number, number, number]

type Row = readonly [
  id: string,
  zh: string,
  en: string,
  unit: string,
  value: number,
  anchors: Anchors,
  worst?: readonly [string, string],
]

const rows = (depth: number, aqi: number): readonly Row[] => [
  ['NERV-01', '终端在线率', 'online rate', 'percent', 96.2, [100, 98, 95, 90, 80, 50]],
  ['SENS-01', '昼间噪声超限', 'day noise excess', 'dBA', 1.9, [-10, 0, 3, 5, 10, 15], ['noise-02', 'laeq']],
  ['RESP-01', '实时空气质量指数', 'hourly AQI', 'none', aqi, [0, 50, 100, 150, 200, 300], ['air-02', 'pm25']],
  ['META-05', '体感温度', 'heat index', 'celsius', 33.4, [27, 32, 36, 39.4, 46, 51.7], ['air-01', 'temperature']],
  ['DIGE-01', '满溢率', 'overflow share', 'percent', 3.1, [0, 5, 10, 20, 30, 50], ['bin-01', 'fill']],
  ['PSYC-01', '诉求强度', 'complaint intensity', 'ratio', 1.46, [0.5, 1.2, 1.5, 2, 3, 5]],
  [
    'CIRC-01',
    '交通运行指数',
    'traffic index',
    'none',
    depth > 12 ? 5.9 : 4.4,
    [0, 4, 6, 8, 9, 10],
    ['traffic-02', 'speed'],
  ],
  ['IMMU-01', '可燃气体', 'combustible gas', 'LEL', 3, [0, 5, 10, 20, 50, 100], ['gas-01', 'concentration']],
  ['IMMU-05', '井盖异常率', 'abnormal covers', 'percent', 0, [0, 0.5, 1, 2, 5, 10], ['cover-01', 'tilt']],
  ['RENL-01', '道路积水深度', 'road water depth', 'cm', depth, [0, 3, 15, 27, 40, 60], ['road-water-01', 'depth']],
  [
    'RENL-04',
    '供水压力合格率',
    'supply pressure pass rate',
    'percent',
    99.2,
    [100, 99, 97, 95, 90, 80],
    ['supply-01', 'pressure'],
  ],
]

const vital = new Set(['RENL-01', 'RENL-04', 'IMMU-01', 'IMMU-05'])
const scores = [100, 85, 70, 50, 30, 0]

export function scoreOf(value: number, anchors: Anchors): number {
  const rising = anchors[0] < anchors[5]
  for (let i = 0; i < 5; i++) {
    const [a, b] = [anchors[i] as number, anchors[i + 1] as number]
    const inside = rising ? value <= b : value >= b
    if (inside)
      return Math.max(
        0,
        Math.min(
          100,
          (scores[i] as number) + ((value - a) / (b - a)) * ((scores[i + 1] as number) - (scores[i] as number)),
        ),
      )
  }
  return 0
}

function indicatorOf([id, zh, en, unit, value, anchors, worst]: Row, at: number, minutes: number): IndicatorResult {
  const score = Number(scoreOf(value, anchors).toFixed(1))
  const rate = depthAt(minutes) - depthAt(minutes - 1)
  const toD = id === 'RENL-01' && rate > 0.05 && value < 27 ? (27 - value) / rate : undefined
  return {
    id,
    version: '1',
    system: id.slice(0, 4) as IndicatorResult['system'],
    area: '440607',
    name: { zh, en },
    vital: vital.has(id),
    unit,
    value,
    at: at - (id === 'RESP-01' ? 42 * 60_000 : 8000),
    score,
    grade: gradeOf(score),
    valid: true,
    ...(id === 'RESP-01' && { detail: { primary: ['pm25'], level: 3 } }),
    quality: id === 'RESP-01' ? 'uncertain' : 'good',
    weight: 1,
    contribution: null,
    coverage: 1,
    confidence: 1,
    anchors: [...anchors],
    normal: anchors[0] < anchors[5] ? [null, anchors[2]] : [anchors[2], null],
    ...(worst && {
      worst: {
        terminal: worst[0],
        point: worst[1],
        site: worst[0] === 'road-water-01' ? 'underpass' : 'kanghua-crossing',
      },
    }),
    inputs: worst ? [`${worst[0]}/${worst[1]}`] : [],
    ...(toD !== undefined && { forecast: { value: 27, grade: 'D', at: at + toD * 60_000, inMinutes: toD } }),
    source: { zh: '为样例而设', en: 'made up for the fixture' },
  }
}

function systemOf(id: SystemResult['id'], indicators: IndicatorResult[]): SystemResult {
  const score = Math.min(...indicators.map((one) => one.score ?? 100))
  const worst = indicators.find((one) => one.score === score)
  return {
    id,
    score: Math.round(score),
    grade: gradeOf(score),
    interval: [score - 3, score + 2],
    coverage: 1,
    weight: 1,
    confidence: 1,
    lowConfidence: false,
    headline: { basis: 'measured', renormalised: score, filled: score, held: [], assumed: [] },
    ...(worst && { worst: worst.id }),
    indicators,
  }
}

const sign = (
  id: BedsideSign['id'],
  of: IndicatorResult,
  range: [number, number],
  more: Partial<BedsideSign> = {},
): BedsideSign => ({
  id,
  indicator: of.id,
  value: of.value,
  unit: of.unit,
  normal: of.normal,
  range,
  at: of.at,
  grade: of.grade,
  quality: of.quality,
  ...(of.detail && { detail: of.detail }),
  ...more,
})

/** The body at `at`, `minutes` into the storm. */
export function fixtureBody(at: number, minutes: number): BodyResult {
  const depth = Number(depthAt(minutes).toFixed(1))
  const indicators = rows(depth, 114).map((row) => indicatorOf(row, at, minutes))
  const by = (id: string): IndicatorResult => indicators.find((one) => one.id === id) as IndicatorResult
  const systems = (Object.keys(bodySystems) as (keyof typeof bodySystems)[]).map((id) =>
    systemOf(
      id,
      indicators.filter((one) => one.system === id),
    ),
  )
  const uncapped = Math.round(
    Math.exp(systems.reduce((sum, one) => sum + Math.log(one.score ?? 1), 0) / systems.length),
  )
  const water = by('RENL-01')
  const capped = uncapped > 69 && (water.forecast || water.grade === 'D')
  const score = capped ? 69 : uncapped
  return {
    area: '440607',
    at,
    score,
    grade: gradeOf(score),
    interval: [uncapped - 4, uncapped + 2],
    coverage: 0.94,
    configured: 32,
    missing: ['SENS-03', 'RENL-02'],
    confidence: 0.9,
    lowConfidence: false,
    headline: {
      basis: 'assumed',
      renormalised: uncapped,
      filled: uncapped - 1,
      held: [],
      assumed: ['SENS-03', 'RENL-02'],
    },
    robustness: { draws: 1000, low: uncapped - 3, high: uncapped + 2, keepsGrade: 0.93 },
    measured: 1,
    ...(capped && {
      ceiling: {
        score: 69,
        indicator: 'RENL-01',
        grade: 'D',
        kind: water.forecast ? 'forecast' : 'present',
        uncapped,
        ...(water.forecast && { forecast: water.forecast }),
      },
    }),
    worst: (water.score ?? 0) < (by('RESP-01').score ?? 0) ? 'RENL-01' : 'RESP-01',
    arithmetic: uncapped + 3,
    systems,
    signs: [
      sign('temperature', by('META-05'), [18, 46], { normal: [24, 36] }),
      sign('pulse', by('CIRC-01'), [40, 160], {
        indicator: 'CIRC-06',
        unit: 'percent',
        value: 112,
        normal: [80, 125],
        at: at - 23 * 60_000,
        grade: 'N',
        quality: 'stale',
      }),
      sign('breathing', by('RESP-01'), [0, 200]),
      sign('pressure', by('RENL-04'), [94, 100]),
      sign('oxygen', by('RENL-04'), [94, 100], { indicator: 'META-01', value: 99.3, normal: [98, null] }),
      sign('consciousness', by('NERV-01'), [0, 100], { unit: 'score', value: 84, normal: [85, null], grade: 'B' }),
    ],
  }
}
