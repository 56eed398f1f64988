import { around, hourMs, localHour, minuteMs, season } from './calendar.ts'
import type { ModelMaker } from './model.ts'

/** Air beside the avenue: exhaust follows the traffic, ozone the sun, rain washes particles out. */
export const air: ModelMaker = (site) => {
  const haze = site.wander('pm25', hourMs / 2, 0.95)
  const coarse = site.wander('pm10', hourMs / 2, 0.9)
  const mixing = site.wander('gases', hourMs / 2, 0.9)
  const here = site.own('background')
  return (at) => {
    const { weather } = site
    const { saturation } = site.traffic(at)
    const washed = 1 - 0.55 * weather.wetness(at)
    const rush = around(localHour(at), 8, 2) + around(localHour(at), 18.5, 2)
    const pm25 = (40 + 4 * here - 5 * season(at) + 4.5 * haze(at) + 3 * rush) * washed
    const no2 = (16 + 46 * saturation + 4 * mixing(at)) * (1 - 0.2 * weather.wetness(at))
    const { speed, direction } = weather.wind(at)
    return {
      pm25: Math.max(2, pm25),
      pm10: Math.max(4, 1.45 * pm25 + (6 + 10 * saturation + 4 * coarse(at)) * washed),
      so2: Math.max(1, 7 + 1.2 * mixing(at)),
      no2: Math.max(3, no2),
      co: Math.max(0.1, 0.5 + 0.45 * saturation + 0.04 * mixing(at)),
      o3: Math.max(4, 34 + (78 + 16 * season(at)) * weather.sun(at) * washed - 0.25 * no2),
      temperature: weather.temperature(at) + 0.4 * (here - 0.5),
      humidity: weather.humidity(at),
      pressure: weather.pressure(at),
      wind_speed: speed * (0.85 + 0.3 * here),
      wind_direction: direction,
    }
  }
}

/** Sound at the kerb: ten times the logarithm of the flow, a little of the speed, and bursts in the maximum. */
export const noise: ModelMaker = (site) => {
  const day = site.trait('day', 56)
  const swing = site.wander('level', minuteMs, 0.6)
  const burst = site.wander('burst', minuteMs, 0.2)
  return (at) => {
    const { saturation } = site.traffic(at)
    const laeq = day + 8.5 * Math.log10((saturation + 0.02) / 0.48) + 0.7 * swing(at)
    return { laeq, lamax: laeq + 9 + 2 * Math.abs(burst(at)) }
  }
}
