// A forecast for tests and for work on the page before a centre exists.
import type { CauseChain } from '@civitals/contracts/causes'
import type { SeriesForecast } from '@civitals/contracts/forecast'

const hour = 3_600_000

export const fixtureSkill = {
  model: 'mstl-24-ets',
  season: 168,
  mase: 0.62,
  naiveMase: 0.9,
  skill: 0.31,
  origins: 25,
} as const

/** A day of hours whose bands widen. */
export function forecastOf(terminal: string, point: string, unit = 'none', now: number): SeriesForecast {
  const from = Math.floor(now / hour) * hour
  const hours = Array.from({ length: 24 }, (_, k): SeriesForecast['hours'][number] => {
    const value = 70 + 12 * Math.sin((k / 24) * 2 * Math.PI)
    const half = 6 + 0.5 * k
    return {
      at: from + k * hour,
      value,
      wide: [value - half, value + half],
      narrow: [value - half / 2, value + half / 2],
    }
  })
  return { terminal, point, unit, generatedAt: now, ...fixtureSkill, hours }
}

/** The chain of the made-up storm. */
export function fixtureCauses(at: number): CauseChain {
  const end = (terminal: string | null, point: string) => ({ terminal, point })
  const evidence = { z: 6.1, needed: 2.9 }
  const [sewer, road] = [end('manhole-01', 'level'), end('road-water-01', 'depth')]
  return {
    indicator: 'RENL-01',
    at,
    subject: road,
    tried: 4,
    links: [
      { cause: end('rain-01', 'intensity'), effect: sewer, lagMs: 9 * 60_000, correlation: 0.98, ...evidence },
      { cause: sewer, effect: road, lagMs: 18 * 60_000, correlation: 0.95, ...evidence },
      { cause: road, effect: end('traffic-02', 'speed'), lagMs: 2 * 60_000, correlation: -0.97, ...evidence },
      { cause: road, effect: end(null, 'count'), lagMs: 13 * 60_000, correlation: 0.9, ...evidence },
    ],
  }
}
