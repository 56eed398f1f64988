import type { EpochMs } from '@civitals/contracts/clock'

const hourMs = 3_600_000

/** Readings of one series and hour that quality control found suspect or failed. */
export interface Doubt {
  readonly terminal: string
  readonly point: string
  /** Start of the hour. */
  readonly hour: EpochMs
  readonly readings: number
}

/** Doubtful readings by series and hour since they were last taken; costs nothing where all passes. */
export class Doubts {
  #found = new Map<string, Doubt>()

  add(terminal: string, point: string, at: EpochMs, readings = 1): void {
    const hour = at - (at % hourMs)
    const key = `${terminal}/${point}/${hour}`
    this.#found.set(key, { terminal, point, hour, readings: (this.#found.get(key)?.readings ?? 0) + readings })
  }

  take(): readonly Doubt[] {
    const found = [...this.#found.values()]
    this.#found = new Map()
    return found
  }

  /** Hands back what could not be written. */
  giveBack(doubts: readonly Doubt[]): void {
    for (const { terminal, point, hour, readings } of doubts) this.add(terminal, point, hour, readings)
  }
}
