import type { EpochMs } from '@civitals/contracts/clock'
import type { City, Terminal } from '@civitals/contracts/registry'
import { scopeOf } from '../../body/scope.ts'
import type { SystemDocument } from '../../definition.ts'
import { assess } from '../../scoring/assess.ts'
import { Memory } from '../../scoring/memory.ts'
import { Counts } from '../../windows/counts.ts'
import { localTimeOf } from '../../windows/local-time.ts'
import { planWindows } from '../../windows/plan.ts'
import { Windows } from '../../windows/windows.ts'
import { horizonHours } from '../forecast.ts'
import { hourMs } from './hours.ts'

/** The newest day of one series and what is forecast of it; NaN = missing. */
export interface SeriesAhead {
  readonly terminal: string
  readonly point: string
  /** 24 hours before `from`. */
  readonly past: Float64Array
  readonly value: Float64Array
  readonly low: Float64Array
  readonly high: Float64Array
}

export interface AheadRequest {
  readonly city: Pick<City, 'id' | 'name' | 'timeZone'>
  readonly documents: readonly SystemDocument[]
  readonly terminals: readonly Terminal[]
  readonly series: readonly SeriesAhead[]
  /** Start of the first hour ahead. */
  readonly from: EpochMs
}

/** One hour of an indicator ahead: value at its end, if the forecasts hold. */
export interface IndicatorHour {
  readonly at: EpochMs
  readonly value: number
  readonly score: number
  /** Values with every input at one end of its 90 % interval, and their scores: wider than 90 %, since inputs rarely err together. */
  readonly values: [number, number]
  readonly scores: [number, number]
}

export interface IndicatorHours {
  readonly indicator: string
  readonly hours: readonly IndicatorHour[]
}

/**
 * Formulas that hourly means determine. Extremes of minutes, pass rates and energy means of levels are not: a mean forecast says
 * nothing sure of them, so those indicators have forecasts of their series only.
 */
const fromMeans: ReadonlySet<string> = new Set([
  'aqi-hourly',
  'hours-mean',
  'window-mean',
  'heat-index',
  'parking-occupancy',
  'traffic-index',
  'congested-share',
  'median-magnitude',
])

const minutes = {
  zh: '取分钟极值或持续时长，小时均值无法确定',
  en: 'an extreme of minutes or a duration: hourly means do not determine it',
}
const shares = {
  zh: '按单个读数或设施状态计占比，小时均值无法确定',
  en: 'a share of readings or of things in a state: hourly means do not determine it',
}
const network = { zh: '反映采集网络本身，不由测值推算', en: 'about the network itself: no measured value leads to it' }

/** Why hourly means do not determine a formula. */
const undetermined: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  'window-max': minutes,
  'window-min': minutes,
  'latest-max': minutes,
  'latest-min': minutes,
  'persisted-max': minutes,
  'minutes-above': minutes,
  'pass-rate': shares,
  'lamp-rate': shares,
  'abnormal-covers': shares,
  'overflow-share': shares,
  'noise-excess': {
    zh: '声级按能量平均，均值的预测说明不了',
    en: 'an energy mean of levels, which a forecast mean does not tell',
  },
  'online-rate': network,
  completeness: network,
  'valid-share': network,
  'latency-p95': network,
  'complaint-ratio': { zh: '诉求数尚无预测模型', en: 'counts of complaints are not forecast' },
  pulse: {
    zh: '与同期常值之差，预测即为常值',
    en: 'the distance from what is usual, which is what a forecast would say',
  },
}

/** Why an indicator of this formula is never forecast; undefined where it is. */
export const whyNotAhead = (formula: string): { readonly zh: string; readonly en: string } | undefined =>
  fromMeans.has(formula) ? undefined : undetermined[formula]

/** The definitions that can be computed ahead, and nothing else of the documents. */
export const documentsAhead = (documents: readonly SystemDocument[]): readonly SystemDocument[] =>
  documents
    .map((document) => ({
      ...document,
      trial: [],
      inForce: document.inForce.filter(({ formula }) => fromMeans.has(formula)),
    }))
    .filter(({ inForce }) => inForce.length > 0)

const variants = ['value', 'low', 'high'] as const
type Variant = (typeof variants)[number]

/**
 * Indicators of the next 24 hours: the measured values are forecast and then measured and scored by the very definitions in force,
 * never the score itself [reference 0.8]. Hours without enough forecasts are left out.
 */
export function indicatorsAhead(request: AheadRequest): IndicatorHours[] {
  const rows = new Map(variants.map((variant) => [variant, run(request, variant)]))
  const ids = request.documents.flatMap(({ inForce }) => inForce.map(({ id }) => id))
  return ids.map((indicator) => ({
    indicator,
    hours: Array.from({ length: horizonHours }, (_, hour) => hourOf(rows, indicator, hour)).filter(
      (hour) => hour !== undefined,
    ),
  }))
}

interface Scored {
  readonly at: EpochMs
  readonly value: number
  readonly score: number
}

function hourOf(
  rows: ReadonlyMap<Variant, ReadonlyMap<string, Scored>>,
  indicator: string,
  hour: number,
): IndicatorHour | undefined {
  const key = `${indicator} ${hour}`
  const [middle, low, high] = variants.map((variant) => rows.get(variant)?.get(key))
  if (!middle || !low || !high) return undefined
  const span = (of: (one: Scored) => number): [number, number] => {
    const all = [middle, low, high].map(of)
    return [Math.min(...all), Math.max(...all)]
  }
  return { ...middle, values: span(({ value }) => value), scores: span(({ score }) => score) }
}

/** Feeds the windows hour by hour and judges at the end of each hour ahead; keys are `indicator hour`. */
function run({ city, documents, terminals, series, from }: AheadRequest, variant: Variant): Map<string, Scored> {
  const known = new Map(terminals.map((terminal) => [terminal.id, terminal]))
  const registry = { terminal: (id: string) => known.get(id), terminals: () => terminals, site: () => undefined }
  const local = localTimeOf(city.timeZone)
  const windows = new Windows(planWindows(documents.flatMap(({ inForce }) => inForce)), registry, local)
  const scope = scopeOf(city.id, terminals, documents, windows, false)
  const [memory, counts] = [new Memory(), new Counts()]
  const scored = new Map<string, Scored>()
  for (let hour = -24; hour < horizonHours; hour++) {
    const start = from + hour * hourMs
    for (const one of series) {
      const value = (hour < 0 ? one.past[24 + hour] : one[variant][hour]) ?? Number.NaN
      const every = Math.max(60_000, known.get(one.terminal)?.reportEveryMs ?? 60_000)
      if (Number.isFinite(value)) fill(windows, one, value, start, every)
    }
    if (hour < 0) continue
    const now = start + hourMs - 1
    const shared = { now, local, watches: scope.watches, delays: windows.delays, counts, since: windows.since }
    for (const { id, indicators } of scope.systems) {
      for (const indicator of indicators) {
        const { result } = assess(id, city.id, { ...shared, ...indicator }, memory)
        if (!result.valid || result.value === null || result.score === null) continue
        scored.set(`${result.id} ${hour}`, { at: start + hourMs, value: result.value, score: result.score })
      }
    }
  }
  return scored
}

/** The hour's mean as often as the terminal reports, so that minimum data are judged as usual. */
function fill(windows: Windows, name: SeriesAhead, value: number, start: EpochMs, everyMs: number): void {
  const { terminal, point } = name
  for (let at = start; at < start + hourMs; at += everyMs) {
    windows.add({ terminal, point, at, value, quality: 'good' })
  }
}
