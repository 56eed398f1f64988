// A forecast for tests and for work on the page before a centre exists.
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
