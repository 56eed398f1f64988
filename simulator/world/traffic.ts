import { around, localHour, minuteMs } from './calendar.ts'
import { demand } from './demand.ts'
import type { Model, ModelMaker, Surroundings, TrafficNow } from './model.ts'
import { clamp } from './weather.ts'

/** Length of road a vehicle covers for a loop or a radar, m; vehicle plus detection zone. */
const effectiveLengthM = 6.5

/** Traffic at one radar: demand of the hour of the week, slower when full, wet or flooded near by. */
export function trafficOf(around: Surroundings): (at: number) => TrafficNow {
  const capacity = around.trait('capacity', 3600)
  const freeSpeed = around.trait('freeSpeed', 58)
  const swing = around.wander('flow', 5 * minuteMs, 0.8)
  return (at) => {
    const storm = around.storm(at)
    const left = 1 - (1 - storm.speed) * around.nearness
    const flow = Math.max(4, capacity * 0.78 * demand(at) * (1 + 0.06 * swing(at)) * left ** 0.6)
    const saturation = flow / capacity
    // Heavy rain alone takes about a tenth of the speed; the exponent 4 is that of the BPR volume-delay function.
    const wet = 1 - 0.1 * around.weather.wetness(at)
    return { flow, saturation, speed: Math.max(3, (freeSpeed * wet * left) / (1 + 0.9 * (saturation / 0.9) ** 4)) }
  }
}

export const traffic: ModelMaker = (around) => {
  const now = trafficOf(around)
  const lanes = around.trait('capacity', 3600) / 1800
  const freeSpeed = around.trait('freeSpeed', 58)
  return (at) => {
    const { flow, speed } = now(at)
    const occupancy = clamp(((flow / speed / lanes) * effectiveLengthM) / 10, 0, 100)
    return { flow, speed, occupancy, free_speed: freeSpeed }
  }
}

/** Bays fill towards noon and the evening. */
export const parking: ModelMaker = (site) => {
  const bays = site.trait('bays', 200)
  const swing = site.wander('occupied', 10 * minuteMs, 0.9)
  return (at): ReturnType<Model> => {
    const hour = localHour(at)
    const share = 0.24 + 0.38 * around(hour, 11, 3.5) + 0.4 * around(hour, 19, 2.5) + 0.02 * swing(at)
    return { occupied: Math.round(bays * clamp(share, 0.02, 0.97)), bays }
  }
}
