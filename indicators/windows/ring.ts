import type { EpochMs } from '@civitals/contracts/clock'
import { energyOf } from '../formulas/sound.ts'
import type { FlagCounts } from '../quality/spans.ts'
import type { Playback, Recorder } from './record.ts'

/** What a ring keeps. Slots begin at whole multiples of `slotMs` since 1970. */
export interface RingShape {
  readonly slotMs: number
  readonly slots: number
  /** Keep the energy sum of levels in dB as well. */
  readonly energy?: boolean
  /** Count readings with low <= value <= high; null = open end. */
  readonly pass?: readonly [number | null, number | null]
  /** Keep which sixtieths of a slot hold a reading: the minutes of an hour. */
  readonly parts?: boolean
  /** Count readings that do not score beside those that do, and mark slots that a late reading changed. */
  readonly flags?: boolean
}

/** Readings of one series within one slot; mergeable by adding up. */
export interface Bucket {
  readonly start: EpochMs
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
  /** Sum of energies relative to 0 dB; 0 when the ring keeps none. */
  readonly energy: number
  readonly passed: number
  /** Readings of uncertain quality among them. */
  readonly uncertain: number
  /** Sixtieths of the slot that hold a reading; 0 when the ring keeps none. */
  readonly parts: number
}

/** Several slots taken together. */
export interface Totals {
  /** Slots that hold a reading that scores. */
  readonly slots: number
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
  readonly uncertain: number
  /** Readings that do not score: failed, without a value. */
  readonly failed: number
  readonly missing: number
  /** Slots that a reading changed after they had passed. */
  readonly revised: number
}

/** What quality control said of the readings of some slots. */
export interface SlotFlags extends FlagCounts {
  /** Slots that a reading changed after they had passed. */
  revised: number
}

/** Several readings already folded into one, as a store returns them. */
export interface Folded {
  readonly count: number
  readonly min: number
  readonly max: number
}

/** Minutes of one series side by side, oldest first, as a store keeps them. */
export interface MinuteRun {
  /** Whole minutes since 1970. */
  readonly minute: Uint32Array
  readonly mean: Float32Array
  readonly min: Float32Array
  readonly max: Float32Array
  /** Readings in it that count. */
  readonly count: Uint16Array
  /** QARTOD flag: 1 pass, 3 suspect, 4 fail. */
  readonly flag: Uint8Array
}

const minuteMs = 60_000

/**
 * Windows of one series in event time: a ring of slots in typed arrays. Adding costs O(1) whatever the order of arrival; a slot
 * is cleared when a later one takes its place, and what is older than the ring is refused.
 */
export class BucketRing {
  readonly shape: RingShape
  readonly #stamps: Int32Array
  readonly #counts: Uint32Array
  readonly #uncertain: Uint32Array
  readonly #sums: Float64Array
  readonly #mins: Float64Array
  readonly #maxs: Float64Array
  readonly #energies: Float64Array | undefined
  readonly #passed: Uint32Array | undefined
  readonly #parts: Uint32Array | undefined
  readonly #failed: Uint16Array | undefined
  readonly #missing: Uint16Array | undefined
  readonly #revised: Uint8Array | undefined
  /** Newest answer of `totals`: several indicators ask the same at the same instant. */
  #totals: (Totals & { readonly newest: number; readonly asked: number }) | undefined

  constructor(shape: RingShape) {
    this.shape = shape
    const n = shape.slots
    this.#stamps = new Int32Array(n).fill(-1)
    this.#counts = new Uint32Array(n)
    this.#uncertain = new Uint32Array(n)
    this.#sums = new Float64Array(n)
    this.#mins = new Float64Array(n)
    this.#maxs = new Float64Array(n)
    if (shape.energy) this.#energies = new Float64Array(n)
    if (shape.pass) this.#passed = new Uint32Array(n)
    if (shape.parts) this.#parts = new Uint32Array(2 * n)
    if (shape.flags) {
      this.#failed = new Uint16Array(n)
      this.#missing = new Uint16Array(n)
      this.#revised = new Uint8Array(n)
    }
  }

