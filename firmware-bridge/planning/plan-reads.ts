import type { ModbusTable } from '../modbus/line.ts'
import type { ModbusPoint } from '../profile.ts'
import { registerCount } from '../registers.ts'
import { isBitTable, type ReadCost, readMs } from './cost.ts'

/** One transaction and the points it brings. */
export interface ReadPlan {
  readonly function: ModbusTable
  readonly address: number
  readonly count: number
  readonly points: readonly ModbusPoint[]
}

/** Places of one table, `from` to `to` inclusive, that must not be read, not even on the way to others. */
export interface Forbidden {
  readonly function: ModbusTable
  readonly from: number
  readonly to: number
}

/** A border no read may cross: it must not hold both the place before `after` and the place at `before` or beyond. */
export interface Barrier {
  readonly function: ModbusTable
  readonly after: number
  readonly before: number
}

/** What bounds a plan: the protocol, the profile, and what a terminal taught (terminal-planner.ts). */
export interface ReadLimits {
  /** Default 125 [MODBUS 6.3]. */
  readonly maxRegisters?: number
  /** Default 2000 [MODBUS 6.1]. */
  readonly maxBits?: number
  readonly forbidden?: readonly Forbidden[]
  readonly barriers?: readonly Barrier[]
  /** The terminal cannot answer for several points at once. */
  readonly oneRequestPerPoint?: boolean
}

export const mostRegisters = 125
export const mostBits = 2000

/** The protocol's own break-even line: 9600 baud, 8N1, a terminal that answers after 10 ms. */
export const usualCost: ReadCost = { characterMs: 10 / 9.6, gapMs: 35 / 9.6, turnaroundMs: 10 }

interface Span {
  readonly from: number
  /** First place behind. */
  readonly to: number
  readonly points: ModbusPoint[]
}

/**
 * The reads that bring `points` in the least bus time, in the order of tables and addresses. Exact, not greedy: within one table a
 * span that lies inside another costs nothing, and the rest, sorted, is cut where dynamic programming finds the cheapest sum; of
 * two plans equally cheap the one with fewer reads. Neighbours merge when the places between them cost less than another transaction.
 * A point is never torn: its registers come in one reply.
 */
export function planReads(
  points: readonly ModbusPoint[],
  cost: ReadCost = usualCost,
  limits: ReadLimits = {},
): ReadPlan[] {
  const tables = Map.groupBy(points.toSorted(byPlace), (point) => point.read.function)
  return [...tables].flatMap(([table, wanted]) => planTable(table, spansOf(wanted, limits), cost, limits))
}

const byPlace = (a: ModbusPoint, b: ModbusPoint): number =>
  a.read.function.localeCompare(b.read.function) || a.read.address - b.read.address || width(b) - width(a)

const width = (point: ModbusPoint): number => registerCount(point.read)

/** Places a point takes in its table: the first, and the first behind. */
export const placesOf = (point: ModbusPoint): { readonly from: number; readonly to: number } => ({
  from: point.read.address,
  to: point.read.address + width(point),
})

/** The places wanted, ascending in both ends; a point inside another's span rides along. */
function spansOf(sorted: readonly ModbusPoint[], { oneRequestPerPoint = false }: ReadLimits): Span[] {
  const spans: Span[] = []
  for (const point of sorted) {
    const { from, to } = placesOf(point)
    const last = spans.at(-1)
    const inside = last !== undefined && to <= last.to && (!oneRequestPerPoint || from === last.from)
    if (inside) last.points.push(point)
    else spans.push({ from, to, points: [point] })
  }
  return spans
}

function planTable(table: ModbusTable, spans: readonly Span[], cost: ReadCost, limits: ReadLimits): ReadPlan[] {
  // cheapest[n]: bus time of the best plan of the first n spans; begins[n]: where its last read begins.
  const cheapest: number[] = [0]
  const begins: number[] = [0]
  for (let end = 1; end <= spans.length; end++) {
    cheapest[end] = Number.POSITIVE_INFINITY
    for (let begin = end - 1; begin >= 0; begin--) {
      if (begin < end - 1 && !mayJoin(table, spans, begin, end, limits)) break
      const count = (spans[end - 1]?.to ?? 0) - (spans[begin]?.from ?? 0)
      const sum = (cheapest[begin] ?? 0) + readMs(cost, table, count)
      // Sums of the same terms in another order differ by dust: a longer read wins a tie.
      if (sum > (cheapest[end] ?? 0) + 1e-9) continue
      cheapest[end] = sum
      begins[end] = begin
    }
  }
  const plans: ReadPlan[] = []
  for (let end = spans.length; end > 0; end = begins[end] ?? 0)
    plans.unshift(planOf(table, spans.slice(begins[end] ?? 0, end)))
  return plans
}

/** Whether spans `begin` to `end` may come in one read. What hinders it hinders every longer read too. */
function mayJoin(table: ModbusTable, spans: readonly Span[], begin: number, end: number, limits: ReadLimits): boolean {
  if (limits.oneRequestPerPoint) return false
  const from = spans[begin]?.from ?? 0
  const to = spans[end - 1]?.to ?? 0
  const most = isBitTable(table) ? (limits.maxBits ?? mostBits) : (limits.maxRegisters ?? mostRegisters)
  if (to - from > most) return false
  const meets = (one: Forbidden): boolean => one.function === table && one.from < to && one.to >= from
  const crosses = (one: Barrier): boolean => one.function === table && from < one.after && to > one.before
  return !limits.forbidden?.some(meets) && !limits.barriers?.some(crosses)
}

function planOf(table: ModbusTable, spans: readonly Span[]): ReadPlan {
  const address = spans[0]?.from ?? 0
  return {
    function: table,
    address,
    count: (spans.at(-1)?.to ?? 0) - address,
    points: spans.flatMap((span) => span.points),
  }
}
