import { addInterval, type Intervals, inIntervals } from '@civitals/contracts/intervals'
import { qualities } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { SettledEnvelope } from '@civitals/contracts/settlement'

/** Rows of `reading`, column by column, as DuckDB takes them. */
export interface ReadingColumns {
  readonly series: number[]
  readonly timeMs: number[]
  readonly value: (number | null)[]
  readonly quality: number[]
}

/** Names given in this plan: one row of `series` or `spool`. */
export type NamedRow = readonly [id: number, first: string, second: string]
/** One row of `settled`. */
export type RunRow = readonly [spool: number, fromSeq: number, toSeq: number]

/** What one write does to the tables. */
export interface WritePlan {
  readonly series: readonly NamedRow[]
  readonly spools: readonly NamedRow[]
  readonly runs: readonly RunRow[]
  /** Of envelopes never written before. */
  readonly fresh: ReadingColumns
  /** Of envelopes written before; each (series, time) once. */
  readonly again: ReadingColumns
}

/** Numbers for pairs of names, in memory; what a plan adds is taken back when the plan fails. */
class Names {
  readonly #ids = new Map<string, Map<string, number>>()
  readonly #pairs: (readonly [string, string])[] = []
  added: NamedRow[] = []

  load(id: number, first: string, second: string): void {
    const inner = this.#ids.get(first) ?? new Map<string, number>()
    this.#ids.set(first, inner)
    inner.set(second, id)
    this.#pairs[id] = [first, second]
  }

  find(first: string, second: string): number | undefined {
    return this.#ids.get(first)?.get(second)
  }

  /** The number of a pair, a new one if need be. */
  take(first: string, second: string): number {
    const known = this.find(first, second)
    if (known !== undefined) return known
    const id = this.#pairs.length
    this.load(id, first, second)
    this.added.push([id, first, second])
    return id
  }

  nameOf(id: number): readonly [string, string] | undefined {
    return this.#pairs[id]
  }

  forgetAdded(): void {
    for (const [, first, second] of this.added) this.#ids.get(first)?.delete(second)
    this.#pairs.length -= this.added.length
    this.added = []
  }
}

/**
 * What the tables say about names and settled envelopes, in memory. `plan` one write, then `keep` what it learned when the
 * transaction held or `forget` it when not; plans never overlap.
 */
export class Catalogue {
  readonly series = new Names()
  readonly spools = new Names()
  #settled = new Map<number, Intervals>()
  #planned = new Map<number, Intervals>()

  /** A row of `settled` as loaded at open. */
  loadRun([spool, fromSeq, toSeq]: RunRow): void {
    this.#settled.set(spool, addInterval(this.#settled.get(spool) ?? [], fromSeq, toSeq))
  }

  plan(envelopes: readonly SettledEnvelope[]): WritePlan {
    const runs: [number, number, number][] = []
    const fresh = emptyColumns()
    const again = new Map<string, Reading>()
    for (const envelope of envelopes) {
      const spool = this.spools.take(envelope.gateway, envelope.spool)
      const settled = this.#planned.get(spool) ?? this.#settled.get(spool) ?? []
      if (inIntervals(settled, envelope.seq)) {
        for (const reading of envelope.readings)
          again.set(`${reading.terminal}/${reading.point}/${reading.at}`, reading)
        continue
      }
      this.#planned.set(spool, addInterval(settled, envelope.seq, envelope.seq))
      extendRuns(runs, spool, envelope.seq)
      for (const reading of envelope.readings) this.#push(fresh, reading)
    }
    const replaced = emptyColumns()
    for (const reading of again.values()) this.#push(replaced, reading)
    return { series: this.series.added, spools: this.spools.added, runs, fresh, again: replaced }
  }

  keep(): void {
    for (const [spool, intervals] of this.#planned) this.#settled.set(spool, intervals)
    this.#planned = new Map()
    this.series.added = []
    this.spools.added = []
  }

  forget(): void {
    this.#planned = new Map()
    this.series.forgetAdded()
    this.spools.forgetAdded()
  }

  /** `settled` in its shortest form, the current plan included. */
  runs(): readonly RunRow[] {
    const all = new Map([...this.#settled, ...this.#planned])
    return [...all].flatMap(([spool, intervals]) => intervals.map(([from, to]): RunRow => [spool, from, to]))
  }

  #push(columns: ReadingColumns, reading: Reading): void {
    columns.series.push(this.series.take(reading.terminal, reading.point))
    columns.timeMs.push(reading.at)
    columns.value.push(reading.value)
    columns.quality.push(qualities[reading.quality].code)
  }
}

const emptyColumns = (): ReadingColumns => ({ series: [], timeMs: [], value: [], quality: [] })

/** Envelopes of a lane come in order, so a batch of thousands is a run or two per spool. */
function extendRuns(runs: [number, number, number][], spool: number, seq: number): void {
  const last = runs.at(-1)
  if (last?.[0] === spool && last[2] === seq - 1) last[2] = seq
  else runs.push([spool, seq, seq])
}
