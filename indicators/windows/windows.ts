import type { EpochMs } from '@civitals/contracts/clock'
import { type Quality, qualities } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { RegistryView, Terminal } from '@civitals/contracts/registry'
import type { SettlementBatch } from '@civitals/contracts/settlement'
import { Delays } from './delays.ts'
import type { LocalTime } from './local-time.ts'
import type { WindowPlan } from './plan.ts'
import type { Folded } from './ring.ts'
import { SeriesWindow } from './series-window.ts'
import { TerminalWatch } from './terminal-watch.ts'

interface Watched {
  readonly watch: TerminalWatch
  readonly series: ReadonlyMap<string, SeriesWindow>
}

/** Everything the indicators remember of readings: bounded, in memory, rebuilt from the series store at start. */
export class Windows {
  readonly delays = new Delays()
  readonly #plan: WindowPlan
  readonly #registry: RegistryView
  readonly #local: LocalTime
  readonly #terminals = new Map<string, Watched>()
  #since: EpochMs | null = null

  constructor(plan: WindowPlan, registry: RegistryView, local: LocalTime) {
    this.#plan = plan
    this.#registry = registry
    this.#local = local
  }

  /** Oldest event time seen: completeness is owed from then on. */
  get since(): EpochMs | null {
    return this.#since
  }

  /** A settled batch. Costs O(1) a reading. */
  settle(batch: SettlementBatch): void {
    for (const envelope of batch.envelopes) {
      let newest = Number.NEGATIVE_INFINITY
      for (const reading of envelope.readings) {
        this.add(reading)
        if (reading.at > newest) newest = reading.at
      }
      if (newest > 0) this.delays.add(batch.receivedAt, batch.receivedAt - newest)
    }
  }

  /** One reading, or `folded.count` of them with mean `reading.value`. */
  add(reading: Reading, folded?: Folded): void {
    const known = this.of(reading.terminal)
    if (!known) return
    this.#began(reading.at)
    known.watch.add(reading.at, reading.quality, folded?.count)
    if (reading.value === null || !Number.isFinite(reading.value) || !qualities[reading.quality].counts) return
    known.series.get(reading.point)?.add(reading.at, reading.value, reading.quality === 'uncertain', folded)
  }

  /** Attendance alone: `count` readings of a terminal around `at`, as read back from the store. */
  attend(terminal: string, at: EpochMs, quality: Quality, count: number): void {
    const watch = this.of(terminal)?.watch
    if (!watch) return
    this.#began(at)
    watch.add(at, quality, count)
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

  #began(at: EpochMs): void {
    if (this.#since === null || at < this.#since) this.#since = at
  }

  #open(terminal: Terminal): Watched {
    const { id, site, reportEveryMs } = terminal
    const needs = this.#plan.get(terminal.kind)
    const series = new Map<string, SeriesWindow>()
    for (const point of terminal.points) {
      const need = needs?.get(point.id)
      const name = { terminal: id, point: point.id, site, reportEveryMs }
      if (need) series.set(point.id, new SeriesWindow(name, need, this.#local))
    }
    return { watch: new TerminalWatch(id, site, reportEveryMs), series }
  }
}
