import type { Reading } from '@civitals/contracts/reading'

/** Called after a settlement with the readings that became the newest of their series, in no particular order. */
export type LatestListener = (readings: readonly Reading[]) => void

/** Readings as they come together: an envelope, or a part of one. Copying them into one list costs 100 ns each (measured). */
interface Part {
  readonly readings: readonly Reading[]
}

interface Entry {
  reading: Reading
  /** Settlement that brought it. */
  round: number
}

/** Newest readings by terminal and point. */
class Newest {
  readonly #terminals = new Map<string, Map<string, Entry>>()

  get(terminal: string, point: string): Reading | undefined {
    return this.#terminals.get(terminal)?.get(point)?.reading
  }

  of(terminal: string): Iterable<Reading> {
    return [...(this.#terminals.get(terminal)?.values() ?? [])].map(({ reading }) => reading)
  }

  terminals(): Iterable<string> {
    return this.#terminals.keys()
  }

  /** Takes what is newest of its series now; `changed` gets the entries that did, each once a round. */
  take({ readings }: Part, round: number, changed: Entry[]): void {
    let [terminal, points] = ['', undefined as Map<string, Entry> | undefined]
    for (const reading of readings) {
      if (reading.terminal !== terminal || !points) {
        terminal = reading.terminal
        points = this.#pointsOf(terminal)
      }
      const known = points.get(reading.point)
      if (known && known.reading.at > reading.at) continue
      const entry = known ?? { reading, round: 0 }
      if (!known) points.set(reading.point, entry)
      entry.reading = reading
      if (entry.round !== round) changed.push(entry)
      entry.round = round
    }
  }

  /** Forgets a reading where it is the newest of its series. */
  forget({ terminal, point, at }: Reading): void {
    const points = this.#terminals.get(terminal)
    if (points?.get(point)?.reading.at !== at) return
    points.delete(point)
    if (points.size === 0) this.#terminals.delete(terminal)
  }

  get empty(): boolean {
    return this.#terminals.size === 0
  }

  #pointsOf(terminal: string): Map<string, Entry> {
    const points = this.#terminals.get(terminal) ?? new Map<string, Entry>()
    this.#terminals.set(terminal, points)
    return points
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
  #round = 0

  /** `seed`: what the series store holds at start. */
  constructor(seed: readonly Reading[] = []) {
    this.#take(this.#settled, [{ readings: seed }])
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
  settled(parts: readonly Part[], refused: readonly Reading[] = []): void {
    const newer = this.#take(this.#settled, parts)
    if (!this.#ahead.empty) {
      for (const { readings } of [...parts, { readings: refused }]) for (const one of readings) this.#ahead.forget(one)
    }
    this.#tell(newer)
  }

  /** Takes readings that wait for a store that is down. */
  showAhead(parts: readonly Part[]): void {
    const isNewer = ({ terminal, point, at }: Reading): boolean => at > (this.get(terminal, point)?.at ?? -1)
    const newer = parts.map(({ readings }) => ({ readings: readings.filter(isNewer) }))
    this.#tell(this.#take(this.#ahead, newer))
  }

  /** The newest of each series that changed. */
  #take(newest: Newest, parts: readonly Part[]): readonly Reading[] {
    const changed: Entry[] = []
    const round = ++this.#round
    for (const part of parts) newest.take(part, round, changed)
    return changed.map(({ reading }) => reading)
  }

  #tell(newer: readonly Reading[]): void {
    if (newer.length > 0) for (const listener of this.#listeners) listener(newer)
  }
}
