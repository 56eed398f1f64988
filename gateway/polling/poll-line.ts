import { type Clock, sleep } from '@civitals/contracts/clock'
import { readTerminal, type TerminalReading } from '@civitals/firmware-bridge/driver'
import type { ModbusLine } from '@civitals/firmware-bridge/modbus/line'
import type { Profile, ProfilePoint } from '@civitals/firmware-bridge/profile'
import type { PollPeriods } from '../config/settings.ts'
import { type PollReport, TerminalReporter } from '../readings/reporter.ts'
import { Breaker } from './breaker.ts'
import { type DuePoll, PollSchedule } from './schedule.ts'

export interface PolledTerminal {
  readonly id: string
  readonly unit: number
  readonly profile: Profile
}

export interface PollLineOptions {
  readonly line: ModbusLine
  readonly terminals: readonly PolledTerminal[]
  readonly periods: PollPeriods
  readonly clock: Clock
  /** Called for every poll that has something to say, in the order of arrival. Must not throw. */
  readonly onReport: (terminal: PolledTerminal, report: PollReport) => void
  /** Called when a terminal falls silent or answers again. */
  readonly onSilence?: (terminal: PolledTerminal, silent: boolean) => void
}

interface Polled {
  readonly terminal: PolledTerminal
  readonly breaker: Breaker
  readonly reporter: TerminalReporter
}

/** Polls the terminals of one line, one transaction at a time, until stopped. */
export class LinePoller {
  readonly #options: PollLineOptions
  readonly #schedule: PollSchedule
  readonly #polled: readonly Polled[]

  constructor(options: PollLineOptions) {
    this.#options = options
    this.#polled = options.terminals.map((terminal) => ({
      terminal,
      breaker: new Breaker(),
      reporter: new TerminalReporter(terminal.profile, { report: 'every' }),
    }))
    const points = options.terminals.map((terminal) => terminal.profile.points)
    this.#schedule = new PollSchedule(points, options.periods, options.clock.mono())
  }

  /** Terminals that do not answer now. */
  get silent(): number {
    return this.#polled.filter(({ breaker }) => breaker.open).length
  }

  /** Resolves when `signal` is aborted; never rejects for what happens on the line. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    while (!signal.aborted) {
      const dueAt = this.#schedule.nextDueAt()
      if (dueAt === undefined) return
      const due = this.#schedule.take(clock.mono())
      if (due) await this.#poll(due, signal)
      else await sleep(clock, dueAt - clock.mono(), signal).catch(() => undefined)
    }
  }

  async #poll(due: DuePoll, signal: AbortSignal): Promise<void> {
    const { clock, line, onReport } = this.#options
    const polled = this.#polled[due.terminal]
    if (!polled) return
    const { terminal, breaker, reporter } = polled
    const spent = breaker.allows(clock.mono())
    const reading = spent
      ? await readTerminal(line, terminal.unit, terminal.profile, due.points, signal)
      : silence(due.points)
    if (signal.aborted || reading.failure?.kind === 'aborted') return
    if (spent) this.#record(due.terminal, polled, answered(reading))
    const report = reporter.report(reading, clock.now(), clock.mono())
    if (report) onReport(terminal, report)
  }

  #record(index: number, { terminal, breaker }: Polled, answered: boolean): void {
    const { clock, onSilence } = this.#options
    const wasOpen = breaker.open
    if (breaker.record(answered, clock.mono())) this.#schedule.hasten(index, clock.mono())
    if (breaker.open !== wasOpen) onSilence?.(terminal, breaker.open)
  }
}

// What a gateway in the field answers for a terminal behind it that does not [MODBUS 7, codes 0A and 0B].
const answersForSilence: ReadonlySet<number | undefined> = new Set([0x0a, 0x0b])

function answered({ at, failure }: TerminalReading): boolean {
  if (at !== undefined) return true
  return failure?.kind === 'exception' && !answersForSilence.has(failure.code)
}

const silence = (points: readonly ProfilePoint[]): TerminalReading => ({
  values: {},
  quality: Object.fromEntries(points.map((point) => [point.id, 'comm_fail'] as const)),
})
