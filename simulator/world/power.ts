import { dayMs, hourMs, isLampTime, lampHours, localDay, minuteMs, season, startOfDay } from './calendar.ts'
import type { ModelMaker } from './model.ts'
import { household } from './water.ts'

/** Meters were set up on this local day: 2025-01-01. */
const firstDay = localDay(Date.UTC(2025, 0, 1))
const burnt: number[] = [0]

/** Hours of lamp time since meters were set up: whole days summed once, the running day by its two dark parts. */
function hoursBurnt(at: number): number {
  const days = Math.max(0, localDay(at) - firstDay)
  while (burnt.length <= days) {
    burnt.push((burnt[burnt.length - 1] ?? 0) + lampHours(startOfDay(firstDay + burnt.length - 1)))
  }
  const hour = (at - startOfDay(firstDay + days)) / hourMs
  const turn = season(at)
  return (burnt[days] ?? 0) + Math.min(hour, 6.33 - turn / 2) + Math.max(0, hour - (19 + turn / 3))
}

/** A cabinet of street lamps; one night in eight one lamp stays dark. */
export const lamp: ModelMaker = (site) => {
  const lamps = site.trait('lamps', 60)
  const watt = site.trait('watt', 120)
  const standbyW = 18
  const swing = site.wander('voltage', 5 * minuteMs, 0.9)
  return (at) => {
    const due = isLampTime(at) ? lamps : 0
    const night = localDay(at - dayMs / 2)
    const lit = Math.max(0, due - (site.own('dark lamp', night) < 1 / 8 ? 1 : 0))
    const days = (at - startOfDay(firstDay)) / dayMs
    return {
      lamps_due: due,
      lamps_lit: lit,
      voltage: 227 - (due > 0 ? 2 : 0) + 1.4 * swing(at),
      power: standbyW + lit * watt,
      energy: Math.max(0, (lamps * watt * hoursBurnt(at) + standbyW * 24 * days) / 1000),
    }
  }
}

/** A feeder: load follows the households, the cable warms with load, wet ground lets a little more current leak. */
export const electrical: ModelMaker = (site) => {
  const swing = site.wander('load', 5 * minuteMs, 0.9)
  const leak = site.wander('leak', 10 * minuteMs, 0.9)
  const base = 34 + 18 * site.own('leak')
  return (at) => {
    const load = 38 + 26 * Math.min(1, household(at)) + 3 * swing(at)
    return {
      residual_current: Math.max(1, base + 5 * leak(at) + 40 * site.weather.wetness(at) * site.lowness),
      cable_temperature: site.weather.temperature(at) + 6 + 0.16 * load,
      voltage: 228 - 0.04 * load + swing(at),
      load,
    }
  }
}
