import { type Clock, type EpochMs, sleep } from '@civitals/contracts/clock'
import { durationMs } from '@civitals/contracts/duration'
import type { ClockState } from '@civitals/contracts/envelope'
import type { TerminalHealth } from '@civitals/contracts/status'
import { elementValues } from '@civitals/firmware-bridge/element-values'
import type { TerminalReport } from '@civitals/firmware-bridge/frames/session'
import type { ReportingTerminal } from '../readings/readings.ts'
import type { TakenReading } from '../readings/reporter.ts'
import type { Hearing, Refused, ReportSource } from './report-source.ts'
import { timeOf } from './terminal-time.ts'

/** A terminal that reports by itself. */
export interface HeardTerminal extends ReportingTerminal {
  /** As printed on the device. */
  readonly address: string
}

export interface LineListenerOptions {
  readonly source: ReportSource
  readonly terminals: readonly HeardTerminal[]
  readonly clock: Clock
  /** How far this machine's clock may be trusted now. */
  readonly clockState: () => ClockState
  readonly onReading: (terminal: HeardTerminal, reading: TakenReading) => void
  /** Called when a terminal falls silent or is heard again. */
  readonly onSilence?: (terminal: HeardTerminal, silent: boolean) => void
  /** An address was heard that no terminal of the configuration has; once each, for the first of them. */
  readonly onStranger?: (address: string) => void
  /** Something was refused; the first of each check, the others are counted by the source. */
  readonly onRefused?: (fault: Refused) => void
  readonly onTrouble?: (detail: string | undefined) => void
}

/** Addresses without a terminal that are remembered by name; all are counted. */
const mostStrangers = 64
const longestName = 64
/** Missed reports after which a terminal is silent. */
const patience = 3
const lookEveryMs = 1000

/** What a line knows of a terminal it hears. */
class HeardState {
  readonly terminal: HeardTerminal
  readonly #patienceMs: number
  silent = false
  silences = 0
  #heardAt: EpochMs | undefined
  /** Monotonic: when it was last heard, or first waited for. */
  #since: number

  constructor(terminal: HeardTerminal, mono: number) {
    this.terminal = terminal
    this.#patienceMs = patience * durationMs(terminal.profile.reportEvery)
    this.#since = mono
  }

  /** True when it was silent before. */
  heard(now: EpochMs, mono: number): boolean {
    this.#heardAt = now
    this.#since = mono
    const again = this.silent
    this.silent = false
    return again
  }

  /** True when it has just become silent. */
  look(mono: number): boolean {
    if (this.silent || mono - this.#since < this.#patienceMs) return false
    this.silent = true
    this.silences++
    return true
  }

  health(): TerminalHealth {
    const state = this.silent ? 'silent' : this.#heardAt === undefined ? 'unknown' : 'answers'
    return {
      ...{ terminal: this.terminal.id, state, timeouts: this.silences, crcErrors: 0, exceptions: 0 },
      ...(this.#heardAt !== undefined && { lastAnswerAt: this.#heardAt }),
    }
  }
}

/**
 * Works one line whose terminals speak first, until stopped: reports become readings under the times they carry where those can be true; a
 * terminal of which nothing comes for three times its `reportEvery` is silent, which is told once.
 */
export class LineListener implements Hearing {
  readonly #options: LineListenerOptions
  readonly #states = new Map<string, HeardState>()
  readonly #strangers = new Set<string>()
  readonly #refused = new Set<Refused['check']>()
  #framesOfStrangers = 0
  #frames = 0

  constructor(options: LineListenerOptions) {
    this.#options = options
    this.setTerminals(options.terminals)
  }

  get terminals(): readonly HeardTerminal[] {
    return [...this.#states.values()].map(({ terminal }) => terminal)
  }

  get silent(): number {
    return [...this.#states.values()].filter((state) => state.silent).length
  }

  /** Good frames of terminals of the configuration, and of others. */
  get frames(): { readonly known: number; readonly strange: number } {
    return { known: this.#frames, strange: this.#framesOfStrangers }
  }

  /** Addresses that no terminal has, the first of them. */
  get strangers(): readonly string[] {
    return [...this.#strangers]
  }

  health(): readonly TerminalHealth[] {
    return [...this.#states.values()].map((state) => state.health())
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#options.source.run(this, signal), this.#watch(signal)])
  }

  /** Takes in and gives up terminals while it runs. Those that stay the same object go on as if nothing had happened. */
  setTerminals(terminals: readonly HeardTerminal[]): void {
    const before = new Map(this.#states)
    this.#states.clear()
    for (const terminal of terminals) {
      const key = this.#spelled(terminal.address)
      const known = before.get(key)
      const state = known?.terminal === terminal ? known : new HeardState(terminal, this.#options.clock.mono())
      this.#states.set(key, state)
      this.#strangers.delete(key.slice(0, longestName))
    }
  }

  heard(address: string): void {
    const { clock, onSilence } = this.#options
    const state = this.#states.get(this.#spelled(address))
    if (!state) {
      this.#heardStranger(this.#spelled(address))
      return
    }
    this.#frames++
    if (state.heard(clock.now(), clock.mono())) onSilence?.(state.terminal, false)
  }

  report(report: TerminalReport): void {
    const { clock, clockState, onReading } = this.#options
    const terminal = this.#states.get(this.#spelled(report.address))?.terminal
    if (!terminal || terminal.profile.protocol === 'modbus') return
    const { values, quality } = elementValues(terminal.profile, report.elements, report.bad)
    const { at, doubtful } = timeOf(report, clock.now(), clockState())
    if (doubtful) for (const point of Object.keys(values)) quality[point] = 'uncertain'
    onReading(terminal, { at, values, quality, ...(report.history && { history: true }) })
  }

  maySetClocks(): boolean {
    return this.#options.clockState() !== 'unsynced'
  }

  refused(fault: Refused): void {
    if (this.#refused.has(fault.check)) return
    this.#refused.add(fault.check)
    this.#options.onRefused?.(fault)
  }

  trouble(detail: string | undefined): void {
    this.#options.onTrouble?.(detail)
  }

  #spelled(address: string): string {
    return this.#options.source.spell?.(address) ?? address
  }

  #heardStranger(address: string): void {
    this.#framesOfStrangers++
    const name = address.slice(0, longestName)
    if (this.#strangers.size >= mostStrangers || this.#strangers.has(name)) return
    this.#strangers.add(name)
    this.#options.onStranger?.(name)
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { clock, onReading, onSilence } = this.#options
    while (!signal.aborted) {
      for (const state of this.#states.values()) {
        if (!state.look(clock.mono())) continue
        onReading(state.terminal, nothingOf(state.terminal))
        onSilence?.(state.terminal, true)
      }
      await sleep(clock, lookEveryMs, signal).catch(() => undefined)
    }
  }
}

const nothingOf = ({ profile }: HeardTerminal): TakenReading => ({
  values: {},
  quality: Object.fromEntries(profile.points.map(({ id }) => [id, 'comm_fail'] as const)),
})
