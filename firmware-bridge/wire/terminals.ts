import { Turnaround } from './turnaround.ts'

/** Terminals of one line that are remembered; a bus has at most 247. */
const mostTerminals = 512
/** Requests given up whose replies are still awaited, so that it can be learned how late they are. */
const mostGivenUp = 16

/** Answers of which the slowest in a hundred can be told. */
const enough = 100

interface Known {
  readonly turnaround: Turnaround
  /** Time-outs since it last answered. */
  silent: number
}

interface GivenUp {
  readonly terminal: number | string
  readonly sentAt: number
  readonly bytes: number
}

/** What one line knows of its terminals' turnaround. */
export class Terminals {
  readonly #startMs: number
  readonly #known = new Map<number | string, Known>()
  readonly #givenUp = new Map<number, GivenUp>()

  constructor(startMs: number) {
    this.#startMs = startMs
  }

  /** Terminals that have been asked and whose answer or silence is known. */
  get count(): number {
    return this.#known.size
  }

  /** What it takes 99 times in 100, ms; not less than the start value, or what is `known`, before it has answered a hundred times. */
  turnaroundMs(terminal: number | string, knownMs = 0): number {
    const turnaround = this.#known.get(terminal)?.turnaround
    if (turnaround && turnaround.answers >= enough) return turnaround.within(0.99)
    return Math.max(this.#startMs, knownMs, turnaround?.within(0.99) ?? 0)
  }

  /** The same, measured alone: 0 for a terminal that never answered. */
  measuredMs(terminal: number | string): number {
    return this.#known.get(terminal)?.turnaround.within(0.99) ?? 0
  }

  answered(terminal: number | string, turnaroundMs: number): void {
    const known = this.#of(terminal)
    known.turnaround.add(turnaroundMs)
    known.silent = 0
  }

  /** Time-outs since it last answered. */
  silent(terminal: number | string): number {
    return this.#known.get(terminal)?.silent ?? 0
  }

  /** The wait for the reply to request `id` has ended in vain. */
  gaveUp(id: number, request: GivenUp): void {
    this.#of(request.terminal).silent++
    this.#givenUp.set(id, request)
    if (this.#givenUp.size > mostGivenUp) dropFirst(this.#givenUp)
  }

  /** The reply to request `id` came after all. */
  cameLate(id: number, turnaroundOf: (sentAt: number, bytes: number) => number): void {
    const request = this.#givenUp.get(id)
    if (!request) return
    this.#givenUp.delete(id)
    this.answered(request.terminal, Math.max(0, turnaroundOf(request.sentAt, request.bytes)))
  }

  #of(terminal: number | string): Known {
    const known = this.#known.get(terminal)
    if (known) return known
    const fresh: Known = { turnaround: new Turnaround(), silent: 0 }
    this.#known.set(terminal, fresh)
    if (this.#known.size > mostTerminals) dropFirst(this.#known)
    return fresh
  }
}

function dropFirst<K>(map: Map<K, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key)
    return
  }
}
