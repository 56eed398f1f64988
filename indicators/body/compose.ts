import type { Headline } from '@civitals/contracts/body'

/** One indicator as its system sees it. */
export interface Part {
  readonly id: string
  readonly weight: number
  readonly vital: boolean
  /** Present valid score, or null. */
  readonly score: number | null
  /** Score a gap is held at; null when there is none. Only looked at without a score. */
  readonly held: number | null
  /** Newest valid score ever, for the time after the hold; null when there is none. */
  readonly last: number | null
  /** Share of its weight a held indicator counts for in the coverage, 0..1. */
  readonly credit: number
  /** How far its value may be trusted, 0..1. */
  readonly confidence: number
}

/** A system composed of its indicators. */
export interface Composed {
  /** null: too little data, grade N. */
  readonly score: number | null
  /** What stands for the system in the city when it is N itself. */
  readonly fallback: number
  readonly low: number
  readonly high: number
  readonly coverage: number
  readonly lowConfidence: boolean
  readonly confidence: number
  readonly headline: Headline
  /** Set when a vital sign lowers the score. */
  readonly cap: { readonly score: number; readonly indicator: string } | undefined
}

/** Score that stands for what was never known or is unknown for too long. */
export const unknownScore = 50

/** What stands for a gap: its last valid score during the hold; after it 50, or that score where it was lower still. */
export const gapOf = ({ held, last }: Pick<Part, 'held' | 'last'>): number =>
  held ?? Math.min(unknownScore, last ?? unknownScore)

/** How far a system may lie above its worst vital sign [reference 5.2 rule 3]. */
export const vitalMargin = 20
const knownFrom = 0.5
const confidentFrom = 0.8

interface Weighted {
  readonly weight: number
  readonly score: number
}

/** Weighted geometric mean with scores below 1 taken as 1 [reference 5.2 rule 2]; never above 100 by rounding. NaN of nothing. */
export function geometricMean(parts: readonly Weighted[]): number {
  let [logs, weights] = [0, 0]
  for (const { weight, score } of parts) {
    logs += weight * Math.log(Math.max(score, 1))
    weights += weight
  }
  return Math.min(100, Math.exp(logs / weights))
}

/** Weighted arithmetic mean; for comparison only. */
export function arithmeticMean(parts: readonly Weighted[]): number {
  const weights = parts.reduce((sum, { weight }) => sum + weight, 0)
  return parts.reduce((sum, { weight, score }) => sum + weight * score, 0) / weights
}

/** Every part with a score, gaps filled with `filled`. */
const withGaps = (parts: readonly Part[], filled: (part: Part) => number) =>
  parts.map((part) => ({ ...part, score: part.score ?? filled(part) }))

/** Score of the parts under the vital cap, and the cap where it binds. */
function capped(parts: readonly (Weighted & Pick<Part, 'id' | 'vital'>)[], mean: number) {
  const worst = parts
    .filter(({ vital }) => vital)
    .reduce<(typeof parts)[number] | undefined>((low, part) => (!low || part.score < low.score ? part : low), undefined)
  const limit = worst ? worst.score + vitalMargin : Number.POSITIVE_INFINITY
  return {
    score: Math.min(mean, limit),
    cap: worst && limit < mean ? { score: limit, indicator: worst.id } : undefined,
  }
}

/**
 * One system from its indicators [reference 5.2 rules 2 to 6; platform convention]. Missing data never improve the score: the
 * headline is the smaller of what the valid indicators give and what all give with gaps held at their last valid score or, where
 * there is none, at 50 or what they were last known to be below it. The interval takes every gap at 1 and at 100.
 */
export function composeSystem(parts: readonly Part[]): Composed {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0)
  const valid = parts.flatMap((part) => (part.score === null ? [] : [{ ...part, score: part.score }]))
  const filled = withGaps(parts, gapOf)
  const renormalised = valid.length > 0 ? geometricMean(valid) : null
  const mean = Math.min(renormalised ?? 100, geometricMean(filled))
  const { score, cap } = capped(filled, mean)
  const at = (gap: number): number => {
    const assumed = withGaps(parts, () => gap)
    return capped(assumed, geometricMean(assumed)).score
  }
  const [low, high] = [Math.min(score, at(1)), Math.max(score, at(100))]
  const covered = parts.reduce((sum, { weight, score: own, credit }) => sum + weight * (own === null ? credit : 1), 0)
  const coverage = total === 0 ? 0 : Math.min(1, covered / total)
  // What remains may be so bad that nothing missing could mend it [reference 0, decision 5].
  const known = coverage >= knownFrom - 1e-9 || high < 50
  return {
    score: known ? score : null,
    fallback: score,
    low,
    high,
    coverage,
    lowConfidence: coverage < confidentFrom - 1e-9,
    confidence: total === 0 ? 0 : parts.reduce((sum, { weight, confidence }) => sum + weight * confidence, 0) / total,
    headline: headlineOf(parts, renormalised, geometricMean(filled)),
    cap,
  }
}

function headlineOf(parts: readonly Part[], renormalised: number | null, filled: number): Headline {
  const gaps = parts.filter(({ score }) => score === null)
  const held = gaps.filter((gap) => gap.held !== null).map(({ id }) => id)
  const assumed = gaps.filter((gap) => gap.held === null).map(({ id }) => id)
  return { basis: basisOf(held, assumed), renormalised, filled, held, assumed }
}

/** What a headline with these gaps rests on. */
export const basisOf = (held: readonly string[], assumed: readonly string[]): Headline['basis'] =>
  assumed.length > 0 ? 'assumed' : held.length > 0 ? 'held' : 'measured'
