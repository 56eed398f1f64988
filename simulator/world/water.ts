import { around, hourMs, localHour, minuteMs } from './calendar.ts'
import type { ModelMaker } from './model.ts'

/** How households draw water through the day, about 0 to 1. */
export const household = (at: number): number =>
  0.25 +
  0.6 * around(localHour(at), 7.5, 1.6) +
  0.75 * around(localHour(at), 19.5, 2.4) +
  0.3 * around(localHour(at), 12, 2)

/** Pipes answer a light shower ten minutes later. */
const showerDelayMs = 10 * minuteMs

/** Water in a manhole: the day's use, a little of every shower, the storm by how low the site lies. Full is at the cover. */
export const manhole: ModelMaker = (site) => {
  const depth = site.trait('depth', 2.5)
  const ripple = site.wander('level', 5 * minuteMs, 0.9)
  return (at) => {
    const shower = Math.min(8, site.weather.rain(at - showerDelayMs))
    const ordinary = 0.36 + 0.12 * household(at) + 0.012 * ripple(at) + 0.02 * shower
    const level = Math.min(depth + 0.02, ordinary + site.storm(at).pipe * (0.3 + 0.7 * site.lowness))
    return { level, freeboard: depth - level }
  }
}

/** Water on the road: none until pipes surcharge; everywhere but at the lowest site it stays shallow. */
export const roadWater: ModelMaker = (site) => {
  const gather = site.lowness >= 1 ? 1 : 0.3 * site.lowness
  const charge = site.wander('battery', hourMs, 0.9)
  return (at) => ({
    depth: site.storm(at).depth * gather,
    battery: 13 + 0.5 * site.weather.sun(at) + 0.08 * charge(at),
  })
}

export const rain: ModelMaker = (site) => (at) => ({
  intensity: site.weather.rain(at),
  total: site.weather.rainTotal(at),
})

/** Period of the main lunar tide, which runs up the river to the gauge. */
const tideMs = 12.42 * hourMs

export const river: ModelMaker = (site) => {
  const flood = site.wander('level', 2 * hourMs, 0.97)
  return (at) => {
    const phase = (2 * Math.PI * (at % tideMs)) / tideMs
    const swollen = site.storm(at).pipe
    return {
      level: 1.7 + 0.35 * Math.sin(phase) + 0.12 * flood(at) + 0.25 * swollen,
      velocity: 0.7 - 0.3 * Math.cos(phase) + 0.04 * flood(at) + 0.3 * swollen,
    }
  }
}

export const supply: ModelMaker = (site) => {
  const swing = site.wander('pressure', 2 * minuteMs, 0.9)
  const quality = site.wander('quality', hourMs, 0.95)
  const head = 0.33 + 0.02 * site.own('head')
  return (at) => ({
    pressure: head - 0.05 * household(at) + 0.003 * swing(at),
    turbidity: Math.max(0.05, 0.27 + 0.03 * quality(at) + 0.08 * site.weather.wetness(at)),
    chlorine: Math.max(0.05, 0.42 - 0.03 * quality(at)),
  })
}