  /** Adds one reading, or `folded.count` readings of mean `value`. False: older than the ring, nothing kept. */
  add(at: EpochMs, value: number, uncertain: boolean, folded?: Folded): boolean {
    const stamp = Math.floor(at / this.shape.slotMs)
    const slot = this.#slotFor(stamp)
    if (slot < 0) return false
    this.#totals = undefined
    const count = folded?.count ?? 1
    this.#counts[slot] = (this.#counts[slot] ?? 0) + count
    if (uncertain) this.#uncertain[slot] = (this.#uncertain[slot] ?? 0) + count
    this.#sums[slot] = (this.#sums[slot] ?? 0) + value * count
    this.#mins[slot] = Math.min(this.#mins[slot] ?? value, folded?.min ?? value)
    this.#maxs[slot] = Math.max(this.#maxs[slot] ?? value, folded?.max ?? value)
    if (this.#energies) this.#energies[slot] = (this.#energies[slot] ?? 0) + energyOf(value) * count
    if (this.#passed && passes(value, this.shape.pass)) this.#passed[slot] = (this.#passed[slot] ?? 0) + count
    if (this.#parts) this.#mark(slot, Math.floor(((at - stamp * this.shape.slotMs) * 60) / this.shape.slotMs))
    return true
  }

  /**
   * Minutes `begin` <= k < `end` of a column, oldest first: what `add` would do with each that scores, without looking its slot up
   * each time, and `note` with each that failed.
   */
  addMinutes({ minute, mean, min, max, count, flag }: MinuteRun, begin: number, end: number): void {
    const { slotMs, pass } = this.shape
    const [energies, passing, parts] = [this.#energies, this.#passed, this.#parts]
    this.#totals = undefined
    for (let k = begin; k < end; ) {
      const stamp = Math.floor(((minute[k] ?? 0) * minuteMs) / slotMs)
      const slot = this.#slotFor(stamp)
      const next = (stamp + 1) * slotMs
      let [held, uncertain, sum] = [this.#counts[slot] ?? 0, this.#uncertain[slot] ?? 0, this.#sums[slot] ?? 0]
      let [low, high, passed] = [this.#mins[slot] ?? 0, this.#maxs[slot] ?? 0, this.#passed?.[slot] ?? 0]
      let energy = this.#energies?.[slot] ?? 0
      for (; k < end && (minute[k] ?? 0) * minuteMs < next; k++) {
        const [n, said, value] = [count[k] ?? 1, flag[k], mean[k] ?? 0]
        if (slot < 0) continue
        if (said === 4) {
          if (this.#failed) this.#failed[slot] = Math.min(0xffff, (this.#failed[slot] ?? 0) + n)
          continue
        }
        held += n
        if (said === 3) uncertain += n
        sum += value * n
        low = Math.min(low, min[k] ?? value)
        high = Math.max(high, max[k] ?? value)
        if (energies) energy += energyOf(value) * n
        if (passing && passes(value, pass)) passed += n
        if (parts) this.#mark(slot, Math.floor((((minute[k] ?? 0) * minuteMs - stamp * slotMs) * 60) / slotMs))
      }
      if (slot < 0) continue
      this.#counts[slot] = held
      this.#uncertain[slot] = uncertain
      this.#sums[slot] = sum
      this.#mins[slot] = low
      this.#maxs[slot] = high
      if (this.#energies) this.#energies[slot] = energy
      if (this.#passed) this.#passed[slot] = passed
    }
  }

  /** Counts a reading that does not score: 4 failed, 9 missing. */
  note(at: EpochMs, flag: 4 | 9): void {
    const counts = flag === 4 ? this.#failed : this.#missing
    const slot = this.#slotFor(Math.floor(at / this.shape.slotMs))
    this.#totals = undefined
    if (counts && slot >= 0) counts[slot] = Math.min(0xffff, (counts[slot] ?? 0) + 1)
  }

  /** Says that a late reading changed the slot of `at`. */
  revise(at: EpochMs): void {
    const stamp = Math.floor(at / this.shape.slotMs)
    const slot = stamp % this.shape.slots
    if (!this.#revised || this.#stamps[slot] !== stamp) return
    this.#totals = undefined
    this.#revised[slot] = 1
  }

  /** Flags of the readings of the last `slots` slots up to and with the one that holds `now`. */
  flags(now: EpochMs, slots: number): SlotFlags {
    const { count, uncertain, failed, missing, revised } = this.totals(now, slots)
    return { pass: count - uncertain, suspect: uncertain, fail: failed, missing, revised }
  }

  /** The slot that holds `at`, or undefined when it holds no reading that scores. */
  bucket(at: EpochMs): Bucket | undefined {
    const stamp = Math.floor(at / this.shape.slotMs)
    const slot = stamp % this.shape.slots
    if (this.#stamps[slot] !== stamp || this.#counts[slot] === 0) return undefined
    return {
      start: stamp * this.shape.slotMs,
      count: this.#counts[slot] ?? 0,
      sum: this.#sums[slot] ?? 0,
      min: this.#mins[slot] ?? Number.NaN,
      max: this.#maxs[slot] ?? Number.NaN,
      energy: this.#energies?.[slot] ?? 0,
      passed: this.#passed?.[slot] ?? 0,
      uncertain: this.#uncertain[slot] ?? 0,
      parts: bits(this.#parts?.[2 * slot] ?? 0) + bits(this.#parts?.[2 * slot + 1] ?? 0),
    }
  }

  /** Occupied slots of the last `slots` ones up to and with the one that holds `now`, oldest first. */
  last(now: EpochMs, slots: number): Bucket[] {
    const found: Bucket[] = []
    for (let back = Math.min(slots, this.shape.slots) - 1; back >= 0; back--) {
      const bucket = this.bucket(now - back * this.shape.slotMs)
      if (bucket) found.push(bucket)
    }
    return found
  }

  /** The last `slots` slots up to and with the one that holds `now`, as one: nothing is made of each of them. */
  totals(now: EpochMs, slots: number): Totals {
    const newest = Math.floor(now / this.shape.slotMs)
    const asked = Math.min(slots, this.shape.slots)
    const kept = this.#totals
    if (kept?.newest === newest && kept.asked === asked) return kept
    let [held, count, sum, uncertain] = [0, 0, 0, 0]
    let [failed, missing, revised] = [0, 0, 0]
    let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let stamp = newest - asked + 1; stamp <= newest; stamp++) {
      const slot = stamp % this.shape.slots
      if (this.#stamps[slot] !== stamp) continue
      if (this.#failed) failed += this.#failed[slot] ?? 0
      if (this.#missing) missing += this.#missing[slot] ?? 0
      if (this.#revised) revised += this.#revised[slot] ?? 0
      const inSlot = this.#counts[slot] ?? 0
      if (inSlot === 0) continue
      held++
      count += inSlot
      sum += this.#sums[slot] ?? 0
      uncertain += this.#uncertain[slot] ?? 0
      min = Math.min(min, this.#mins[slot] ?? min)
      max = Math.max(max, this.#maxs[slot] ?? max)
    }
    this.#totals = { slots: held, count, sum, min, max, uncertain, failed, missing, revised, newest, asked }
    return this.#totals
  }

  /** Writes all slots that hold anything. */
  save(out: Recorder): void {
    const held = [...this.#stamps.keys()].filter((slot) => (this.#stamps[slot] ?? -1) >= 0)
    out.whole(held.length)
    for (const slot of held) {
      const count = this.#counts[slot] ?? 0
      out.whole(this.#stamps[slot] ?? 0)
      out.whole(count)
      out.whole(this.#uncertain[slot] ?? 0)
      out.whole(this.#failed?.[slot] ?? 0)
      out.whole(this.#missing?.[slot] ?? 0)
      out.whole(this.#revised?.[slot] ?? 0)
      if (count === 0) continue
      out.number(this.#sums[slot] ?? 0)
      if (count > 1) {
        out.number(this.#mins[slot] ?? 0)
        out.number(this.#maxs[slot] ?? 0)
      }
      if (this.#energies) out.number(this.#energies[slot] ?? 0)
      out.whole(this.#passed?.[slot] ?? 0)
      out.whole(this.#parts?.[2 * slot] ?? 0)
      out.whole(this.#parts?.[2 * slot + 1] ?? 0)
    }
  }

  /** Takes over what `save` of a ring of the same shape wrote. */
  load(from: Playback): void {
    this.#totals = undefined
    for (let left = from.whole(); left > 0; left--) {
      const stamp = from.whole()
      const slot = stamp % this.shape.slots
      this.#clear(slot, stamp)
      const count = from.whole()
      this.#counts[slot] = count
      this.#uncertain[slot] = from.whole()
      const [failed, missing, revised] = [from.whole(), from.whole(), from.whole()]
      if (this.#failed) this.#failed[slot] = failed
      if (this.#missing) this.#missing[slot] = missing
      if (this.#revised) this.#revised[slot] = revised
      if (count === 0) continue
      const sum = from.number()
      this.#sums[slot] = sum
      // One reading is its own sum, least and greatest.
      this.#mins[slot] = count > 1 ? from.number() : sum
      this.#maxs[slot] = count > 1 ? from.number() : sum
      if (this.#energies) this.#energies[slot] = from.number()
      const [passed, first, second] = [from.whole(), from.whole(), from.whole()]
      if (this.#passed) this.#passed[slot] = passed
      this.#parts?.set([first, second], 2 * slot)
    }
  }

  /** The slot of `stamp`, cleared of an older one; -1 when a later one has taken its place. */
  #slotFor(stamp: number): number {
    const slot = stamp % this.shape.slots
    const present = this.#stamps[slot] ?? -1
    if (present > stamp) return -1
    if (present < stamp) this.#clear(slot, stamp)
    return slot
  }

  #clear(slot: number, stamp: number): void {
    this.#stamps[slot] = stamp
    this.#counts[slot] = 0
    this.#uncertain[slot] = 0
    this.#sums[slot] = 0
    this.#mins[slot] = Number.POSITIVE_INFINITY
    this.#maxs[slot] = Number.NEGATIVE_INFINITY
    if (this.#energies) this.#energies[slot] = 0
    if (this.#passed) this.#passed[slot] = 0
    this.#parts?.fill(0, 2 * slot, 2 * slot + 2)
    if (this.#failed) this.#failed[slot] = 0
    if (this.#missing) this.#missing[slot] = 0
    if (this.#revised) this.#revised[slot] = 0
  }

  #mark(slot: number, part: number): void {
    const word = 2 * slot + (part < 30 ? 0 : 1)
    if (this.#parts) this.#parts[word] = (this.#parts[word] ?? 0) | (1 << (part % 30))
  }
}

function passes(value: number, limits: RingShape['pass']): boolean {
  const [low, high] = limits ?? [null, null]
  return (low === null || value >= low) && (high === null || value <= high)
}

function bits(word: number): number {
  let count = 0
  for (let rest = word; rest !== 0; rest &= rest - 1) count++
  return count
}
