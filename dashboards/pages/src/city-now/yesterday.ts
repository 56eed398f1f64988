import type { BodyResult } from '@civitals/contracts/body'
import type { Grade, PointView, TerminalView } from '../../../api/shapes.ts'

/** One row of the comparison: both marks in per cent of the line. */
export interface Comparison {
  readonly key: string
  readonly before: number
  readonly now: number
  readonly change: number
  readonly grade: Grade
}

const shownRows = 6

/** Systems by how much their score moved since yesterday. */
export function compareSystems(body: BodyResult, then: Readonly<Record<string, number | null>>): readonly Comparison[] {
  const rows = body.systems.flatMap((system) => {
    const before = then[system.id]
    if (system.score === null || before === null || before === undefined) return []
    const change = Math.round(system.score) - Math.round(before)
    return [{ key: system.id, before, now: system.score, change, grade: system.grade }]
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
