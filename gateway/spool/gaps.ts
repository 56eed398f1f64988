import { maxOlderLinks } from '@civitals/contracts/encode-envelope'
import type { Envelope, Gap } from '@civitals/contracts/envelope'

export type PreviousSpool = NonNullable<Envelope['previous']>

/** `previous` as a spool tells it that continues `spool` itself. */
export const linkTo = (spool: Omit<PreviousSpool, 'before'>, previous: PreviousSpool | undefined): PreviousSpool => {
  if (!previous) return spool
  const { before = [], ...newest } = previous
  return { ...spool, before: [newest, ...before].slice(0, maxOlderLinks) }
}

/** Gap records one envelope carries at most; more wait for the next. */
export const maxGapsPerEnvelope = 200

/** Gap records that wait at most; beyond, neighbours are joined although they held different numbers of readings. */
const mostExactGaps = 2000

/**
 * Adds gap records to others; neighbours of the same reason become one when their envelopes held equally many readings: of a range it has
 * settled in part already, the centre can tell then how many are lost. Sorted by spool and seq.
 */
export function mergeGaps(known: readonly Gap[], added: readonly Gap[]): Gap[] {
  const merged: Gap[] = []
  const exact = known.length + added.length <= mostExactGaps
  for (const gap of [...known, ...added].sort(inOrder)) {
    const last = merged.at(-1)
    const follows = last && isAlike(last, gap) && gap.fromSeq === last.toSeq + 1
    if (follows && (!exact || readingsEach(last) === readingsEach(gap))) merged[merged.length - 1] = join(last, gap)
    else merged.push(gap)
  }
  return merged
}

const inOrder = (a: Gap, b: Gap): number =>
  a.spool === b.spool ? a.fromSeq - b.fromSeq : (a.spool ?? '') < (b.spool ?? '') ? -1 : 1

const isAlike = (a: Gap, b: Gap): boolean => a.spool === b.spool && a.reason === b.reason && a.atLeast === b.atLeast

const readingsEach = ({ readings, fromSeq, toSeq }: Gap): number => readings / (toSeq - fromSeq + 1)

const join = (a: Gap, b: Gap): Gap => ({
  ...a,
  toSeq: b.toSeq,
  readings: a.readings + b.readings,
  from: Math.min(a.from, b.from),
  to: Math.max(a.to, b.to),
})

/** Gap records of one spool as they travel in an envelope of another. */
export const namingSpool = (gaps: readonly Gap[], spool: string): Gap[] => gaps.map((gap) => ({ spool, ...gap }))
