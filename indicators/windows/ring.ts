import type { EpochMs } from '@civitals/contracts/clock'
import { energyOf } from '../formulas/sound.ts'
import type { Playback, Recorder } from './record.ts'
import type { Bucket, Folded, MinuteRun, RingShape, SlotFlags, Totals } from './ring-shape.ts'
import { loadSlot, saveSlot } from './slot-record.ts'
import { Slots } from './slots.ts'

const minuteMs = 60_000
const sixty = 60
/** Sixtieths of a slot that one word holds. */
const partsInWord = 30

/**
 * Windows of one series in event time: a ring of slots up to the newest. Adding costs O(1) whatever the order of arrival; what is
 * older than the ring is refused.
 */
export class BucketRing {
  readonly #kept: Slots
  /** Where its slots begin among those kept together. */
  readonly #first: number
  /** Number of the newest slot since 1970; -1 before the first. */
  #newest = -1
  /** Newest answer of `totals`: several indicators ask the same at the same instant. */
  #totals: (Totals & { readonly newest: number; readonly asked: number }) | undefined

  /** A ring of a shape by itself, or the one that begins at `first` among those kept together. */
  constructor(kept: RingShape | Slots, first = 0) {
    this.#kept = kept instanceof Slots ? kept : new Slots(kept, 1)
    this.#first = first
  }

  get shape(): RingShape {
    return this.#kept.shape
  }

  /** Adds one reading, or `folded.count` readings of mean `value`. False: older than the ring, nothing kept. */
  add(at: EpochMs, value: number, uncertain: boolean, folded?: Folded): boolean {
    const { slotMs, energy, pass, parts } = this.shape
    const stamp = Math.floor(at / slotMs)
    const slot = this.#slotFor(stamp)
    if (slot < 0) return false
    this.#totals = undefined
    const kept = this.#kept
    const count = folded?.count ?? 1
    if (folded) kept.put(slot, count, value * count, folded.min, folded.max)
    else kept.putOne(slot, value)
    if (uncertain) kept.uncertain.add(slot, count)
    if (energy) kept.energies.add(slot, energyOf(value) * count)
    if (pass && passes(value, pass)) kept.passed.add(slot, count)
    if (parts) this.#mark(slot, Math.floor(((at - stamp * slotMs) * sixty) / slotMs))
    return true
  }

