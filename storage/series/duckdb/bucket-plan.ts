import { dayMs, type Layout, mayHold, type Part, type RollupKind, type Sources } from './layout.ts'

export const rollupMs: Readonly<Record<RollupKind, number>> = { minute: 60_000, hour: 3_600_000 }

/** A stretch of one day whose buckets can be put together from a rollup file; both ends are whole rows of it. */
export interface Rolled {
  readonly part: Part
  readonly from: number
  readonly to: number
}

interface Asked {
  readonly series: number
  readonly from: number
  readonly to: number
  readonly everyMs: number
}

/** Rollups coarse enough for the buckets asked for, the coarsest first. */
const kindsFor = (everyMs: number): RollupKind[] =>
  (['hour', 'minute'] as const).filter((kind) => everyMs % rollupMs[kind] === 0)

/** The days rollups could answer, oldest first. What later writes touched must be taken out (`newerThan`). */
export function rolledDays(layout: Layout, asked: Asked): readonly Rolled[] {
  const kinds = kindsFor(asked.everyMs)
  if (kinds.length === 0) return []
  return layout.days.flatMap((day) => {
    const [start, end] = [day * dayMs, (day + 1) * dayMs]
    if (end <= asked.from || start >= asked.to) return []
    for (const kind of kinds) {
      const part = layout.ofDay(kind, day).find((one) => one.minSeries <= asked.series && asked.series <= one.maxSeries)
      if (!part) continue
      const from = Math.ceil(Math.max(asked.from, start) / rollupMs[kind]) * rollupMs[kind]
      const to = Math.floor(Math.min(asked.to, end) / rollupMs[kind]) * rollupMs[kind]
      if (from < to) return [{ part, from, to }]
    }
    return []
  })
}

/** Where readings may lie that the rollups of these days do not know. */
export function newerThan(layout: Layout, series: number, days: readonly Rolled[]): Sources {
  const parts = days.flatMap(({ part, from, to }) =>
    layout
      .ofDay('raw', part.day)
      .filter((raw) => raw.generation > part.generation && mayHold(raw, { series, from, to })),
  )
  return { parts: parts.sort((a, b) => a.generation - b.generation), tables: layout.tables }
}

/** What is left of from <= time < to beside the days that rollups answer; neighbours are joined. */
export function remaining(from: number, to: number, days: readonly Rolled[]): readonly (readonly [number, number])[] {
  const rest: (readonly [number, number])[] = []
  let at = from
  for (const day of days) {
    if (at < day.from) rest.push([at, day.from])
    at = day.to
  }
  if (at < to) rest.push([at, to])
  return rest
}
