import type { BedsideSign, IndicatorResult, SystemResult } from '@civitals/contracts/body'
import { gradeOf } from '@civitals/contracts/grade'
import { scoreOf } from '../formulas/score.ts'

type Quality = BedsideSign['quality']

/** Fixed part of each sign: where it is drawn. Bands and tracks are platform conventions. */
const tracks = {
  temperature: [10, 50],
  pulse: [0, 200],
  breathing: [0, 300],
  pressure: [90, 100],
  oxygen: [90, 100],
  consciousness: [0, 100],
} as const satisfies Record<BedsideSign['id'], readonly [number, number]>

/** Usual band of activity in per cent of the same hour of other weeks. */
const pulseBand: [number, number] = [80, 125]
/** Availability of the lifelines in per cent that scores 100, 85, 70, 50, 30, 0. */
const lifelineAnchors = [100, 99.5, 98, 95, 90, 80]
const lifelines = ['RENL-04', 'META-02', 'META-01'] as const
const consciousFrom = 85

const trackOf = (id: BedsideSign['id']): [number, number] => [...tracks[id]]

/** A sign that is one indicator, as it stands. */
function direct(id: BedsideSign['id'], indicator: string, result: IndicatorResult | undefined): BedsideSign {
  return {
    id,
    indicator,
    value: result?.value ?? null,
    unit: result?.unit ?? 'none',
    normal: result?.normal ?? [null, null],
    range: trackOf(id),
    at: result?.at ?? null,
    grade: result?.grade ?? 'N',
    quality: result?.quality ?? 'missing',
    ...(result?.detail ? { detail: result.detail } : {}),
  }
}

/** Activity: flow in per cent of what is usual at this hour of the week. */
function pulse(result: IndicatorResult | undefined): BedsideSign {
  const percent = result?.detail?.percentOfUsual
  const value = result?.valid && typeof percent === 'number' ? percent : null
  const quality = value === null ? (result?.quality === 'stale' ? 'stale' : 'missing') : (result?.quality ?? 'missing')
  return { ...direct('pulse', 'CIRC-06', result), value, unit: 'percent', normal: pulseBand, quality }
}

const order: readonly Quality[] = ['good', 'uncertain', 'stale', 'missing']
const poorest = (qualities: readonly Quality[]): Quality =>
  qualities.reduce<Quality>((low, one) => (order.indexOf(one) > order.indexOf(low) ? one : low), 'good')

/** Availability of water x power x light, each by its pass rate, in per cent [platform convention]. */
function oxygen(results: readonly (IndicatorResult | undefined)[]): BedsideSign {
  const parts = results.map((result) => (result?.valid ? result.value : null))
  const value = parts.reduce<number | null>(
    (share, part) => (share === null || part === null ? null : (share * part) / 100),
    100,
  )
  const times = results.map((result) => result?.at ?? null).filter((at) => at !== null)
  return {
    id: 'oxygen',
    indicator: lifelines[0],
    value,
    unit: 'percent',
    normal: [lifelineAnchors[2] ?? null, null],
    range: trackOf('oxygen'),
    at: times.length === 0 ? null : Math.min(...times),
    grade: gradeOf(scoreOf(value, lifelineAnchors)),
    quality: poorest(results.map((result) => result?.quality ?? 'missing')),
    detail: { water: parts[0], power: parts[1], light: parts[2], indicators: lifelines, convention: true },
  }
}

/** Health of the sensor network itself. */
function consciousness(system: SystemResult | undefined): BedsideSign {
  const times = (system?.indicators ?? []).map(({ at }) => at).filter((at) => at !== null)
  return {
    id: 'consciousness',
    indicator: 'NERV-01',
    value: system?.score ?? null,
    unit: 'score',
    normal: [consciousFrom, null],
    range: trackOf('consciousness'),
    at: times.length === 0 ? null : Math.max(...times),
    grade: system?.grade ?? 'N',
    quality: system?.score == null ? 'missing' : system.lowConfidence ? 'uncertain' : 'good',
  }
}

/** The six bedside signs of a body, in the order a strip shows them. */
export function signsOf(systems: readonly SystemResult[]): BedsideSign[] {
  const indicators = new Map(systems.flatMap((system) => system.indicators).map((result) => [result.id, result]))
  return [
    direct('temperature', 'META-05', indicators.get('META-05')),
    pulse(indicators.get('CIRC-06')),
    direct('breathing', 'RESP-01', indicators.get('RESP-01')),
    direct('pressure', 'RENL-04', indicators.get('RENL-04')),
    oxygen(lifelines.map((id) => indicators.get(id))),
    consciousness(systems.find(({ id }) => id === 'NERV')),
  ]
}
