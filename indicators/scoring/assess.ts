import type { BodySystem, IndicatorResult } from '@civitals/contracts/body'
import { gradeOf } from '@civitals/contracts/grade'
import type { Definition } from '../definition.ts'
import { forecastOf } from '../forecast/threshold.ts'
import { normalBand, scoreOf } from '../formulas/score.ts'
import {
  type Evidence,
  type MeasureContext,
  noEvidence,
  type Once,
  type Reason,
  reasons,
  type SiteInput,
} from '../measures/evidence.ts'
import { measures } from '../measures/measures.ts'
import { isConvention, sourceWords } from '../source.ts'
import type { SlotFlags } from '../windows/ring-shape.ts'
import { confidenceOf, passedShare } from './confidence.ts'
import type { LastValid, Memory } from './memory.ts'
import { withSilentSites } from './silence.ts'

/** An indicator of one area, scored, with what composition needs beside the published result. */
export interface Assessed {
  readonly result: IndicatorResult
  /** Score a gap is held at; null when valid, never known, or known too long ago. */
  readonly held: number | null
  /** Newest valid score before a gap, however old; null when valid or never known. */
  readonly last: number | null
  /** Credit a held indicator gets in the coverage: 1 when fresh, 0.5 at the end of its hold; 0 for vital signs. */
  readonly credit: number
}

const everyTime: Once = (_, find) => find()

const keys = new WeakMap<Definition, string>()

/** Everything of a definition that its measured value rests on; weights, source and dates are not. */
function measuredBy(definition: Definition): string {
  const known = keys.get(definition)
  if (known !== undefined) return known
  const { formula, inputs, windowMinutes, spatial, minimum, parameters, anchors } = definition
  const key = JSON.stringify([formula, inputs, windowMinutes, spatial, minimum, parameters, anchors])
  keys.set(definition, key)
  return key
}

/** Computes and scores one indicator, and remembers it when it is valid. */
export function assess(system: BodySystem, area: string, context: MeasureContext, memory: Memory): Assessed {
  const { definition, now } = context
  const once = context.once ?? everyTime
  const key = measuredBy(definition)
  const measured = once(`value ${key}`, () => measures[definition.formula]?.(context) ?? noEvidence('too-little-data'))
  const { evidence, siteHeld } = withSilentSites(measured, context, memory.sites)
  const score = scoreOf(evidence.value, definition.anchors)
  const { valid, reason } = judged(evidence, score, context)
  const before = memory.indicators.get(definition.id)
  if (valid && score !== null && evidence.value !== null) {
    memory.indicators.set(definition.id, { at: now, score, value: evidence.value })
  }
  const held = valid ? undefined : holdable(before, context)
  const credit = held && !definition.vital ? creditOf(held, context) : 0
  // A site on the rise is said aloud even where too few others report.
  const forecast = forecastOf(context, evidence)
  const value = valid ? evidence.value : (before?.value ?? null)
  const result: IndicatorResult = {
    ...staticPart(system, area, context),
    value,
    at: valid ? evidence.at : (before?.at ?? null),
    score: valid ? score : null,
    grade: valid ? gradeOf(score) : 'N',
    valid,
    ...reasonPart(
      reason,
      held,
      evidence,
      once(`flags ${key}`, () => flagsOf(context)),
    ),
    quality: qualityOf(valid, siteHeld, evidence, context, before),
    contribution: null,
    coverage: evidence.coverage,
    confidence: valid
      ? confidenceOf(
          evidence,
          context,
          once(`passed ${key}`, () => passedShare(context)),
        )
      : credit,
    ...(evidence.worst ? { worst: worstPart(evidence.worst) } : {}),
    ...(forecast ? { forecast } : {}),
  }
  return { result, held: held?.score ?? null, last: valid ? null : (before?.score ?? null), credit }
}

