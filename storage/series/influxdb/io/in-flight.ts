import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RefusedReading } from '../../port.ts'
import type { Line } from '../line-protocol.ts'

/** Requests on their way at once. The server parses and syncs one while the next is made: with one at a time both sides would wait in turn. */
const most = 3

/** The requests of one batch. A line that comes again waits until its forerunner has arrived: the later reading stays. */
export class InFlight {
  readonly #send: (lines: readonly Line[]) => Promise<readonly RefusedReading[]>
  readonly #flying = new Set<Promise<void>>()
  readonly #sent = new Set<string>()
  readonly #refused: RefusedReading[] = []
  #failure: { readonly error: unknown } | undefined

  constructor(send: (lines: readonly Line[]) => Promise<readonly RefusedReading[]>) {
    this.#send = send
  }

  /** Resolves when the lines are on their way. Rejects when an earlier request failed; then none is under way any more. */
  async add(lines: readonly Line[]): Promise<void> {
    const again = lines.some(({ key }) => this.#sent.has(key))
    if (again) await this.#landed()
    while (this.#flying.size >= most) await Promise.race(this.#flying)
    if (this.#failure) await this.all()
    for (const { key } of lines) this.#sent.add(key)
    const flight = this.#send(lines).then(
      (refused) => void this.#refused.push(...refused),
      (error: unknown) => {
        this.#failure ??= { error }
      },
    )
    this.#flying.add(flight)
    flight.finally(() => this.#flying.delete(flight))
    // Making lines is our work alone: others get a turn before the next.
    await nextTurn()
  }

  /** Resolves when all have arrived, with what was refused of them. */
  async all(): Promise<readonly RefusedReading[]> {
    await this.#landed()
    if (this.#failure) throw this.#failure.error
    return this.#refused
  }

  async #landed(): Promise<void> {
    while (this.#flying.size > 0) await Promise.all(this.#flying)
  }
}
