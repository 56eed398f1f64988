import type { IndicatorResult } from '@civitals/contracts/body'
import type { SeriesForecast } from '@civitals/contracts/forecast'
import type { Grade, PointView } from '../../../api/shapes.ts'
import { type Fan, fanOf } from './fan.ts'

export interface TrendPoint {
  readonly at: number
  /** Of a bucket: its mean. */
  readonly value: number | null
  /** Extremes of a bucket. */
  readonly min?: number
  readonly max?: number
}

export interface LimitLine {
  readonly value: number
  readonly grade: 'C' | 'D'
}

export interface TrendModel {
  readonly points: readonly TrendPoint[]
  readonly from: number
  readonly to: number
  readonly low: number
  readonly high: number
  readonly band: readonly [number, number] | undefined
  readonly limits: readonly LimitLine[]
  /** The dotted line: from the newest value to where the forecast puts it. */
  readonly forecast: { readonly at: number; readonly value: number; readonly grade: Grade } | undefined
  readonly fan: Fan | undefined
  /** Hours ahead, drawn at the middle of each: where a day is shown and the centre has a forecast of the series. */
  readonly hours: readonly AheadHour[]
  readonly last: { readonly at: number; readonly value: number } | undefined
}

/** One hour ahead: its mean and the bands that hold it. */
export interface AheadHour {
  readonly at: number
  readonly value: number
  readonly wide: readonly [number, number]
  readonly narrow: readonly [number, number]
}

const hourMs = 3_600_000
/** Spans below this are too short for steps of an hour. */
export const longSpanMs = 12 * hourMs

/** Room ahead for hours. */
const roomOf = (backMs: number): number => Math.min(24 * hourMs, backMs / 3)

/** The published hours that fit into the room ahead, at their middles. */
function hoursAhead(hours: SeriesForecast['hours'], now: number, backMs: number): readonly AheadHour[] {
  if (backMs < longSpanMs) return []
  return hours
    .map((hour) => ({ ...hour, at: hour.at + hourMs / 2 }))
    .filter(({ at }) => at > now && at <= now + roomOf(backMs))
}

/** Room ahead for a forecast: a third of the stretch shown, an hour at most. */
const aheadOf = (backMs: number): number => Math.min(3_600_000, backMs / 3)

/** The vital indicator whose anchors are limits of this very series: same unit, and it watches the worst of such series. */
export function limitingIndicator(
  indicators: readonly IndicatorResult[],
  series: string,
  unit: string,
): IndicatorResult | undefined {
  return indicators.find((one) => one.vital && one.unit === unit && one.inputs.includes(series))
}

const isWorst = (one: IndicatorResult, series: string): boolean =>
  one.worst !== undefined && `${one.worst.terminal}/${one.worst.point}` === series

/** Everything the chart draws, in the units of the data. Holes stay holes: two points further apart than `holeMs` are not joined. */
export function trendModel(
  measured: readonly TrendPoint[],
  series: string,
  point: PointView,
  indicators: readonly IndicatorResult[],
  now: number,
  holeMs: number,
  backMs: number,
  forecastHours: SeriesForecast['hours'] = [],
): TrendModel {
  const points = withHoles(
    measured.filter((one) => one.at >= now - backMs),
    holeMs,
  )
  const judge = limitingIndicator(indicators, series, point.unit)
  const limits: readonly LimitLine[] = judge
    ? [
        { value: judge.anchors[2] ?? Number.NaN, grade: 'C' as const },
        { value: judge.anchors[3] ?? Number.NaN, grade: 'D' as const },
      ].filter((line) => Number.isFinite(line.value))
    : []
  const forecast = judge && isWorst(judge, series) ? judge.forecast : undefined
  const last = points.findLast((one): one is { at: number; value: number } => one.value !== null)
  const fan = forecast && last ? fanOf(points, last, now + aheadOf(backMs)) : undefined
  const hours = hoursAhead(forecastHours, now, backMs)
  const extremes = points.flatMap(({ value, min, max }) => (value === null ? [] : [min ?? value, max ?? value]))
  const values = [...extremes, ...hours.flatMap(({ wide }) => wide)]
  const shown = [...values, ...limits.map((line) => line.value), ...(forecast ? [forecast.value] : [])]
  const [low, high] = scaleOf(shown, point)
  const band = point.normal ? ([Math.max(low, point.normal[0]), Math.min(high, point.normal[1])] as const) : undefined
  return {
    points,
    from: now - backMs,
    to: hours.length > 0 ? now + roomOf(backMs) : forecast ? now + aheadOf(backMs) : now + backMs * 0.04,
    low,
    high,
    band: band && band[0] < band[1] ? band : undefined,
    limits,
    forecast,
    fan,
    hours,
    last,
  }
}

function withHoles(points: readonly TrendPoint[], holeMs: number): readonly TrendPoint[] {
  return points.flatMap((one, place) => {
    const before = points[place - 1]
    return before && one.at - before.at > holeMs ? [{ at: before.at + 1, value: null }, one] : [one]
  })
}

/** Ends of the axis: what is shown and a margin; from 0 where the quantity starts there and the values are near it. */
function scaleOf(values: readonly number[], point: PointView): readonly [number, number] {
  if (values.length === 0) return [0, 1]
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const span = Math.max(most - least, quietSpan(point, most))
  const fromZero = least >= 0 && least < span * 1.5
  return [fromZero ? 0 : least - span * 0.15, most + span * (fromZero ? 0.2 : 0.15)]
}

/** The axis never zooms into the noise of a sensor: a quiet series stays a quiet line. */
function quietSpan(point: PointView, value: number): number {
  const band = point.normal ? point.normal[1] - point.normal[0] : Number.POSITIVE_INFINITY
  const coarse = Math.max((point.resolution ?? 0) * 30, Math.abs(value) * 0.1, 1e-6)
  return Math.min(band * 0.4, coarse)
}
