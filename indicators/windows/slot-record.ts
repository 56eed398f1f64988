import type { Playback, Recorder } from './record.ts'
import type { Slots } from './slots.ts'

/** Writes what a slot holds. */
export function saveSlot(out: Recorder, kept: Slots, slot: number): void {
  const { extremes, energy, pass, parts } = kept.shape
  const count = kept.counts.get(slot)
  const flags = [kept.uncertain, kept.failed, kept.missing, kept.revised].map((column) => column.get(slot))
  const flagged = flags.some((flag) => flag !== 0)
  // Nearly every slot of nearly every series: one reading, nothing to say of it.
  out.whole(2 * count + (flagged ? 1 : 0))
  if (flagged) for (const flag of flags) out.whole(flag)
  if (count === 0) return
  out.number(kept.value(kept.sums.get(slot)))
  if (extremes && count > 1) {
    out.number(kept.value(kept.mins.get(slot)))
    out.number(kept.value(kept.maxs.get(slot)))
  }
  if (energy) out.number(kept.energies.get(slot))
  if (pass) out.whole(kept.passed.get(slot))
  if (!parts) return
  out.whole(kept.firstParts.get(slot))
  out.whole(kept.lastParts.get(slot))
}

/** Fills an empty slot with what `saveSlot` wrote of one of the same shape. */
export function loadSlot(from: Playback, kept: Slots, slot: number): void {
  const { extremes, energy, pass, parts } = kept.shape
  const said = from.whole()
  const count = Math.floor(said / 2)
  if (said % 2 === 1) {
    kept.uncertain.set(slot, from.whole())
    kept.failed.set(slot, from.whole())
    kept.missing.set(slot, from.whole())
    kept.revised.set(slot, from.whole())
  }
  if (count === 0) return
  const sum = from.number()
  if (count === 1) kept.putOne(slot, sum)
  else if (extremes) kept.put(slot, count, sum, from.number(), from.number())
  else kept.put(slot, count, sum, Number.NaN, Number.NaN)
  if (energy) kept.energies.set(slot, from.number())
  if (pass) kept.passed.set(slot, from.whole())
  if (!parts) return
  kept.firstParts.set(slot, from.whole())
  kept.lastParts.set(slot, from.whole())
}
