import { qualities } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { TerminalState, TerminalView } from '../../../api/shapes.ts'

/** A terminal's place and whether it speaks; the page adds what is selected. */
export interface LiveRing {
  readonly id: string
  readonly site: string
  readonly area: string
  readonly longitude: number
  readonly latitude: number
  readonly state: TerminalState
}

/** The rule of the API's `state`, kept current between fetches by the stream. */
export function stateOf(terminal: TerminalView, latest: ReadonlyMap<string, Reading>, now: number): TerminalState {
  const readings = terminal.points.flatMap((point) => latest.get(`${terminal.id}/${point.id}`) ?? [])
  if (readings.length === 0) return 'never'
  const staleMs = Math.max(15_000, 3 * terminal.reportEveryMs)
  const fresh = readings.filter((reading) => now - reading.at <= staleMs)
  if (fresh.length === 0) return 'stale'
  return fresh.some((reading) => qualities[reading.quality].counts) ? 'live' : 'silent'
}

/** Every terminal with a place. */
export function ringsOf(
  terminals: Iterable<TerminalView>,
  latest: ReadonlyMap<string, Reading>,
  now: number,
): readonly LiveRing[] {
  return [...terminals].flatMap((terminal) => {
    if (!terminal.site) return []
    const { id: site, area, position } = terminal.site
    const { longitude, latitude } = position
    return [{ id: terminal.id, site, area, longitude, latitude, state: stateOf(terminal, latest, now) }]
  })
}
