export const dayMs = 86_400_000

/** What a file of a day holds: readings, or their sums by the minute or the hour. */
export type PartKind = 'raw' | RollupKind
export type RollupKind = 'minute' | 'hour'

/** One immutable Parquet file of a day (UTC), or of several for hours, sorted by series and time, each (series, time) once. */
export interface Part {
  /** Name in the folder of day files. */
  readonly file: string
  readonly kind: PartKind
  /** Whole days since 1970. */
  readonly day: number
  /** The last day in it: `day`, except where hours of several days of a month stand together. */
  readonly lastDay: number
  /** Number of the newest open table in it. Where two sources hold the same (series, time), the higher number was written later. */
  readonly generation: number
  /** How often its readings have been merged: 0 straight from an open table. */
  readonly level: number
  readonly rows: number
  readonly bytes: number
  readonly minSeries: number
  readonly maxSeries: number
  readonly minMs: number
  readonly maxMs: number
  readonly writtenMs: number
}

/** Where readings may lie. Absent series: all of them. */
export interface Stretch {
  readonly series?: number
  /** from <= time < to. */
  readonly from: number
  readonly to: number
}

/** What a question has to read. Parts are older than tables; both stand oldest first. */
export interface Sources {
  readonly parts: readonly Part[]
  readonly tables: readonly number[]
}

export const dayOf = (timeMs: number): number => Math.floor(timeMs / dayMs)

/** Which tables and files there are. Never changed: a reader that holds one sees what there was. */
export class Layout {
  /** Numbers of the open tables, oldest first; the last one is written to. */
  readonly tables: readonly number[]
  readonly #days: ReadonlyMap<number, readonly Part[]>
  /** Hours of several days. */
  readonly spans: readonly Part[]

  constructor(tables: readonly number[], parts: Iterable<Part>) {
    this.tables = tables
    const all = [...parts]
    this.spans = all.filter(({ day, lastDay }) => lastDay > day)
    this.#days = Map.groupBy(
      all.filter(({ day, lastDay }) => lastDay === day),
      ({ day }) => day,
    )
  }

  get current(): number {
    return this.tables.at(-1) ?? 0
  }

  /** Days with a file of their own. */
  get days(): readonly number[] {
    return [...this.#days.keys()].sort((a, b) => a - b)
  }

  get parts(): readonly Part[] {
    return [...this.spans, ...[...this.#days.values()].flat()]
  }

  /** The rollups of a series and day. Hours of the day alone are newer than those that stand with other days. */
  rollup(kind: RollupKind, day: number, series: number): Part | undefined {
    const own = this.ofDay(kind, day)
    const found =
      own.length > 0 || kind === 'minute' ? own : this.spans.filter((one) => one.day <= day && day <= one.lastDay)
    return found.find((one) => one.minSeries <= series && series <= one.maxSeries)
  }

  /** Files of one kind and of one day alone, oldest first. */
  ofDay(kind: PartKind, day: number): readonly Part[] {
    return (this.#days.get(day) ?? [])
      .filter((part) => part.kind === kind)
      .sort((a, b) => a.generation - b.generation || a.minSeries - b.minSeries)
  }

  sources(stretch: Stretch): Sources {
    const found: Part[] = []
    for (const [day, parts] of this.#days) {
      if ((day + 1) * dayMs <= stretch.from || day * dayMs >= stretch.to) continue
      for (const part of parts) if (part.kind === 'raw' && mayHold(part, stretch)) found.push(part)
    }
    return { parts: found.sort((a, b) => a.generation - b.generation), tables: this.tables }
  }

  withTable(table: number): Layout {
    return new Layout([...this.tables, table], this.parts)
  }

  /** After files took the place of an open table or of other files. */
  exchanged({ table, removed, added }: Exchange): Layout {
    const gone = new Set(removed)
    const tables = this.tables.filter((one) => one !== table)
    return new Layout(tables, [...this.parts.filter((part) => !gone.has(part)), ...added])
  }
}

/** One step of the closer: what goes and what comes in its place. */
export interface Exchange {
  /** The open table that is dropped. */
  readonly table?: number
  readonly removed: readonly Part[]
  readonly added: readonly Part[]
}

export function mayHold(part: Part, { series, from, to }: Stretch): boolean {
  if (part.maxMs < from || part.minMs >= to) return false
  return series === undefined || (part.minSeries <= series && series <= part.maxSeries)
}
