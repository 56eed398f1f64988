import { hash } from 'node:crypto'
import type { EpochMs } from '@civitals/contracts/clock'
import { type Quality, qualities } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { Terminal } from '@civitals/contracts/registry'
import type { SettlementBatch } from '@civitals/contracts/settlement'
import type { Exclusions } from '../baseline/exclusions.ts'
import { HourHistory } from '../baseline/hour-history.ts'
import { ClockCheck } from '../quality/clock-check.ts'
import { bitOf } from '../quality/flags.ts'
import type { QualityLimits } from '../quality/limits.ts'
import { relate } from './cross-checks.ts'
import { Delays } from './delays.ts'
import { Doubts } from './doubts.ts'
import type { LocalTime } from './local-time.ts'
import { checkNeighbours, type Stands } from './neighbour-checks.ts'
import { nothingKept, type WindowPlan } from './plan.ts'
import type { Playback, Recorder } from './record.ts'
import type { Folded, MinuteRun, RingShape } from './ring-shape.ts'
import { SeriesWindow, type Source } from './series-window.ts'
import { Shelves } from './slots.ts'
import { TerminalWatch } from './terminal-watch.ts'
import { ReadBack, type Unsettled } from './unsettled.ts'

/** Counts up when what `save` writes, or what it means, changes. */
const recordVersion = 4

interface Watched {
  readonly watch: TerminalWatch
  readonly series: ReadonlyMap<string, SeriesWindow>
  readonly clock: ClockCheck
  clockWrong: boolean
  /** Newest sample, event time. */
  newestAt: EpochMs
}

/** Everything the indicators remember of readings: bounded, in memory, kept now and then and built from the series store at start. */
export class Windows {
  readonly delays = new Delays()
  readonly doubts = new Doubts()
  readonly #plan: WindowPlan
  readonly #registry: Stands
  readonly #history: () => HourHistory
  readonly #limits: QualityLimits
  readonly #terminals = new Map<string, Watched>()
  readonly #shelves = new Shelves()
  /** What was read back of the store. */
  readonly readBack: ReadBack
  #since: EpochMs | null = null

  /**
   * Without `limits` only what is no number, missing or said to fail is kept from scoring. `unsettled`: envelopes in the store these
   * windows are built from that are still to be settled.
   */
  constructor(plan: WindowPlan, registry: Stands, local: LocalTime, limits: QualityLimits = {}, unsettled?: Unsettled) {
    this.#plan = plan
    this.#registry = registry
    this.#history = () => new HourHistory(local)
    this.#limits = limits
    this.readBack = new ReadBack(registry, unsettled)
  }

  /** Oldest event time seen: completeness is owed from then on. */
  get since(): EpochMs | null {
    return this.#since
  }

  /** A settled batch. Costs O(1) a reading. What was read back before it was settled is not counted again. */
  settle(batch: SettlementBatch): void {
    for (const envelope of batch.envelopes) {
      const counted = this.readBack.takes(envelope)
      let newest = Number.NEGATIVE_INFINITY
      let [terminal, at] = ['', Number.NaN]
      for (const reading of envelope.readings) {
        if (reading.terminal !== terminal || reading.at !== at) this.#clock(reading, batch.receivedAt)
        terminal = reading.terminal
        at = reading.at
        if (!counted?.(reading)) this.add(reading)
        if (reading.at > newest) newest = reading.at
      }
      if (newest > 0) this.delays.add(batch.receivedAt, batch.receivedAt - newest)
    }
  }

  /** Terminals of which a sample of the batch is not newer than all before it. */
  late(batch: SettlementBatch): Set<string> {
    const late = new Set<string>()
    const newest = new Map<string, EpochMs>()
    for (const { readings } of batch.envelopes) {
      let [terminal, at] = ['', Number.NaN]
      for (const reading of readings) {
        if (reading.terminal === terminal && reading.at === at) continue
        terminal = reading.terminal
        at = reading.at
        const before = newest.get(terminal) ?? this.#terminals.get(terminal)?.newestAt ?? Number.NEGATIVE_INFINITY
        if (at <= before) late.add(terminal)
        else newest.set(terminal, at)
      }
    }
    return late
  }

  /** One reading, or `folded.count` of them with mean `reading.value`. */
  add(reading: Reading, folded?: Folded, source: Source = 'live'): void {
    const known = this.of(reading.terminal)
    if (!known) return
    this.#began(reading.at)
    if (reading.at > known.newestAt) known.newestAt = reading.at
    const { terminal: _, point, at, value, quality } = reading
    const series = known.series.get(point)
    if (!series || folded) {
      known.watch.add(at, quality, folded?.count)
      if (value === null || !Number.isFinite(value) || !qualities[quality].counts) return
      series?.add(at, value, quality === 'uncertain', folded)
      return
    }
    known.watch.add(at, quality, 1, false)
    series.take(at, value, quality, source)
  }

  /** Attendance alone: `count` readings of a terminal around `at`, as read back from the store. */
  attend(terminal: string, at: EpochMs, quality: Quality, count: number): void {
    const watch = this.of(terminal)?.watch
    if (!watch) return
    this.#began(at)
    watch.add(at, quality, count)
  }

  /** A sample was read back. */
  seen(terminal: string, at: EpochMs): void {
    const known = this.of(terminal)
    if (known && at > known.newestAt) known.newestAt = at
  }

