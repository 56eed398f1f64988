import { dayMs, type Layout, mayHold, type Part, type RollupKind, type Sources } from './layout.ts'
import { dayLevel } from './merge-plan.ts'

export const rollupMs: Readonly<Record<RollupKind, number>> = { minute: 60_000, hour: 3_600_000 }

/** A stretch of one day whose buckets can be put together from a rollup file; both ends are whole rows of it. */
export interface Rolled {
  readonly day: number
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
  return daysIn(layout, asked).flatMap((day) => {
    const [start, end] = [day * dayMs, (day + 1) * dayMs]
    for (const kind of kinds) {
      const part = layout.rollup(kind, day, asked.series)
      if (!part) continue
      const from = Math.ceil(Math.max(asked.from, start) / rollupMs[kind]) * rollupMs[kind]
      const to = Math.floor(Math.min(asked.to, end) / rollupMs[kind]) * rollupMs[kind]
      if (from < to) return [{ day, part, from, to }]
    }
    return []
  })
}

/** Days of the stretch that have files, oldest first. */
function daysIn(layout: Layout, { from, to }: Asked): readonly number[] {
  const days = new Set(layout.days)
  for (const { day, lastDay } of layout.spans) for (let one = day; one <= lastDay; one++) days.add(one)
  return [...days].filter((day) => (day + 1) * dayMs > from && day * dayMs < to).sort((a, b) => a - b)
}

/** One read of rollup files. */
export interface RolledRead {
  readonly parts: readonly Part[]
  /** What is wanted of them all, from <= start < to. */
  readonly stretches: readonly (readonly [from: number, to: number])[]
}

/** Files of a day alone are read together: between the first and the last of them all is wanted. Where days stand together some may not be. */
export function rolledReads(days: readonly Rolled[]): readonly RolledRead[] {
  const alone = days.filter(({ part }) => part.lastDay === part.day)
  const together = Map.groupBy(
    days.filter(({ part }) => part.lastDay > part.day),
    ({ part }) => part,
  )
  return [
    ...[...Map.groupBy(alone, ({ part }) => part.kind).values()].map((some) => ({
      parts: some.map(({ part }) => part),
      stretches: [[some[0]?.from ?? 0, some.at(-1)?.to ?? 0] as const],
    })),
    ...[...together].map(([part, some]) => ({ parts: [part], stretches: joined(some) })),
  ]
}

function joined(days: readonly Rolled[]): readonly (readonly [number, number])[] {
  const stretches: [number, number][] = []
  for (const { from, to } of days) {
    const last = stretches.at(-1)
    if (last?.[1] === from) last[1] = to
    else stretches.push([from, to])
  }
  return stretches
}

/** Where readings may lie that the rollups of these days do not know. */
export function newerThan(layout: Layout, series: number, days: readonly Rolled[]): Sources {
  const parts = days.flatMap(({ day, from, to }) =>
    layout.ofDay('raw', day).filter((raw) => raw.level < dayLevel && mayHold(raw, { series, from, to })),
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
