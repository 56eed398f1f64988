import type { EpochMs } from '@civitals/contracts/clock'
import type { Reading } from '@civitals/contracts/reading'

/** What a store that keeps one value and one mark of a series at one time holds of its newest time. */
export interface Standing {
  readonly at: EpochMs
  readonly value: number | null
  readonly marked: boolean
}

/**
 * The newest time of every series settled since start, to know which readings took another one's place in a store that holds one a time: a terminal
 * that says the same minute twice, a clock that stood. A place further back is not remembered: that takes memory for every reading.
 */
export class SameTime {
  readonly #terminals = new Map<string, Map<string, Standing>>()

  /** Notes a settled reading; returns what stood in its place. */
  replaced({ terminal, point, at, value, quality }: Reading): Standing | undefined {
    const points = this.#terminals.get(terminal) ?? new Map<string, Standing>()
    this.#terminals.set(terminal, points)
    const before = points.get(point)
    const marked = quality !== 'good'
    if (before && before.at > at) return undefined
    const same = before?.at === at ? before : undefined
    // A value stays when only a mark is written over it, and a mark when only a value is.
    points.set(point, { at, value: value ?? same?.value ?? null, marked: marked || (same?.marked ?? false) })
    return same
  }
}
