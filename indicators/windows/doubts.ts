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

/** Doubtful readings by terminal, point and hour since they were last taken; costs nothing where all passes. */
export class Doubts {
  #found = new Map<string, Map<string, Map<EpochMs, number>>>()

  add(terminal: string, point: string, at: EpochMs, readings = 1): void {
    const hours = inner(inner(this.#found, terminal), point)
    const hour = at - (at % hourMs)
    hours.set(hour, (hours.get(hour) ?? 0) + readings)
  }

  take(): readonly Doubt[] {
    const found = [...this.#found].flatMap(([terminal, points]) =>
      [...points].flatMap(([point, hours]) =>
        [...hours].map(([hour, readings]) => ({ terminal, point, hour, readings })),
      ),
    )
    this.#found = new Map()
    return found
  }

  /** Hands back what could not be written. */
  giveBack(doubts: readonly Doubt[]): void {
    for (const { terminal, point, hour, readings } of doubts) this.add(terminal, point, hour, readings)
  }
}

function inner<K, V>(maps: Map<string, Map<K, V>>, key: string): Map<K, V> {
  let known = maps.get(key)
  if (!known) {
    known = new Map()
    maps.set(key, known)
  }
  return known
}