  /** Newest sample of a terminal, event time; undefined before the first. */
  newestOf(terminal: string): EpochMs | undefined {
    const newest = this.#terminals.get(terminal)?.newestAt ?? Number.NEGATIVE_INFINITY
    return newest > Number.NEGATIVE_INFINITY ? newest : undefined
  }

  /** What the windows of a terminal are made for: `save` and `load` understand each other where it is the same. */
  shape(terminal: string): string | undefined {
    const registered = this.#registry.terminal(terminal)
    if (!registered) return undefined
    const { kind, reportEveryMs, points } = registered
    const needs = [...(this.#plan.get(kind) ?? [])]
    const made = [recordVersion, kind, reportEveryMs, points.map(({ id }) => id), needs, this.#limits[kind]]
    return hash('sha1', JSON.stringify(made))
  }

  /** Writes everything that is remembered of one terminal. */
  save(terminal: string, out: Recorder): void {
    const known = this.of(terminal)
    if (!known) return
    out.time(this.#since)
    out.number(known.newestAt)
    known.watch.save(out)
    known.clock.save(out)
    out.whole(known.clockWrong ? 1 : 0)
    for (const series of known.series.values()) series.save(out)
  }

  /** Takes over what `save` wrote of a terminal that is watched in the same way; of one that cannot be read nothing is taken. */
  load(terminal: string, from: Playback): boolean {
    const registered = this.#registry.terminal(terminal)
    if (!registered) return false
    const known = this.#open(registered)
    try {
      const since = from.time()
      known.newestAt = from.number()
      known.watch.load(from)
      known.clock.load(from)
      known.clockWrong = from.whole() === 1
      for (const series of known.series.values()) series.load(from)
      if (!from.ended) return false
      if (since !== null) this.#began(since)
    } catch (error) {
      if (error instanceof RangeError) return false
      throw error
    }
    this.#terminals.set(terminal, known)
    return true
  }

  /** Minutes `begin` <= k < `end` of a column, judged, of one point of a terminal. */
  addMinutes(terminal: string, point: string, run: MinuteRun, begin: number, end: number): void {
    const known = this.of(terminal)
    if (!known || begin >= end) return
    this.#began((run.minute[begin] ?? 0) * 60_000)
    known.watch.addMinutes(run, begin, end)
    known.series.get(point)?.addMinutes(run, begin, end)
  }

  /** Windows of a terminal, made when it is first asked for; undefined when the registry does not know it. */
  of(terminal: string): Watched | undefined {
    const known = this.#terminals.get(terminal)
    if (known) return known
    const registered = this.#registry.terminal(terminal)
    if (!registered) return undefined
    const watched = this.#open(registered)
    this.#terminals.set(terminal, watched)
    return watched
  }

  /** Neighbour test over all terminals; once a minute. */
  checkNeighbours(now: EpochMs): void {
    const windowOf = (terminal: Terminal, point: string) => this.of(terminal.id)?.series.get(point)
    checkNeighbours(this.#limits, this.#registry, windowOf, now)
  }

  /** Takes out of all baselines what must not have taught them: hours from <= hour < to, counted since 1970. */
  unteach(exclusions: Exclusions, from: number, to: number): void {
    for (const [terminal, { series }] of this.#terminals) {
      for (const { point, week } of series.values()) {
        if (!week) continue
        const excluded = exclusions.of(terminal, point)
        for (let hour = from; hour < to; hour++) if (excluded(hour)) week.forget(hour)
      }
    }
  }

  /** Time test of one sample: all points of the terminal share its clock. */
  #clock({ terminal, at }: Reading, receivedAt: EpochMs): void {
    const known = this.of(terminal)
    if (!known) return
    const wrong = known.clock.take(receivedAt, at)
    if (wrong === known.clockWrong) return
    known.clockWrong = wrong
    for (const { check } of known.series.values())
      check.outside = wrong ? check.outside | bitOf.time : check.outside & ~bitOf.time
  }

  #began(at: EpochMs): void {
    if (this.#since === null || at < this.#since) this.#since = at
  }

  #open(terminal: Terminal): Watched {
    const { id, kind, site, reportEveryMs } = terminal
    const needs = this.#plan.get(terminal.kind)
    const limits = this.#limits[terminal.kind]
    const related = new Set(limits?.cross?.flatMap(({ point, atMost }) => [point, atMost]))
    const series = new Map<string, SeriesWindow>()
    for (const point of terminal.points) {
      const held = limits?.points[point.id]
      // What no indicator reads is judged all the same: it tells of the terminal's health.
      const need = needs?.get(point.id) ?? (held || related.has(point.id) ? nothingKept : undefined)
      const name = { terminal: id, point: point.id, site, reportEveryMs }
      const ring = (part: string, shape: RingShape) => this.#shelves.ring(`${kind}/${point.id}/${part}`, shape)
      if (need) series.set(point.id, new SeriesWindow(name, need, this.#history, held, ring))
    }
    const watch = new TerminalWatch(id, site, reportEveryMs)
    for (const window of series.values()) {
      window.onPass = (at) => watch.passed(at)
      window.onDoubt = (at) => this.doubts.add(id, window.point, at)
    }
    relate(limits?.cross ?? [], series)
    return {
      watch,
      series,
      clock: new ClockCheck(reportEveryMs),
      clockWrong: false,
      newestAt: Number.NEGATIVE_INFINITY,
    }
  }
}
