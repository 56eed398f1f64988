import { hourMs, minuteMs } from './calendar.ts'
import type { ModelMaker } from './model.ts'

export const gas: ModelMaker = (site) => {
  const drift = site.wander('gas', 10 * minuteMs, 0.9)
  return (at) => ({ concentration: Math.max(0, 0.2 + 0.12 * drift(at)), fault: 0 })
}

export const hydrant: ModelMaker = (site) => {
  const swing = site.wander('pressure', 5 * minuteMs, 0.9)
  const head = 0.28 + 0.03 * site.own('head')
  return (at) => ({ pressure: head + 0.004 * swing(at), open: 0 })
}

export const cover: ModelMaker = (site) => {
  const shake = site.wander('tilt', minuteMs, 0.5)
  const lie = 2 * (site.own('lie') - 0.5)
  return (at) => ({ tilt: lie + 0.05 * shake(at), battery: 3.58 + 0.06 * site.own('battery'), open: 0 })
}

/** The footbridge leans a little with the warmth of the day. */
export const tilt: ModelMaker = (site) => {
  const sway = site.wander('sway', minuteMs, 0.4)
  const warmth = site.wander('warmth', hourMs, 0.9)
  return (at) => ({ tilt: 0.32 + 0.05 * site.weather.sun(at) + 0.01 * warmth(at) + 0.004 * sway(at) })
}
