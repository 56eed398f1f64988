import type { EpochMs } from '@civitals/contracts/clock'
import { qualities } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { RegistryView, Terminal } from '@civitals/contracts/registry'
import type { SettlementBatch } from '@civitals/contracts/settlement'
import type { QualityLimits } from '../../quality/limits.ts'
import { gapPeriods, type Oddity, ReadingDetector, type ReadingState } from '../reading-detector.ts'
import { Findings, type FoundIn } from './findings.ts'

const usualResolution = 0.01

/** What the detectors of one terminal remember. */
export interface TerminalHabits {
  /** Event time of its newest reading with a value, and since when it has been heard without a gap. */
  readonly heardAt: EpochMs
  readonly heardFrom: EpochMs
  readonly series: Readonly<Record<string, ReadingState>>
}

interface Series extends FoundIn {
  readonly detector: ReadingDetector
  readonly found: (oddity: Oddity) => void
}

interface Heard {
  readonly registered: Terminal
  readonly series: ReadonlyMap<string, Series>
  at: EpochMs
  from: EpochMs
}

type Stands = Pick<RegistryView, 'terminal' | 'terminals'>

/**
 * The detectors of all series with habits, fed with every settled reading that counts: O(1) each. A reading that comes late, older than
 * the newest of its series, is left to quality control. That a whole terminal is silent is said elsewhere - by its gateway, and by the
 * indicators of the network -, so a gap is only one of a series whose terminal was heard meanwhile.
 */
export class ReadingWatch {
  readonly findings = new Findings()
  readonly #limits: QualityLimits
  readonly #registry: Stands
  readonly #terminals = new Map<string, Heard>()
  readonly #kept: Map<string, TerminalHabits>
  #id = ''
  #current: Heard | undefined

  constructor(limits: QualityLimits, registry: Stands, kept: ReadonlyMap<string, TerminalHabits> = new Map()) {
    this.#limits = limits
    this.#registry = registry
    this.#kept = new Map(kept)
  }

  settle(batch: SettlementBatch): void {
    // A registration may have changed since the last batch.
    this.#id = ''
    for (const { readings } of batch.envelopes) for (const reading of readings) this.add(reading)
  }

  /** One reading; in order of event time within a series, or it is passed over. */
  add({ terminal, point, at, value, quality }: Reading): void {
    if (value === null || !Number.isFinite(value) || !qualities[quality].counts) return
    if (terminal !== this.#id) {
      this.#id = terminal
      this.#current = this.#heard(terminal)
    }
    const heard = this.#current
    if (heard === undefined) return
    if (!(at <= heard.at)) {
      if (!(at - heard.at <= gapPeriods * heard.registered.reportEveryMs)) heard.from = at
      heard.at = at
    }
    const series = heard.series.get(point)
    series?.detector.take(at, value, series.found)
  }

  /** What goes on, and what no longer does; now and then, it looks at every series. */
  review(): void {
    for (const one of this.findings.open())
      if (!this.#registry.terminal(one.terminal)) this.findings.close(one, one.kind)
    for (const { id } of this.#registry.terminals()) {
      const heard = this.#heard(id)
      for (const series of heard?.series.values() ?? []) this.#review(series, heard as Heard)
    }
  }

  /** Newest reading of a series its detector has taken; NaN before the first. */
  newestOf(terminal: string, point: string): EpochMs {
    return this.#heard(terminal)?.series.get(point)?.detector.at ?? Number.NaN
  }

  /** Points of a terminal that have habits. */
  pointsOf(terminal: string): readonly string[] {
    return [...(this.#heard(terminal)?.series.keys() ?? [])]
  }

  /** What there is to be kept of a terminal; undefined: nothing. */
  habitsOf(terminal: string): TerminalHabits | undefined {
    const heard = this.#heard(terminal)
    return heard && heard.series.size > 0 && !Number.isNaN(heard.at) ? habitsIn(heard) : undefined
  }

  #take(series: FoundIn, oddity: Oddity, heard: Heard): void {
    if (oddity.kind !== 'gap') this.findings.take(series, oddity, false, heard.at)
    else if (isOwn(oddity, heard)) this.findings.take(series, own(oddity, heard), false, heard.at)
  }

  #review(series: Series, heard: Heard): void {
    let stuck = false
    series.detector.open((oddity) => {
      stuck = true
      this.findings.take(series, oddity, true, oddity.to)
    })
    if (!stuck) this.findings.close(series, 'stuck')
    const gap: Oddity = { kind: 'gap', from: series.detector.at + reportEveryOf(heard), to: heard.at, off: 0, score: 0 }
    if (isOwn(gap, heard)) this.findings.take(series, own(gap, heard), true, heard.at)
    else this.findings.close(series, 'gap')
  }

  #heard(id: string): Heard | undefined {
    const registered = this.#registry.terminal(id)
    const known = this.#terminals.get(id)
    if (known?.registered === registered) return known
    if (!registered) return undefined
    const kept = known ? habitsIn(known) : this.#kept.get(id)
    this.#kept.delete(id)
    const heard = this.#open(registered, kept)
    this.#terminals.set(id, heard)
    return heard
  }

  #open(registered: Terminal, kept: TerminalHabits | undefined): Heard {
    const { id, kind, reportEveryMs, points } = registered
    const series = new Map<string, Series>()
    const heard = { registered, series, at: kept?.heardAt ?? Number.NaN, from: kept?.heardFrom ?? Number.NaN }
    for (const { id: point, unit, resolution = usualResolution } of points) {
      const limits = this.#limits[kind]?.points[point]
      if (!limits?.habits) continue
      const stillBelow = limits.flat?.stillBelow
      const options = { everyMs: reportEveryMs, resolution, ...(stillBelow !== undefined && { stillBelow }) }
      const detector = new ReadingDetector(options, kept?.series[point])
      const of = { terminal: id, point, unit }
      const found = (oddity: Oddity): void => this.#take(of, oddity, heard)
      series.set(point, { ...of, detector, found })
    }
    return heard
  }
}

const reportEveryOf = ({ registered }: Heard): number => registered.reportEveryMs

function habitsIn({ at, from, series }: Heard): TerminalHabits {
  const states = Object.fromEntries([...series].map(([point, { detector }]) => [point, detector.state]))
  return { heardAt: at, heardFrom: from, series: states }
}

/** The part of a gap during which its terminal was heard: what came before is the terminal's silence. */
function own(gap: Oddity, heard: Heard): Oddity {
  const from = Math.max(gap.from, heard.from)
  return { ...gap, from, score: Math.round((gap.to - from) / reportEveryOf(heard)) }
}

const isOwn = (gap: Oddity, heard: Heard): boolean => {
  const { from, to } = own(gap, heard)
  return to - from > (gapPeriods - 1) * reportEveryOf(heard)
}
