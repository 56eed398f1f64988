// The cheapest plan by trying everything: any set of reads that begin and end at wanted places, in any combination, decided over all
// subsets of what is wanted. It shares nothing with the planner but the problem.
import type { Forbidden } from '../planning/plan-reads.ts'

/** One wanted range of a table: first place and first place behind. */
export interface Range {
  readonly from: number
  readonly to: number
}

export interface LinePrice {
  /** ms of a read of so many places. */
  ms(places: number): number
  /** Most places of one read. */
  readonly most: number
  readonly forbidden: readonly Pick<Forbidden, 'from' | 'to'>[]
}

/** Least bus time, ms, that brings every range whole. At most 20 ranges. */
export function exhaustiveMs(ranges: readonly Range[], price: LinePrice): number {
  const reads = everyRead(ranges, price)
  const all = 2 ** ranges.length
  const least = new Float64Array(all).fill(Number.POSITIVE_INFINITY)
  least[0] = 0
  for (let have = 0; have < all - 1; have++) {
    const spent = least[have] ?? 0
    if (spent === Number.POSITIVE_INFINITY) continue
    for (const { brings, ms } of reads) least[have | brings] = Math.min(least[have | brings] ?? 0, spent + ms)
  }
  return least[all - 1] ?? 0
}

function everyRead(ranges: readonly Range[], price: LinePrice): { brings: number; ms: number }[] {
  const reads = []
  for (const { from } of ranges) {
    for (const { to } of ranges) {
      const alone = ranges.some((one) => one.from === from && one.to === to)
      const clear = !price.forbidden.some((one) => one.from < to && one.to >= from)
      if (to <= from || to - from > price.most || !(alone || clear)) continue
      const brings = ranges.reduce((set, one, bit) => (one.from >= from && one.to <= to ? set | (1 << bit) : set), 0)
      reads.push({ brings, ms: price.ms(to - from) })
    }
  }
  return reads
}

/** Bus time of the plan every gateway makes today: ranges merge when the gap is at most `gap`, whatever it costs. */
export function fixedGapMs(ranges: readonly Range[], gap: number, price: LinePrice): number {
  const sorted = [...ranges].sort((a, b) => a.from - b.from || b.to - a.to)
  let sum = 0
  let open: { from: number; to: number } | undefined
  const close = (): void => {
    if (open) sum += price.ms(open.to - open.from)
  }
  for (const { from, to } of sorted) {
    const end = Math.max(open?.to ?? to, to)
    if (open && from - open.to <= gap && end - open.from <= price.most) open = { from: open.from, to: end }
    else {
      close()
      open = { from, to }
    }
  }
  close()
  return sum
}

/** Random maps as terminals have them: runs of neighbours, small and large gaps, 16 to 64 bits a value. Same seed, same maps. */
export function randomMap(chance: () => number, most = 14): Range[] {
  const count = 1 + Math.floor(chance() * most)
  const ranges: Range[] = []
  let at = Math.floor(chance() * 50)
  for (let turn = 0; turn < count; turn++) {
    const size = [1, 1, 1, 2, 2, 4][Math.floor(chance() * 6)] ?? 1
    ranges.push({ from: at, to: at + size })
    const jump = chance()
    at += size + (jump < 0.4 ? 0 : Math.floor(chance() * (jump < 0.8 ? 30 : 140)))
  }
  return ranges
}

/** Deterministic numbers in [0, 1) (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
