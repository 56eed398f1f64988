// Numbers of a spool no row can be read for, and what is declared of them.
import type { EpochMs } from '@civitals/contracts/clock'
import type { Gap } from '@civitals/contracts/envelope'
import { type Intervals, removeInterval } from '@civitals/contracts/intervals'
import type { Settled } from './spool.ts'

/** Places [from, to] without a row, and the event times of the rows beside them. */
export interface Hole {
  readonly from: number
  readonly to: number
  readonly after: EpochMs
  readonly before: EpochMs
}

interface Times {
  readonly seq: number
  readonly from: EpochMs
  readonly to: EpochMs
}

/** Finds the holes among rows that come in ascending order, from `lowest` to `newest`. */
export class Holes {
  readonly #lowest: number
  readonly #newest: number
  readonly #found: Hole[] = []
  #last: Times | undefined

  constructor(lowest: number, newest: number) {
    this.#lowest = lowest
    this.#newest = newest
  }

  present(row: Times): void {
    const last = this.#last
    const next = last ? last.seq + 1 : this.#lowest
    if (row.seq > next) this.#add(next, row.seq - 1, last?.to ?? row.from, row.from)
    this.#last = row
  }

  found(now: EpochMs): readonly Hole[] {
    const last = this.#last
    const next = last ? last.seq + 1 : this.#lowest
    if (next > this.#newest) return this.#found
    const end: Hole = { from: next, to: this.#newest, after: last?.to ?? now, before: now }
    return [...this.#found, ...splitAtOne(end)]
  }

  #add(from: number, to: number, after: EpochMs, before: EpochMs): void {
    this.#found.push(...splitAtOne({ from, to, after, before }))
  }
}

/** A hole over the end of older spools and the beginning of the own numbers is two. */
const splitAtOne = (hole: Hole): Hole[] =>
  hole.from < 1 && hole.to >= 1
    ? [
        { ...hole, to: 0 },
        { ...hole, from: 1 },
      ]
    : [hole]

interface Missing {
  readonly envelopes: number
  /** Undefined: they were of this spool or of another. */
  readonly readings: number | undefined
  readonly exact: boolean
}

export interface LossFacts {
  readonly spool: string
  readonly reason: string
  readonly holes: readonly Hole[]
  /** The last word of the centre on the spool. */
  readonly settled: Settled | undefined
  /** Gap records that are on their way already. */
  readonly declared: readonly Gap[]
  /** What waited by the accounts and is not among the rows; undefined: nobody knows. */
  readonly missing: Missing | undefined
  /** A row that waited, of this spool or another, is gone: with it gap records it may have carried. */
  readonly recordsGone: boolean
}

/**
 * Gap records over holes. A number without a row was lost, or left settled or declared long ago; where the accounts tell how many waited
 * and just as many numbers come into question, the loss is exact, otherwise the least it can be. Of what a lost record declared nobody knows
 * any more how much it was.
 */
export function lossOf({ spool, reason, holes, settled, declared, missing, recordsGone }: LossFacts): Gap[] {
  if (missing?.exact && missing.envelopes <= 0 && !recordsGone) return []
  const open = holes.flatMap((hole) => stillOpen(hole, settled, declared))
  const size = open.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  const atLeast = !missing?.exact || missing.envelopes !== size || missing.readings === undefined
  const readings = Math.max(0, missing?.readings ?? 0)
  let [before, given] = [0, 0]
  return open.map(({ from, to, after, before: until }) => {
    before += to - from + 1
    const share = Math.floor((readings * before) / size) - given
    given += share
    const times = { from: Math.min(after, until), to: Math.max(after, until) }
    return { spool, fromSeq: from, toSeq: to, readings: share, ...times, reason, ...(atLeast && { atLeast }) }
  })
}

function stillOpen(hole: Hole, settled: Settled | undefined, declared: readonly Gap[]): Hole[] {
  let left: Intervals = [[hole.from, hole.to]]
  if (settled)
    for (const [from, to] of [[0, settled.upTo], ...settled.above] as const) left = removeInterval(left, from, to)
  for (const { fromSeq, toSeq } of declared) left = removeInterval(left, fromSeq, toSeq)
  return left.map(([from, to]) => ({ ...hole, from, to }))
}
