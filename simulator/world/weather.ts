import type { Timeline } from '../scenario/timeline.ts'
import { around, dayMs, hourMs, localDay, localHour, season, startOfDay } from './calendar.ts'
import { type Stream, streamOf, uniform, wander } from './chance.ts'

/** The air over the whole district, functions of time alone; storms of the timeline included. */
export interface Weather {
  /** °C. */
  readonly temperature: (at: number) => number
  /** %. */
  readonly humidity: (at: number) => number
  /** hPa at station height. */
  readonly pressure: (at: number) => number
  /** m/s and degrees the wind comes from. */
  readonly wind: (at: number) => { speed: number; direction: number }
  /** mm/h. */
  readonly rain: (at: number) => number
  /** mm since the gauge was set up; never goes back. */
  readonly rainTotal: (at: number) => number
  /** 0 dry to 1 in a downpour. */
  readonly wetness: (at: number) => number
  /** 0 at night to 1 around two in the afternoon. */
  readonly sun: (at: number) => number
}

/** A district at 23° north: mild winters, warm summers, now and then a light shower of up to 5 mm/h. */
export function weatherOf(seed: number, timeline: Timeline): Weather {
  const warm = wander(streamOf(seed, 'temperature'), hourMs, 0.95)
  const damp = wander(streamOf(seed, 'humidity'), hourMs, 0.9)
  const heavy = wander(streamOf(seed, 'pressure'), 3 * hourMs, 0.92)
  const gust = wander(streamOf(seed, 'wind'), hourMs / 6, 0.8)
  const veer = wander(streamOf(seed, 'direction'), hourMs, 0.95)
  const showers = showersOf(streamOf(seed, 'showers'))
  const rain = (at: number): number => showers.intensity(at) + timeline.at(at).rain
  const wetness = (at: number): number => Math.min(1, rain(at) / 40)
  const sun = (at: number): number => around(localHour(at), 14, 4)
  const day = (at: number): number => Math.cos(((localHour(at) - 14.5) / 12) * Math.PI)
  return {
    rain,
    wetness,
    sun,
    temperature: (at) => 21 + 4.8 * season(at) + 3.4 * day(at) + 0.9 * warm(at) - 4 * wetness(at),
    humidity: (at) => clamp(70 - 13 * day(at) + 4 * damp(at) + 22 * wetness(at), 30, 99),
    pressure: (at) => 1011 - 6 * season(at) + 2 * heavy(at) + Math.cos(((localHour(at) - 10) / 6) * Math.PI),
    wind: (at) => ({
      speed: Math.max(0.1, 1.7 + 0.6 * gust(at) + 1.1 * sun(at) + 6 * wetness(at)),
      direction: (((150 + 45 * veer(at)) % 360) + 360) % 360,
    }),
    rainTotal: (at) => showers.total(at) + timeline.at(at).fallen,
  }
}

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** The gauge was set up on this local day: 2026-01-01. */
const firstDay = localDay(Date.UTC(2026, 0, 1))

/** About two days in nine have one shower; its rate rises and falls as sin², so that its sum is known in closed form. */
function showersOf(stream: Stream): { intensity: Weather['rain']; total: Weather['rain'] } {
  const upTo: number[] = [0]
  const shower = (day: number): { from: number; length: number; peak: number } | undefined => {
    if (uniform(stream, day * 4) > 0.22) return undefined
    const length = hourMs * (0.5 + 1.5 * uniform(stream, day * 4 + 1))
    const from = startOfDay(day) + uniform(stream, day * 4 + 2) * (dayMs - length)
    return { from, length, peak: 0.5 + 4.5 * uniform(stream, day * 4 + 3) }
  }
  const share = (at: number, one: { from: number; length: number }): number => clamp((at - one.from) / one.length, 0, 1)
  const fallen = (at: number, day: number): number => {
    const one = shower(day)
    if (!one) return 0
    const x = share(at, one)
    return ((one.peak * one.length) / hourMs) * (x / 2 - Math.sin(2 * Math.PI * x) / (4 * Math.PI))
  }
  const intensity = (at: number): number => {
    const one = shower(localDay(at))
    return one ? one.peak * Math.sin(Math.PI * share(at, one)) ** 2 : 0
  }
  const total = (at: number): number => {
    const days = Math.max(0, localDay(at) - firstDay)
    while (upTo.length <= days) {
      const day = firstDay + upTo.length - 1
      upTo.push((upTo[upTo.length - 1] ?? 0) + fallen(startOfDay(day + 1), day))
    }
    return (upTo[days] ?? 0) + fallen(at, firstDay + days)
  }
  return { intensity, total }
}