const staticPart = (system: BodySystem, area: string, { definition, inputs }: MeasureContext) => ({
  id: definition.id,
  version: String(definition.version),
  system,
  area,
  name: definition.name,
  vital: definition.vital === true,
  unit: definition.unit,
  weight: definition.weight,
  anchors: definition.anchors,
  normal: normalBand(definition.anchors),
  ...extremeOf(definition),
  inputs,
  source: sourceWords(definition.source),
  ...(isConvention(definition.source) ? { convention: true } : {}),
  ...(definition.owner ? { owner: definition.owner } : {}),
})

const extremes: Readonly<Record<string, 'max' | 'min'>> = { 'window-max': 'max', 'window-min': 'min' }

/** Says of a value that it is the extreme of a window, so that nobody takes it for the newest reading. */
function extremeOf({ formula, windowMinutes }: MeasureContext['definition']): Pick<IndicatorResult, 'extremeOf'> {
  const statistic = extremes[formula]
  return statistic && windowMinutes !== undefined ? { extremeOf: { statistic, minutes: windowMinutes } } : {}
}

const worstPart = ({ terminal, site, points }: SiteInput) => ({ terminal, point: points[0]?.point ?? '', site })

/** Whether a value counts; too few sites do not hide what is already serious. */
function judged(
  evidence: Evidence,
  score: number | null,
  { definition, sites }: MeasureContext,
): { readonly valid: boolean; readonly reason: Reason | undefined } {
  if (score === null) return { valid: false, reason: evidence.reason ?? 'too-little-data' }
  const enough = evidence.coverage >= (definition.minimum.sites ?? 0) - 1e-9 || sites.length === 0
  const silent = evidence.reason === 'site-held' || evidence.reason === 'site-lost'
  if (evidence.reason !== 'too-few-sites' && (!silent || enough)) {
    return { valid: true, reason: evidence.reason }
  }
  const hazard = definition.spatial === 'worst' || definition.vital === true
  if (hazard && score < 50) return { valid: true, reason: 'already-bad' }
  return { valid: false, reason: 'too-few-sites' }
}

function holdable(before: LastValid | undefined, { definition, now }: MeasureContext): LastValid | undefined {
  return before && now - before.at <= definition.holdForMinutes * 60_000 ? before : undefined
}

/** Half the confidence at the end of the hold [platform convention, after the decay of the reference 5.2 rule 8]. */
const creditOf = (held: LastValid, { definition, now }: MeasureContext): number =>
  0.5 ** ((now - held.at) / Math.max(1, definition.holdForMinutes * 60_000))

/** Readings of the window by flag, of all inputs together; undefined where it reads no series, or has nothing to say. */
function flagsOf({ sites, now, definition }: MeasureContext): SlotFlags | undefined {
  const total: SlotFlags = { pass: 0, suspect: 0, fail: 0, missing: 0, revised: 0 }
  for (const series of sites.flatMap(({ points }) => points)) {
    const flags = series.flags(now, definition.windowMinutes)
    total.pass += flags.pass
    total.suspect += flags.suspect
    total.fail += flags.fail
    total.missing += flags.missing
    total.revised += flags.revised
  }
  return total.pass + total.suspect + total.fail + total.missing > 0 ? total : undefined
}

function reasonPart(
  reason: Reason | undefined,
  held: LastValid | undefined,
  evidence: Evidence,
  flags: SlotFlags | undefined,
) {
  const why = reason ? { code: reason, ...reasons[reason] } : undefined
  const hold = held ? { score: held.score, since: held.at } : undefined
  const detail = {
    ...evidence.detail,
    ...(flags ? { flags } : {}),
    ...(why ? { why } : {}),
    ...(hold ? { held: hold } : {}),
  }
  return {
    ...(why ? { reason: hold ? `${why.en}; held at ${held?.score.toFixed(1)}` : why.en } : {}),
    ...(Object.keys(detail).length > 0 ? { detail } : {}),
  }
}

function qualityOf(
  valid: boolean,
  siteHeld: boolean,
  evidence: Evidence,
  { definition }: MeasureContext,
  before: LastValid | undefined,
): IndicatorResult['quality'] {
  if (!valid) return before ? 'stale' : 'missing'
  if (siteHeld) return 'stale'
  return evidence.uncertain || definition.indicative ? 'uncertain' : 'good'
}
