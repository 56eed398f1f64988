// Series the forecasts are tried on, as hours: those behind the indicators from the simulated pilot, and public ones.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { shippedDefinitions } from '@civitals/indicators/shipped'
import { demoCity } from '@civitals/simulator/city'
import { pilotHistory } from '@civitals/simulator/history'

export interface TriedSeries {
  readonly name: string
  readonly group: 'simulated' | 'public'
  readonly values: Float64Array
  readonly bounds?: readonly [number, number]
}

const hourMs = 3_600_000
/** Samples of an hour its mean is made of. */
const perHour = 4

/** Hourly means of the pilot's series that indicators read, those that move at all, from an instant on. */
export async function pilotSeries(seed: number, from: number, hours: number): Promise<TriedSeries[]> {
  const [city, definitions, history] = await Promise.all([demoCity(), shippedDefinitions(), pilotHistory({ seed })])
  const read = new Set(
    definitions.flatMap(({ inForce }) =>
      inForce.flatMap(({ inputs }) =>
        (inputs ?? []).flatMap(({ kind, points }) => points.map((point) => `${kind}/${point}`)),
      ),
    ),
  )
  const wanted = new Map<string, TriedSeries>()
  for (const { id, kind, points } of city.terminals) {
    for (const { id: point, unit, range } of points) {
      if (!read.has(`${kind}/${point}`) || unit === 'onoff') continue
      const values = new Float64Array(hours)
      wanted.set(`${id}/${point}`, {
        name: `${id}/${point}`,
        group: 'simulated',
        values,
        ...(range ? { bounds: range } : {}),
      })
    }
  }
  for (const { terminal, at, values } of history.samples({
    from,
    to: from + hours * hourMs,
    everyMs: hourMs / perHour,
  })) {
    for (const [point, value] of Object.entries(values)) {
      const hour = Math.floor((at - from) / hourMs)
      const series = wanted.get(`${terminal}/${point}`)
      if (series) series.values[hour] = (series.values[hour] ?? 0) + value / perHour
    }
  }
  return [...wanted.values()].filter(({ values }) => values.some((value) => value !== values[0]))
}

/** Hourly normals of Seattle: pressure, temperature and wind of a year (US government, in vega-datasets). */
export function seattleSeries(): TriedSeries[] {
  const file = join(import.meta.dirname, '../../../node_modules/vega-datasets/data/seattle-weather-hourly-normals.csv')
  const [head = '', ...rows] = readFileSync(file, 'utf8').trim().split('\n')
  return head
    .split(',')
    .slice(1)
    .map((name, column) => ({
      name: `Seattle ${name.trim()}`,
      group: 'public',
      values: Float64Array.from(rows, (row) => Number(row.split(',')[column + 1])),
    }))
}
