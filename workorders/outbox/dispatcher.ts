import { Lane, type LaneParts } from './lane.ts'

/** Delivers what the outbox holds, one lane per endpoint. */
export class Dispatcher {
  readonly #parts: Omit<LaneParts, 'signal'>
  readonly #stop = new AbortController()
  readonly #lanes = new Map<string, Lane>()

  constructor(parts: Omit<LaneParts, 'signal'>) {
    this.#parts = parts
  }

  /** Looks for work for some endpoints, by default all that are enabled: at start, that is what a crash left behind. */
  wake(endpoints: Iterable<string> = this.#parts.endpoints.enabled().map(({ id }) => id)): void {
    for (const endpoint of endpoints) this.#lane(endpoint).wake()
  }

  /** Ends attempts under way; what was not recorded is delivered again after the next start, under the same id. */
  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all([...this.#lanes.values()].map((lane) => lane.stop()))
  }

  #lane(endpoint: string): Lane {
    const known = this.#lanes.get(endpoint)
    if (known) return known
    const lane = new Lane(endpoint, { ...this.#parts, signal: this.#stop.signal })
    this.#lanes.set(endpoint, lane)
    return lane
  }
}
