import type { Clock } from '@civitals/contracts/clock'
import { type LineHealth, mostTerminalsListed, type TerminalHealth } from '@civitals/contracts/status'
import type { LineCounters } from '@civitals/firmware-bridge/wire/line'
import type { Logger } from 'pino'
import type { PollPeriods } from './config/settings.ts'
import type { Readings, ReportingTerminal } from './readings/readings.ts'
import { LineRunner } from './scheduling/line-runner.ts'
import type { LineTerminal } from './scheduling/terminal-state.ts'

/** A terminal the gateway asks and reports. */
export type GatewayTerminal = LineTerminal & ReportingTerminal

/** One line with the terminals on it. */
export interface GatewayLine {
  readonly id: string
  readonly line: {
    readonly health: LineCounters
    /** Transactions it may carry at once. Default 1. */
    readonly window?: number
    close(): Promise<void>
  }
  readonly terminals: readonly GatewayTerminal[]
}

export interface LinesOptions {
  readonly clock: Clock
  readonly periods: PollPeriods
  readonly readings: Readings
  readonly onSilence: () => void
  readonly logger: Logger
}

interface Worked {
  readonly line: GatewayLine
  readonly runner: LineRunner
  readonly stop: AbortController
  readonly ended: Promise<void>
}

/** The lines a gateway works, each on its own; they come and go while it runs. */
export class Lines {
  readonly #options: LinesOptions
  readonly #worked = new Map<string, Worked>()
  readonly #failed = Promise.withResolvers<never>()

  constructor(options: LinesOptions) {
    this.#options = options
    // Told to whoever waits in `failed`; before anyone does, it must not end the process.
    this.#failed.promise.catch(() => undefined)
  }

  /** Rejects when a line can no longer be worked by a fault of this program. */
  get failed(): Promise<never> {
    return this.#failed.promise
  }

  /** Works a line until `end`; the line is closed then. */
  begin(line: GatewayLine): void {
    const { clock, periods, readings, logger, onSilence } = this.#options
    for (const terminal of line.terminals) readings.follow(terminal)
    const runner = new LineRunner({
      ...{ terminals: line.terminals, periods, clock },
      window: () => line.line.window ?? 1,
      onReading: ({ id }, reading) => readings.take(id, reading),
      onSilence: ({ id }, silent) => {
        const what = silent ? 'terminal is silent' : 'terminal answers again'
        logger.warn({ line: line.id, terminal: id, silent }, what)
        onSilence()
      },
    })
    const stop = new AbortController()
    const ended = runner.run(stop.signal)
    ended.catch(this.#failed.reject)
    this.#worked.set(line.id, { line, runner, stop, ended })
  }

  async end(id: string): Promise<void> {
    const worked = this.#worked.get(id)
    if (!worked) return
    this.#worked.delete(id)
    worked.stop.abort()
    await worked.ended.catch(() => undefined)
    await worked.line.line.close()
    for (const terminal of worked.runner.terminals) this.#options.readings.forget(terminal.id)
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#worked.keys()].map((id) => this.end(id)))
  }

  runner(id: string): LineRunner | undefined {
    return this.#worked.get(id)?.runner
  }

  health(): LineHealth[] {
    return [...this.#worked.values()].map(({ line, runner }) => {
      const { transactions, timeouts, crcErrors, connected } = line.line.health
      const perTerminal = listed(runner.health())
      const counts = { terminals: runner.terminals.length, silent: runner.silent, transactions, timeouts, crcErrors }
      return { line: line.id, ...counts, connected, perTerminal }
    })
  }
}

const order: readonly TerminalHealth['state'][] = ['silent', 'failing', 'unknown', 'answers']

/** A status is sent over and over: of long lines it lists the terminals that need a look. */
function listed(all: readonly TerminalHealth[]): TerminalHealth[] {
  if (all.length <= mostTerminalsListed) return [...all]
  return all.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state)).slice(0, mostTerminalsListed)
}
