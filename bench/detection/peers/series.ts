// The series that are judged: the simulated pilot, and public ones of other people.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Terminal } from '@civitals/contracts/registry'
import { demoCity } from '@civitals/simulator/city'
import { pilotHistory } from '@civitals/simulator/history'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

export interface Sample {
  readonly at: number
  readonly value: number
}

/** One clean series, with hourly means of the weeks before it. */
export interface Clean {
  readonly id: string
  readonly terminal: string
  readonly kind: string
  readonly point: string
  readonly everyMs: number
  readonly resolution: number
  readonly taught: readonly Sample[]
  readonly samples: readonly Sample[]
}

export const teachDays = 42

/** Every point of the pilot's terminals over some weeks, as healthy terminals show it. */
export async function pilotSeries(seed: number, from: number, days: number): Promise<Clean[]> {
  const city = await demoCity()
  const past = await pilotHistory({ seed })
  return city.terminals.flatMap((terminal) => seriesOf(terminal, past, from, days))
}

function seriesOf(
  terminal: Terminal,
  past: Awaited<ReturnType<typeof pilotHistory>>,
  from: number,
  days: number,
): Clean[] {
  const only = (id: string): boolean => id === terminal.id
  const taught = new Map<string, Sample[]>()
  const samples = new Map<string, Sample[]>()
  const put = (to: Map<string, Sample[]>, point: string, at: number, value: number): void => {
    const kept = to.get(point)
    if (kept) kept.push({ at, value })
    else to.set(point, [{ at, value }])
  }
  const teach = { from: from - teachDays * dayMs, to: from, everyMs: hourMs / 4, terminals: only }
  for (const { at, values } of past.samples(teach))
    for (const [point, value] of Object.entries(values)) put(taught, point, at, value)
  const judge = { from, to: from + days * dayMs, everyMs: terminal.reportEveryMs, terminals: only }
  for (const { at, values } of past.samples(judge))
    for (const [point, value] of Object.entries(values)) put(samples, point, at, value)
  return terminal.points.map((point) => ({
    id: `${terminal.id}/${point.id}`,
    terminal: terminal.id,
    kind: terminal.kind,
    point: point.id,
    everyMs: terminal.reportEveryMs,
    resolution: point.resolution ?? 0.01,
    taught: taught.get(point.id) ?? [],
    samples: samples.get(point.id) ?? [],
  }))
}

/** Hourly climate normals of Seattle, U.S. government data, as vega-datasets 3.2.1 carries them: pressure, temperature, wind. */
export function publicSeries(): Clean[] {
  const root = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..')
  const [header = '', ...rows] = readFileSync(join(root, 'data/seattle-weather-hourly-normals.csv'), 'utf8')
    .trim()
    .split('\n')
  const table = rows.map((row) => row.split(','))
  return header
    .split(',')
    .slice(1)
    .map((point, column) => {
      const all = table.flatMap((row) => {
        const value = Number(row[column + 1])
        const at = Date.parse(`${row[0]}Z`)
        return row[column + 1] && Number.isFinite(value) && Number.isFinite(at) ? [{ at, value }] : []
      })
      const start = (all[0]?.at ?? 0) + teachDays * dayMs
      return {
        ...{ id: `seattle/${point}`, terminal: 'seattle', kind: 'weather', point, everyMs: hourMs, resolution: 0.1 },
        taught: all.filter(({ at }) => at < start),
        samples: all.filter(({ at }) => at >= start),
      }
    })
}
