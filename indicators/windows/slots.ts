import { Column } from './column.ts'
import { BucketRing } from './ring.ts'
import type { RingShape } from './ring-shape.ts'

/** Decimals beyond which values are kept as they are. */
const finest = 10_000

/**
 * Slots of the rings of some series of one kind, side by side: one array each of what every slot has, none of what none has. Sums and extremes
 * are counted in the decimal step of the values, so two bytes hold most of them and sums have no rounding; a value that is no
 * multiple of 0.0001 makes them plain doubles.
 */
export class Slots {
  /** Of each of the rings. */
  readonly shape: RingShape
  readonly counts: Column
  readonly uncertain: Column
  readonly sums: Column
  /** Least and greatest where a slot holds more than one reading. */
  readonly mins: Column
  readonly maxs: Column
  readonly energies: Column
  readonly passed: Column
  readonly firstParts: Column
  readonly lastParts: Column
  readonly failed: Column
  readonly missing: Column
  readonly revised: Column
  /** Steps of a value in 1; undefined: values as they are. */
  #steps: number | undefined = 1

  constructor(shape: RingShape, rings: number) {
    this.shape = shape
    const column = (): Column => new Column(rings * shape.slots)
    this.counts = column()
    this.uncertain = column()
    this.sums = column()
    this.mins = column()
    this.maxs = column()
    this.energies = column()
    this.passed = column()
    this.firstParts = column()
    this.lastParts = column()
    this.failed = column()
    this.missing = column()
    this.revised = column()
  }

  /** Empties the slots from <= slot < to; the sum and extremes of none are not looked at. */
  clear(from: number, to: number): void {
    this.counts.clear(from, to)
    this.uncertain.clear(from, to)
    this.energies.clear(from, to)
    this.passed.clear(from, to)
    this.firstParts.clear(from, to)
    this.lastParts.clear(from, to)
    this.failed.clear(from, to)
    this.missing.clear(from, to)
    this.revised.clear(from, to)
  }

  /** One more reading for a slot. */
  putOne(slot: number, value: number): void {
    const own = this.kept(value)
    this.#putKept(slot, 1, own, own, own)
  }

  /** `count` more readings for a slot: their sum, least and greatest. */
  put(slot: number, count: number, sum: number, min: number, max: number): void {
    // Each may make the steps finer, after which the others are counted in those.
    this.kept(sum)
    if (!this.shape.extremes) {
      this.#putKept(slot, count, this.kept(sum), min, max)
      return
    }
    this.kept(min)
    this.kept(max)
    this.#putKept(slot, count, this.kept(sum), this.kept(min), this.kept(max))
  }

  /** `count` more readings for a slot, as they are kept. One reading alone is its own extremes, and nothing more is kept. */
  #putKept(slot: number, count: number, sum: number, min: number, max: number): void {
    const { counts, sums, mins, maxs } = this
    const held = counts.get(slot)
    const before = held === 0 ? 0 : sums.get(slot)
    counts.set(slot, held + count)
    sums.set(slot, before + sum)
    if (!this.shape.extremes || held + count === 1) return
    mins.set(slot, held === 0 ? min : Math.min(held === 1 ? before : mins.get(slot), min))
    maxs.set(slot, held === 0 ? max : Math.max(held === 1 ? before : maxs.get(slot), max))
  }

  /** A value as it is kept. */
  kept(value: number): number {
    const steps = this.#steps
    if (steps === undefined) return value
    const units = Math.round(value * steps)
    return units / steps === value && Number.isSafeInteger(units) ? units : this.#refine(value)
  }

  /** A value from what is kept of it. */
  value(kept: number): number {
    return this.#steps === undefined ? kept : kept / this.#steps
  }

  /** Finer steps, until the value is a whole number of them. */
  #refine(value: number): number {
    const before = this.#steps ?? 1
    const finer = before * 10
    const ends = finer > finest || !Number.isSafeInteger(Math.round(value * finer))
    this.#steps = ends ? undefined : finer
    for (const column of [this.sums, this.mins, this.maxs]) column.change((kept) => (ends ? kept / before : kept * 10))
    return this.kept(value)
  }
}

const ringsTogether = 64

/** Hands out rings; those of one kind lie together. */
export class Shelves {
  readonly #open = new Map<string, { readonly slots: Slots; used: number }>()

  /** `kind`: rings of one kind hold values of one sort, and have one shape. */
  ring(kind: string, shape: RingShape): BucketRing {
    let shelf = this.#open.get(kind)
    if (!shelf || shelf.used === ringsTogether) {
      shelf = { slots: new Slots(shape, ringsTogether), used: 0 }
      this.#open.set(kind, shelf)
    }
    return new BucketRing(shelf.slots, shelf.slots.shape.slots * shelf.used++)
  }
}
