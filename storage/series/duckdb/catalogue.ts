import { qualities } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { SettledEnvelope, SpoolEnvelopes } from '@civitals/contracts/settlement'
import { ReadingRows } from './reading-rows.ts'
import { Runs } from './runs.ts'

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
  readonly fresh: ReadingRows
  /** Of envelopes written before, or said to be; each (series, time) once. */
  readonly again: ReadingRows
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

  /** Numbers of the pairs that begin so, by their second name. */
  beginning(first: string): ReadonlyMap<string, number> | undefined {
    return this.#ids.get(first)
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

  /** Numbers of the pairs that are asked for. */
  numbersOf(asked: (first: string, second: string) => boolean): number[] {
    return this.#pairs.flatMap(([first, second], id) => (asked(first, second) ? [id] : []))
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
  readonly #settled = new Map<number, Runs>()
  #planned: readonly RunRow[] = []

  /** A row of `settled` as loaded at open. */
  loadRun([spool, fromSeq, toSeq]: RunRow): void {
    const runs = this.#settled.get(spool) ?? new Runs()
    this.#settled.set(spool, runs)
    runs.add(fromSeq, toSeq)
  }

  plan(envelopes: readonly SettledEnvelope[]): WritePlan {
    const runs = new PlannedRuns(this.#settled)
    const fresh = new ReadingRows(envelopes.reduce((room, { readings }) => room + readings.length, 0))
    const again = new Map<string, Reading>()
    for (const envelope of envelopes) {
      const spool = this.spools.take(envelope.gateway, envelope.spool)
      const isNew = runs.take(spool, envelope.seq)
      if (isNew && !envelope.replaces) this.#push(fresh, envelope.readings)
      else for (const reading of envelope.readings) again.set(keyOf(reading), reading)
    }
    this.#planned = runs.rows()
    const replaced = new ReadingRows(again.size)
    this.#push(replaced, again.values())
    return { series: this.series.added, spools: this.spools.added, runs: this.#planned, fresh, again: replaced }
  }

  keep(): void {
    for (const run of this.#planned) this.loadRun(run)
    this.#planned = []
    this.series.added = []
    this.spools.added = []
  }

  forget(): void {
    this.#planned = []
    this.series.forgetAdded()
    this.spools.forgetAdded()
  }

  /** How many rows `settled` has in its shortest form, the current plan aside. */
  get runCount(): number {
    let count = 0
    for (const runs of this.#settled.values()) count += runs.size
    return count
  }

  /** `settled` in its shortest form, the current plan aside. */
  runs(): readonly RunRow[] {
    return rowsOf(this.#settled)
  }

  /** The same by their names. */
  envelopes(): readonly SpoolEnvelopes[] {
    return [...this.#settled].map(([id, runs]) => {
      const [gateway = '', spool = ''] = this.spools.nameOf(id) ?? []
      return { gateway, spool, seqs: [...runs] }
    })
  }

  /** Readings of a terminal stand together: it is looked up once for them. */
  #push(columns: ReadingRows, readings: Iterable<Reading>): void {
    let known: { readonly terminal: string; readonly points: ReadonlyMap<string, number> | undefined } | undefined
    for (const { terminal, point, at, value, quality } of readings) {
      if (known?.terminal !== terminal) known = { terminal, points: this.series.beginning(terminal) }
      const series = known.points?.get(point) ?? this.series.take(terminal, point)
      columns.push(series, at, value, qualities[quality].code)
    }
  }
}

const keyOf = ({ terminal, point, at }: Reading): string => `${terminal}/${point}/${at}`

/** Envelope numbers one plan adds. Those of a lane come in order, so thousands are a run or two per spool, whoever else's stand in between. */
class PlannedRuns {
  readonly #settled: ReadonlyMap<number, Runs>
  readonly #taken = new Map<number, Runs>()

  constructor(settled: ReadonlyMap<number, Runs>) {
    this.#settled = settled
  }

  /** False when the number was there before, in the tables or in this plan. */
  take(spool: number, seq: number): boolean {
    const taken = this.#taken.get(spool) ?? new Runs()
    if (taken.size === 0) this.#taken.set(spool, taken)
    if (taken.has(seq) || this.#settled.get(spool)?.has(seq)) return false
    taken.add(seq, seq)
    return true
  }

  rows(): readonly RunRow[] {
    return rowsOf(this.#taken)
  }
}

const rowsOf = (bySpool: ReadonlyMap<number, Runs>): readonly RunRow[] =>
  [...bySpool].flatMap(([spool, runs]) => [...runs].map(([from, to]): RunRow => [spool, from, to]))
