import type { Envelope, Gap } from '@civitals/contracts/envelope'

export type PreviousSpool = NonNullable<Envelope['previous']>

/** Gap records one envelope carries at most; more wait for the next. */
export const maxGapsPerEnvelope = 200

/** Adds gap records to others; neighbours of the same reason become one. Sorted by seq. */
export function mergeGaps(known: readonly Gap[], added: readonly Gap[]): Gap[] {
  const merged: Gap[] = []
  for (const gap of [...known, ...added].sort((a, b) => a.fromSeq - b.fromSeq)) {
    const last = merged.at(-1)
    if (last && last.reason === gap.reason && gap.fromSeq === last.toSeq + 1)
      merged[merged.length - 1] = join(last, gap)
    else merged.push(gap)
  }
  return merged
}

const join = (a: Gap, b: Gap): Gap => ({
  fromSeq: a.fromSeq,
  toSeq: b.toSeq,
  readings: a.readings + b.readings,
  from: Math.min(a.from, b.from),
  to: Math.max(a.to, b.to),
  reason: a.reason,
})
