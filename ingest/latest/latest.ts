import type { Reading } from '@civitals/contracts/reading'

/** Called after a settlement with the readings that became the newest of their series, in no particular order. */
export type LatestListener = (readings: readonly Reading[]) => void

/** Newest readings by terminal and point. */
class Newest {
  readonly #terminals = new Map<string, Map<string, Reading>>()

  get(terminal: string, point: string): Reading | undefined {
    return this.#terminals.get(terminal)?.get(point)
  }

  of(terminal: string): Iterable<Reading> {
    return this.#terminals.get(terminal)?.values() ?? []
  }

  terminals(): Iterable<string> {
    return this.#terminals.keys()
  }

  /** Whether the reading is the newest of its series now. */
  put(reading: Reading): boolean {
    let points = this.#terminals.get(reading.terminal)
    if (!points) {
      points = new Map()
      this.#terminals.set(reading.terminal, points)
    }
    const known = points.get(reading.point)
    if (known && known.at > reading.at) return false
    points.set(reading.point, reading)
    return true
  }

  /** Forgets a reading where it is the newest of its series. */
  forget({ terminal, point, at }: Reading): void {
    const points = this.#terminals.get(terminal)
    if (points?.get(point)?.at !== at) return
    points.delete(point)
    if (points.size === 0) this.#terminals.delete(terminal)
  }

  get empty(): boolean {
    return this.#terminals.size === 0
  }
}

/**
 * The newest reading of every series by event time, in memory. A late reading never takes a newer one's place. While a store is down
 * readings may be shown ahead of their settlement, until they are settled or the store has refused them.
 */
export class LatestReadings {
  readonly #settled = new Newest()
  readonly #ahead = new Newest()
  readonly #listeners = new Set<LatestListener>()

  /** `seed`: what the series store holds at start. */
  constructor(seed: readonly Reading[] = []) {
    for (const reading of seed) this.#settled.put(reading)
  }

  get(terminal: string, point: string): Reading | undefined {
    return this.#ahead.get(terminal, point) ?? this.#settled.get(terminal, point)
  }

  /** Newest readings of one terminal, one a point. */
  of(terminal: string): readonly Reading[] {
    const points = new Map<string, Reading>()
    for (const reading of this.#settled.of(terminal)) points.set(reading.point, reading)
    for (const reading of this.#ahead.of(terminal)) points.set(reading.point, reading)
    return [...points.values()]
  }

  all(): readonly Reading[] {
    const terminals = new Set([...this.#settled.terminals(), ...this.#ahead.terminals()])
    return [...terminals].flatMap((terminal) => this.of(terminal))
  }

  /** Calls `listener` after every settlement that brought something newer, and of what is shown ahead, until disposed. Listeners must not throw. */
  subscribe(listener: LatestListener): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /** Takes readings that are settled. Of several of one series only the newest is told. `refused`: what the store will never take. */
  settled(readings: Iterable<Reading>, refused: Iterable<Reading> = []): void {
    const taken = this.#ahead.empty ? readings : [...readings]
    const newer = this.#take(this.#settled, taken)
    if (!this.#ahead.empty) for (const one of [...taken, ...refused]) this.#ahead.forget(one)
    this.#tell(newer)
  }

  /** Takes readings that wait for a store that is down. */
  showAhead(readings: Iterable<Reading>): void {
    const newer = [...readings].filter(({ terminal, point, at }) => at > (this.get(terminal, point)?.at ?? -1))
    this.#tell(this.#take(this.#ahead, newer))
  }

  /** The newest of each series that changed. */
  #take(newest: Newest, readings: Iterable<Reading>): Reading[] {
    const changed = new Map<string, Set<string>>()
    for (const reading of readings) {
      if (!newest.put(reading)) continue
      const points = changed.get(reading.terminal)
      if (points) points.add(reading.point)
      else changed.set(reading.terminal, new Set([reading.point]))
    }
    if (this.#listeners.size === 0) return []
    return [...changed].flatMap(([terminal, points]) =>
      [...points].flatMap((point) => newest.get(terminal, point) ?? []),
    )
  }

  #tell(newer: readonly Reading[]): void {
    if (newer.length > 0) for (const listener of this.#listeners) listener(newer)
  }
}