  /**
   * Minutes `begin` <= k < `end` of a column, oldest first: what `add` would do with each that scores, without looking its slot up
   * each time, and `note` with each that failed. Plain variables, no arrays: of a month of a city they are made 100 million times.
   */
  addMinutes({ minute, mean, min, max, count, flag }: MinuteRun, begin: number, end: number): void {
    if (begin >= end) return
    const { slotMs, pass, energy: energies, parts, flags } = this.shape
    const kept = this.#kept
    this.#totals = undefined
    // All slots they begin are emptied at once.
    this.#slotFor(Math.floor(((minute[end - 1] ?? 0) * minuteMs) / slotMs))
    // What later ones push out again is passed over.
    const oldest = ((this.#newest - this.shape.slots + 1) * slotMs) / minuteMs
    let k = begin
    while (k < end && (minute[k] ?? 0) < oldest) k++
    while (k < end) {
      const stamp = Math.floor(((minute[k] ?? 0) * minuteMs) / slotMs)
      const slot = this.#heldSlot(stamp)
      const from = stamp * slotMs
      const next = Math.ceil((from + slotMs) / minuteMs)
      let held = 0
      let sum = 0
      let low = Number.POSITIVE_INFINITY
      let high = Number.NEGATIVE_INFINITY
      let uncertain = 0
      let failed = 0
      let energy = 0
      let passed = 0
      let firstParts = 0
      let lastParts = 0
      for (; k < end; k++) {
        const at = minute[k] ?? 0
        if (at >= next) break
        const n = count[k] ?? 1
        const said = flag[k] ?? 1
        if (said === 4) {
          failed += n
          continue
        }
        const value = mean[k] ?? 0
        const least = min[k] ?? value
        const most = max[k] ?? value
        held += n
        sum += value * n
        if (least < low) low = least
        if (most > high) high = most
        if (said === 3) uncertain += n
        if (energies) energy += energyOf(value) * n
        if (pass && passes(value, pass)) passed += n
        if (!parts) continue
        const part = Math.floor(((at * minuteMs - from) * sixty) / slotMs)
        if (part < partsInWord) firstParts |= 1 << part
        else lastParts |= 1 << (part - partsInWord)
      }
      if (flags && failed > 0) kept.failed.add(slot, failed)
      if (held === 0) continue
      kept.put(slot, held, sum, low, high)
      if (uncertain > 0) kept.uncertain.add(slot, uncertain)
      if (energies) kept.energies.add(slot, energy)
      if (passed > 0) kept.passed.add(slot, passed)
      if (firstParts !== 0) kept.firstParts.set(slot, kept.firstParts.get(slot) | firstParts)
      if (lastParts !== 0) kept.lastParts.set(slot, kept.lastParts.get(slot) | lastParts)
    }
  }

  /** Counts a reading that does not score: 4 failed, 9 missing. */
  note(at: EpochMs, flag: 4 | 9): void {
    const slot = this.#slotFor(Math.floor(at / this.shape.slotMs))
    this.#totals = undefined
    if (!this.shape.flags || slot < 0) return
    const counts = flag === 4 ? this.#kept.failed : this.#kept.missing
    counts.add(slot, 1)
  }

  /** Says that a late reading changed the slot of `at`. */
  revise(at: EpochMs): void {
    const slot = this.#heldSlot(Math.floor(at / this.shape.slotMs))
    if (!this.shape.flags || slot < 0) return
    this.#totals = undefined
    this.#kept.revised.set(slot, 1)
  }

  /** Flags of the readings of the last `slots` slots up to and with the one that holds `now`. */
  flags(now: EpochMs, slots: number): SlotFlags {
    const { count, uncertain, failed, missing, revised } = this.totals(now, slots)
    return { pass: count - uncertain, suspect: uncertain, fail: failed, missing, revised }
  }

  /** The slot that holds `at`, or undefined when it holds no reading that scores. */
  bucket(at: EpochMs): Bucket | undefined {
    const kept = this.#kept
    const stamp = Math.floor(at / this.shape.slotMs)
    const slot = this.#heldSlot(stamp)
    const count = slot < 0 ? 0 : kept.counts.get(slot)
    if (count === 0) return undefined
    const { extremes } = this.shape
    return {
      start: stamp * this.shape.slotMs,
      count,
      sum: kept.value(kept.sums.get(slot)),
      min: extremes ? kept.value(count === 1 ? kept.sums.get(slot) : kept.mins.get(slot)) : Number.NaN,
      max: extremes ? kept.value(count === 1 ? kept.sums.get(slot) : kept.maxs.get(slot)) : Number.NaN,
      energy: kept.energies.get(slot),
      passed: kept.passed.get(slot),
      uncertain: kept.uncertain.get(slot),
      parts: bits(kept.firstParts.get(slot)) + bits(kept.lastParts.get(slot)),
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
    const known = this.#totals
    if (known?.newest === newest && known.asked === asked) return known
    this.#totals = {
      ...this.#taken(Math.max(newest - asked, this.#newest - this.shape.slots) + 1, newest),
      newest,
      asked,
    }
    return this.#totals
  }

  /** Slots of stamps `first`..`last` taken together; those after the newest hold nothing. */
  #taken(first: number, last: number): Totals {
    const kept = this.#kept
    const { slots, extremes } = this.shape
    let held = 0
    let count = 0
    let sum = 0
    let min = Number.POSITIVE_INFINITY
    let max = Number.NEGATIVE_INFINITY
    let uncertain = 0
    let failed = 0
    let missing = 0
    let revised = 0
    // One stretch of slots, or two where the ring begins again at its first.
    for (let stamp = first; stamp <= Math.min(last, this.#newest); ) {
      const from = this.#first + (stamp % slots)
      const to = Math.min(this.#first + slots, from + Math.min(last, this.#newest) - stamp + 1)
      stamp += to - from
      uncertain += kept.uncertain.sum(from, to)
      failed += kept.failed.sum(from, to)
      missing += kept.missing.sum(from, to)
      revised += kept.revised.sum(from, to)
      for (let slot = from; slot < to; slot++) {
        const inSlot = kept.counts.get(slot)
        if (inSlot === 0) continue
        const own = kept.sums.get(slot)
        held++
        count += inSlot
        sum += own
        if (!extremes) continue
        min = Math.min(min, inSlot === 1 ? own : kept.mins.get(slot))
        max = Math.max(max, inSlot === 1 ? own : kept.maxs.get(slot))
      }
    }
    const ends = extremes ? { min: kept.value(min), max: kept.value(max) } : { min: Number.NaN, max: Number.NaN }
    return { slots: held, count, sum: kept.value(sum), ...ends, uncertain, failed, missing, revised }
  }

  /** Writes all slots that hold anything. */
  save(out: Recorder): void {
    const kept = this.#kept
    const { slots } = this.shape
    const held: number[] = []
    for (let stamp = Math.max(0, this.#newest - slots + 1); stamp <= this.#newest; stamp++) {
      const slot = this.#heldSlot(stamp)
      if (kept.counts.get(slot) + kept.failed.get(slot) + kept.missing.get(slot) > 0) held.push(stamp)
    }
    out.whole(this.#newest + 1)
    out.whole(held.length)
    for (const stamp of held) {
      out.whole(this.#newest - stamp)
      saveSlot(out, kept, this.#heldSlot(stamp))
    }
  }

  /** Takes over what `save` of a ring of the same shape wrote. */
  load(from: Playback): void {
    this.#totals = undefined
    const newest = from.whole() - 1
    if (newest >= 0) this.#slotFor(newest)
    for (let left = from.whole(); left > 0; left--) {
      const slot = this.#slotFor(newest - from.whole())
      // Older than the ring: torn, and whoever reads the rest finds out.
      if (slot < 0) throw new RangeError('a slot older than its ring')
      loadSlot(from, this.#kept, slot)
    }
  }

  /** The slot that holds `stamp`, or -1 where it has been given up or has not come. */
  #heldSlot(stamp: number): number {
    const { slots } = this.shape
    return stamp > this.#newest - slots && stamp <= this.#newest ? this.#first + (stamp % slots) : -1
  }

  /** The slot of `stamp`; a new one clears those passed over since the newest. -1: later ones have taken its place. */
  #slotFor(stamp: number): number {
    const { slots } = this.shape
    if (stamp <= this.#newest - slots) return -1
    if (stamp > this.#newest) {
      this.#clear(Math.max(this.#newest, stamp - slots) + 1, stamp)
      this.#newest = stamp
    }
    return this.#first + (stamp % slots)
  }

  /** Empties the slots of stamps `first`..`last`, at most a whole ring: one stretch, or two where it begins again at its first slot. */
  #clear(first: number, last: number): void {
    const { slots } = this.shape
    const [from, to] = [this.#first + (first % slots), this.#first + (last % slots) + 1]
    if (from < to) this.#kept.clear(from, to)
    else {
      this.#kept.clear(from, this.#first + slots)
      this.#kept.clear(this.#first, to)
    }
  }

  #mark(slot: number, part: number): void {
    const word = part < partsInWord ? this.#kept.firstParts : this.#kept.lastParts
    word.set(slot, word.get(slot) | (1 << (part % partsInWord)))
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
