import type { Reading } from '@civitals/contracts/reading'

/** Called after a settlement with the readings that became the newest of their series, in no particular order. */
export type LatestListener = (readings: readonly Reading[]) => void

/** The newest reading of every series by event time, in memory. A late reading never takes a newer one's place. */
export class LatestReadings {
  readonly #terminals = new Map<string, Map<string, Reading>>()
  readonly #listeners = new Set<LatestListener>()

  /** `seed`: what the series store holds at start. */
  constructor(seed: readonly Reading[] = []) {
    for (const reading of seed) this.#put(reading)
  }

  get(terminal: string, point: string): Reading | undefined {
    return this.#terminals.get(terminal)?.get(point)
  }

  /** Newest readings of one terminal, one a point. */
  of(terminal: string): readonly Reading[] {
    return [...(this.#terminals.get(terminal)?.values() ?? [])]
  }

  all(): readonly Reading[] {
    return [...this.#terminals.values()].flatMap((points) => [...points.values()])
  }

  /** Calls `listener` after every settlement that brought something newer, until disposed. Listeners must not throw. */
  subscribe(listener: LatestListener): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /** Takes readings that are settled. Of several of one series only the newest is told. */
  settled(readings: Iterable<Reading>): void {
    const newer = new Map<Map<string, Reading>, Set<string>>()
    for (const reading of readings) {
      const points = this.#put(reading)
      if (!points) continue
      const changed = newer.get(points)
      if (changed) changed.add(reading.point)
      else newer.set(points, new Set([reading.point]))
    }
    if (newer.size === 0 || this.#listeners.size === 0) return
    const told = [...newer].flatMap(([points, changed]) => [...changed].flatMap((point) => points.get(point) ?? []))
    for (const listener of this.#listeners) listener(told)
  }

  /** The points of the terminal when the reading is its newest. */
  #put(reading: Reading): Map<string, Reading> | undefined {
    let points = this.#terminals.get(reading.terminal)
    if (!points) {
      points = new Map()
      this.#terminals.set(reading.terminal, points)
    }
    const known = points.get(reading.point)
    if (known && known.at > reading.at) return undefined
    points.set(reading.point, reading)
    return points
  }
}
