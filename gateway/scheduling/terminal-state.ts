import type { EpochMs } from '@civitals/contracts/clock'
import type { TerminalHealth } from '@civitals/contracts/status'
import type { ProfilePoint } from '@civitals/firmware-bridge/profile'
import type { PlanReading, TerminalReader } from '@civitals/firmware-bridge/terminal-reader'
import { Breaker } from './breaker.ts'

/** A terminal a line asks. */
export interface LineTerminal {
  readonly id: string
  /** Its address on the line. */
  readonly unit: number | string
  readonly points: readonly ProfilePoint[]
  readonly reader: TerminalReader
}

/** What a line knows of one of its terminals: whether it answers, since when, and what went wrong. */
export class TerminalState {
  readonly terminal: LineTerminal
  readonly breaker = new Breaker()
  /** Monotonic time before which it must not be asked again: it needs a pause. */
  readyAt = 0
  #lastAnswerAt: EpochMs | undefined
  readonly #counts = { timeouts: 0, crcErrors: 0, exceptions: 0 }

  constructor(terminal: LineTerminal) {
    this.terminal = terminal
  }

  /** Notes what came of a transaction; true when the terminal answers again after it was silent. A line that is down is not its fault. */
  note(reading: PlanReading, now: EpochMs, mono: number): boolean {
    const { answered, failure } = reading
    this.readyAt = mono + (this.terminal.reader.pauseMs ?? 0)
    if (answered) this.#lastAnswerAt = reading.at ?? now
    if (failure?.kind === 'timeout') this.#counts.timeouts++
    if (failure?.kind === 'crc') this.#counts.crcErrors++
    if (failure?.kind === 'exception') this.#counts.exceptions++
    if (failure?.kind !== 'link') return this.breaker.record(answered, mono)
    if (this.breaker.open) this.breaker.postpone(mono)
    return false
  }

  health(): TerminalHealth {
    const { id, reader } = this.terminal
    return {
      terminal: id,
      state: this.#state(),
      ...(this.#lastAnswerAt !== undefined && { lastAnswerAt: this.#lastAnswerAt }),
      ...this.#counts,
      ...reader.learned,
    }
  }

  #state(): TerminalHealth['state'] {
    if (this.breaker.open) return 'silent'
    if (this.breaker.failures > 0) return 'failing'
    return this.#lastAnswerAt === undefined ? 'unknown' : 'answers'
  }
}
