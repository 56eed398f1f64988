import type { EpochMs } from '@civitals/contracts/clock'
import { qualities } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { RegistryView, Terminal } from '@civitals/contracts/registry'
import type { LatestReading, PointView, TerminalView } from './shapes.ts'

type LatestOf = (terminal: string, point: string) => Reading | undefined

/** Newest readings by series, for as long as one request lasts. */
export function indexLatest(readings: Iterable<Reading>): LatestOf {
  const byTerminal = new Map<string, Map<string, Reading>>()
  for (const reading of readings) {
    const points = byTerminal.get(reading.terminal) ?? new Map<string, Reading>()
    points.set(reading.point, reading)
    byTerminal.set(reading.terminal, points)
  }
  return (terminal, point) => byTerminal.get(terminal)?.get(point)
}

/** A reading is stale after three reporting periods, but never before 15 s: polling has jitter. */
const staleAfterMs = (terminal: Terminal): number => Math.max(15_000, 3 * terminal.reportEveryMs)

function latestOf(reading: Reading, terminal: Terminal, now: EpochMs): LatestReading {
  const age = Math.max(0, now - reading.at)
  const { at, value, quality } = reading
  return { at, value, quality, ageMs: Math.floor(age / 1000) * 1000, stale: age > staleAfterMs(terminal) }
}

function stateOf(points: readonly PointView[]): TerminalView['state'] {
  const readings = points.flatMap((point) => point.reading ?? [])
  if (readings.length === 0) return 'never'
  const fresh = readings.filter((reading) => !reading.stale)
  if (fresh.length === 0) return 'stale'
  return fresh.some((reading) => qualities[reading.quality].counts) ? 'live' : 'silent'
}

/** One terminal as pages and clients see it: registry, site and the newest reading of every point. */
export function viewTerminal(terminal: Terminal, registry: RegistryView, latest: LatestOf, now: EpochMs): TerminalView {
  const points = terminal.points.map((point): PointView => {
    const reading = latest(terminal.id, point.id)
    return { ...point, reading: reading ? latestOf(reading, terminal, now) : null }
  })
  const times = points.flatMap((point) => point.reading?.at ?? [])
  const { id, kind, profile, group, name, gateway, reportEveryMs } = terminal
  return {
    ...{ id, kind, profile, group, name, gateway, reportEveryMs },
    site: registry.site(terminal.site) ?? null,
    state: stateOf(points),
    lastAt: times.length > 0 ? Math.max(...times) : null,
    points,
  }
}
