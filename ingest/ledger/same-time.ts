import type { EpochMs } from '@civitals/contracts/clock'
import type { Reading } from '@civitals/contracts/reading'

/** What a store holds of the newest time of a series: one value and one mark. */
export interface Standing {
  readonly at: EpochMs
  readonly value: number | null
  readonly marked: boolean
}

type Open = { -readonly [Key in keyof Standing]: Standing[Key] }

/**
 * The newest time of every series settled since start, to know which readings took another one's place in the store, which holds one a time: a
 * terminal that says the same minute twice, a clock that stood. A place further back is not remembered: that takes memory for every reading.
 */
export class SameTime {
  readonly #terminals = new Map<string, Map<string, Open>>()
  /** Of the reading before: most come beside others of their terminal. */
  #terminal = ''
  #points = new Map<string, Open>()

  /** Notes a settled reading; returns what stood in its place. */
  replaced({ terminal, point, at, value, quality }: Reading): Standing | undefined {
    if (terminal !== this.#terminal) this.#turnTo(terminal)
    const before = this.#points.get(point)
    const marked = quality !== 'good'
    if (!before) {
      this.#points.set(point, { at, value, marked })
      return undefined
    }
    if (before.at > at) return undefined
    const same = before.at === at ? { ...before } : undefined
    before.at = at
    // A value stays when only a mark is written over it, and a mark when only a value is.
    before.value = value ?? same?.value ?? null
    before.marked = marked || (same?.marked ?? false)
    return same
  }

  #turnTo(terminal: string): void {
    this.#terminal = terminal
    this.#points = this.#terminals.get(terminal) ?? new Map()
    this.#terminals.set(terminal, this.#points)
  }
}
