import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '@civitals/contracts/clock'
import type { LineHealth } from '@civitals/contracts/status'
import type { LineCounters, LineStatistics } from '@civitals/firmware-bridge/wire/line'
import type { Logger } from 'pino'
import type { PollPeriods } from '../config/settings.ts'
import type { HeardTerminal } from '../listening/line-listener.ts'
import type { ReportSource, SourceCounters } from '../listening/report-source.ts'
import type { Readings, ReportingTerminal } from '../readings/readings.ts'
import type { LineTerminal } from '../scheduling/terminal-state.ts'
import { type LineWorker, workLine } from './work-line.ts'

/** A terminal the gateway asks and reports. */
export type GatewayTerminal = LineTerminal & ReportingTerminal

/** What a line in which the gateway asks has of the port its DTU dials in to. */
export type PortHealth = Required<Pick<SourceCounters, 'listening' | 'peers' | 'refused'>> & {
  /** DTUs no line has, the first of them. */
  readonly strangers: readonly string[]
}

/** A line in which the gateway asks, with the terminals on it. */
export interface PolledLine {
  readonly id: string
  readonly line: {
    readonly health: LineCounters & Partial<LineStatistics>
    /** Transactions it may carry at once. Default 1. */
    readonly window?: number
    /** Of the port its DTU dials in to. */
    readonly port?: PortHealth
    /** Who is to be told when the line may answer again at once, because its DTU has dialled in. One listener; the last counts. */
    onArrival?(listener: () => void): void
    close(): Promise<void>
  }
  readonly terminals: readonly GatewayTerminal[]
}

/** A line whose terminals speak first. */
export interface HeardLine {
  readonly id: string
  readonly source: ReportSource
  readonly terminals: readonly HeardTerminal[]
}

export type GatewayLine = PolledLine | HeardLine

/** Two lines are the same wire when this is the same object. */
const wireOf = (line: GatewayLine): object => ('source' in line ? line.source : line.line)

export interface LinesOptions {
  readonly clock: Clock
  readonly periods: PollPeriods
  readonly readings: Readings
  readonly onSilence: () => void
  readonly logger: Logger
}

interface Worked {
  line: GatewayLine
  readonly worker: LineWorker
  readonly stop: AbortController
  readonly ended: Promise<void>
}

/** The lines a gateway works, each on its own; they come and go while it runs. */
export class Lines {
  readonly #options: LinesOptions
  #periods: PollPeriods
  readonly #worked = new Map<string, Worked>()
  readonly #failed = Promise.withResolvers<never>()

  constructor(options: LinesOptions) {
    this.#options = options
    this.#periods = options.periods
    // Told to whoever waits in `failed`; before anyone does, it must not end the process.
    this.#failed.promise.catch(() => undefined)
  }

  /** Rejects when a line can no longer be worked by a fault of this program. */
  get failed(): Promise<never> {
    return this.#failed.promise
  }

  /** Works a line until `end`; the line is closed then. */
  begin(line: GatewayLine): void {
    for (const terminal of line.terminals) this.#options.readings.follow(terminal)
    const worker = workLine(line, { ...this.#options, periods: this.#periods })
    const stop = new AbortController()
    const ended = worker.run(stop.signal)
    ended.catch(this.#failed.reject)
    this.#worked.set(line.id, { line, worker, stop, ended })
  }

  /**
   * Works these lines from now on. A line that is the same object goes on untouched; one with the same id and wire takes terminals in and
   * gives them up without missing a poll of the others; the rest end, then what is new begins.
   */
  async change(lines: readonly GatewayLine[], periods: PollPeriods): Promise<void> {
    const rescheduled = !isDeepStrictEqual(periods, this.#periods)
    this.#periods = periods
    const goesOn = (line: GatewayLine): Worked | undefined => {
      const worked = this.#worked.get(line.id)
      return worked && wireOf(worked.line) === wireOf(line) ? worked : undefined
    }
    const kept = new Set(lines.filter(goesOn).map(({ id }) => id))
    await Promise.all([...this.#worked.keys()].filter((id) => !kept.has(id)).map((id) => this.end(id)))
    for (const line of lines) {
      const worked = goesOn(line)
      if (!worked) this.begin(line)
      else if (worked.line !== line) this.#changeTerminals(worked, line)
      if (worked && rescheduled) worked.worker.setPeriods(periods)
    }
  }

  #changeTerminals(worked: Worked, line: GatewayLine): void {
    const before = new Set<ReportingTerminal>(worked.line.terminals)
    const after = new Set(line.terminals.map(({ id }) => id))
    for (const { id } of before)
      if (!after.has(id) && !this.#isElsewhere(id, line.id)) this.#options.readings.forget(id)
    for (const terminal of line.terminals) if (!before.has(terminal)) this.#options.readings.follow(terminal)
    worked.line = line
    worked.worker.change(line)
  }

  /** A terminal may have moved to another line, which then follows it already. */
  #isElsewhere(terminal: string, line: string): boolean {
    const others = [...this.#worked.values()].filter((worked) => worked.line.id !== line)
    return others.some((worked) => worked.line.terminals.some(({ id }) => id === terminal))
  }

  async end(id: string): Promise<void> {
    const worked = this.#worked.get(id)
    if (!worked) return
    this.#worked.delete(id)
    worked.stop.abort()
    await worked.ended.catch(() => undefined)
    await worked.worker.close()
    for (const terminal of worked.line.terminals)
      if (!this.#isElsewhere(terminal.id, id)) this.#options.readings.forget(terminal.id)
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#worked.keys()].map((id) => this.end(id)))
  }

  health(): LineHealth[] {
    return [...this.#worked.values()].map(({ worker }) => worker.health())
  }
}
