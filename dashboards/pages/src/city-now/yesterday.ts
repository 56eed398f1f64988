import type { BodyResult, SystemResult } from '@civitals/contracts/body'
import type { Grade, PointView, SystemsAt, TerminalView } from '../../../api/shapes.ts'

/** One row of the comparison: both marks in per cent of the line. */
export interface Comparison {
  readonly key: string
  readonly before: number
  readonly now: number
  readonly change: number
  readonly grade: Grade
}

const shownRows = 6

type Then = Pick<SystemsAt, 'systems' | 'valid'>

/**
 * Indicators of a system that were valid at one of the two instants only; none where nothing is kept of it. What is missing lowers a
 * score, so that its change would be one of what is known, not of the city: hours computed afterwards, for one, know nothing of how
 * long messages took.
 */
export function validOnce({ id, indicators }: Pick<SystemResult, 'id' | 'indicators'>, then: Then): readonly string[] {
  if (then.systems[id] === undefined) return []
  const before = new Set(then.valid.filter((one) => one.startsWith(`${id}-`)))
  const now = new Set(indicators.flatMap((one) => (one.valid ? [one.id] : [])))
  return [...before.symmetricDifference(now)].sort()
}

/** By how much the score of a system moved since; undefined where either is unknown or they rest on different indicators. */
export function changeOf(system: SystemResult, then: Then): number | undefined {
  const before = then.systems[system.id]
  if (system.score === null || before === null || before === undefined) return undefined
  return validOnce(system, then).length > 0 ? undefined : Math.round(system.score) - Math.round(before)
}

/** Systems by how much their score moved since yesterday. */
export function compareSystems(body: BodyResult, then: Then): readonly Comparison[] {
  const rows = body.systems.flatMap((system) => {
    const { id: key, score: now, grade } = system
    const [before, change] = [then.systems[key], changeOf(system, then)]
    return now === null || before == null || change === undefined ? [] : [{ key, before, now, change, grade }]
  })
  const low = Math.max(0, Math.min(...rows.flatMap((row) => [row.before, row.now])) - 8)
  const share = (score: number): number => ((score - low) / (100 - low)) * 100
  return rows
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, shownRows)
    .map((row) => ({ ...row, before: share(row.before), now: share(row.now) }))
}

/** Where system scores of yesterday are not kept, measured series stand for their systems: one quantity of each. */
export const measuredRows = [
  { system: 'RENL', kind: 'road-water', point: 'depth' },
  { system: 'RESP', kind: 'air', point: 'pm25' },
  { system: 'CIRC', kind: 'traffic', point: 'speed' },
  { system: 'SENS', kind: 'noise', point: 'laeq' },
  { system: 'META', kind: 'air', point: 'temperature' },
  { system: 'IMMU', kind: 'gas', point: 'concentration' },
] as const

export interface MeasuredSeries {
  readonly terminal: string
  readonly point: PointView
  readonly system: string
}

/** The series each row follows: that of the worst site where an indicator names one, else the first terminal of the kind. */
export function measuredSeries(
  terminals: Iterable<TerminalView>,
  body: BodyResult | undefined,
): readonly MeasuredSeries[] {
  const all = [...terminals]
  const worst = new Set(
    body?.systems.flatMap((system) =>
      system.indicators.flatMap((one) => (one.vital && one.worst ? [one.worst.terminal] : [])),
    ),
  )
  return measuredRows.flatMap(({ system, kind, point }) => {
    const ofKind = all.filter((one) => one.kind === kind)
    const chosen = ofKind.find((one) => worst.has(one.id)) ?? ofKind[0]
    const found = chosen?.points.find((one) => one.id === point)
    return chosen && found ? [{ terminal: chosen.id, point: found, system }] : []
  })
}

/** Marks of a measured value on a line that spans both values and the normal band. */
export function compareMeasured(key: string, then: number, now: number, point: PointView): Comparison {
  const [bandLow, bandHigh] = point.normal ?? [Math.min(then, now), Math.max(then, now)]
  const reach = Math.max(Math.abs(then), Math.abs(now), 1e-6)
  const low = Math.min(bandLow, then, now)
  const high = Math.max(Math.min(bandHigh, reach * 3), then, now)
  const share = (value: number): number => 5 + ((value - low) / (high - low || 1)) * 90
  return { key, before: share(then), now: share(now), change: now - then, grade: 'A' }
}
