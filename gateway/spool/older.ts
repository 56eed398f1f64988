// Rows a spool took over from the one before it keep their identity: they stand at places below 1, in their old order.
import type { Interval } from '@civitals/contracts/intervals'

/** Which places hold rows of an older spool: its seq s stands at place s - shift, for s in 1..newest. */
export interface OlderSpool {
  readonly spool: string
  readonly shift: number
  readonly newest: number
}

/** Who a row is for the centre. */
export interface Identity {
  readonly spool: string
  readonly seq: number
}

/** Whose row stands at a place below 1. */
export function identityAt(older: readonly OlderSpool[], place: number): Identity | undefined {
  const owner = older.find(({ shift, newest }) => place > -shift && place <= newest - shift)
  return owner && { spool: owner.spool, seq: place + owner.shift }
}

/** Where ranges of an older spool's seqs stand. */
export function placesOf({ shift, newest }: OlderSpool, ranges: readonly Interval[]): Interval[] {
  return ranges
    .map(([from, to]): Interval => [Math.max(1, from), Math.min(newest, to)])
    .filter(([from, to]) => from <= to)
    .map(([from, to]): Interval => [from - shift, to - shift])
}

/** The older spools of a successor: those of the spool before, and that one. */
export function withPredecessor(older: readonly OlderSpool[], spool: string, newest: number): OlderSpool[] {
  const moved = older.map((one) => ({ ...one, shift: one.shift + newest }))
  return newest > 0 ? [{ spool, shift: newest, newest }, ...moved] : moved
}

/** The lowest place a row may stand at. */
export const lowestPlace = (older: readonly OlderSpool[] = []): number =>
  1 - Math.max(0, ...older.map(({ shift }) => shift))
