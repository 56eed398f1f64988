import type { BodyResult, IndicatorResult, SystemResult } from '@civitals/contracts/body'
import type { ExplainedInput, Explanation } from '@civitals/contracts/explanation'
import { gradeOf } from '@civitals/contracts/grade'
import { geometricMean } from '../body/compose.ts'
import type { Definition } from '../definition.ts'
import { anchorScores } from '../formulas/score.ts'
import type { SiteInput, SiteValue } from '../measures/evidence.ts'
import { formulaNotes } from '../measures/formula-notes.ts'
import { isConvention, sourceWords } from '../source.ts'
import register from '../standards/register.json' with { type: 'json' }
import type { SeriesWindow } from '../windows/series-window.ts'

/** One indicator computed with the sites behind it. */
export interface Computed {
  readonly definition: Definition
  readonly result: IndicatorResult
  readonly sites: readonly SiteInput[]
  /** What the sites counted with. */
  readonly values: readonly SiteValue[]
}

/** Puts an explanation together from the indicator now, its system, and the indicator a day earlier. Pure. */
export function explain(
  now: Computed & { readonly system: SystemResult; readonly at: number; readonly recomputed: boolean },
  before: (Computed & { readonly at: number }) | undefined,
): Explanation {
  const { definition, result, system, at } = now
  const inputs = inputsOf(now, before, at)
  return {
    indicator: result,
    area: result.area,
    at,
    recomputed: now.recomputed,
    formula: formulaOf(definition),
    definition: definitionOf(definition),
    window: windowOf(definition, at),
    inputs,
    between: betweenOf(result),
    system: systemOf(system, result),
    since: {
      at: before?.at ?? at - dayMs,
      value: before?.result.valid ? before.result.value : null,
      score: before?.result.score ?? null,
      grade: gradeOf(before?.result.score ?? null),
      version: before?.definition.version ?? definition.version,
      moved: movedMost(inputs),
    },
  }
}

const dayMs = 86_400_000
const minuteMs = 60_000

const formulaOf = ({ formula, spatial }: Definition): Explanation['formula'] => ({
  name: formula,
  spatial,
  ...(formulaNotes[formula] ?? { version: 1, says: { zh: formula, en: formula } }),
})

const definitionOf = (definition: Definition): Explanation['definition'] => ({
  version: definition.version,
  state: definition.state,
  validFrom: definition.validFrom,
  validTo: definition.validTo ?? null,
  owner: definition.owner ?? null,
  source: sourceWords(definition.source),
  convention: isConvention(definition.source),
  standards: (definition.standards ?? []).flatMap((id) => register.standards.filter((standard) => standard.id === id)),
})

const windowOf = (definition: Definition, at: number): Explanation['window'] => ({
  from: at - definition.windowMinutes * minuteMs,
  to: at,
  minutes: definition.windowMinutes,
  minimum: Object.fromEntries(Object.entries(definition.minimum)),
  holdForMinutes: definition.holdForMinutes,
})

/** The anchors on either side of the value. */
function betweenOf({ value, score, anchors }: IndicatorResult): Explanation['between'] {
  if (value === null || score === null) return null
  const rising = (anchors[5] ?? 0) > (anchors[0] ?? 0)
  for (let k = 1; k < anchors.length; k++) {
    const [a, b] = [anchors[k - 1] ?? 0, anchors[k] ?? 0]
    if (rising ? value < a || value > b : value > a || value < b) continue
    return [
      { value: a, score: anchorScores[k - 1] ?? 0 },
      { value: b, score: anchorScores[k] ?? 0 },
    ]
  }
  return null
}

function systemOf(system: SystemResult, result: IndicatorResult): Explanation['system'] {
  const scored = system.indicators.filter((one): one is IndicatorResult & { score: number } => one.score !== null)
  const best = scored.map(({ id, weight, score }) => ({ weight, score: id === result.id ? 100 : score }))
  return {
    id: system.id,
    score: system.score,
    grade: system.grade,
    weight: system.weight,
    without: best.length === 0 || result.score === null ? null : geometricMean(best),
    members: system.indicators.map(({ id, name, score, grade, weight, contribution }) => ({
      id,
      name,
      score,
      grade,
      weight,
      contribution,
    })),
  }
}

function inputsOf(now: Computed, before: Computed | undefined, at: number): ExplainedInput[] {
  const silent = new Set(silentOf(now.result))
  const earlier = new Map((before?.values ?? []).map((site) => [keyOf(site), site.value]))
  const present = new Map(now.values.map((site) => [keyOf(site), site.value]))
  return now.sites.flatMap(({ terminal, site, points, watch }) => {
    const part = watch?.delivered(at - 60 * minuteMs, at)
    return points.map((series, place) => {
      // A site of several points has one value; it stands with its first.
      const key = present.has(`${terminal}/${series.point}`) || earlier.has(`${terminal}/${series.point}`)
      const name = key ? `${terminal}/${series.point}` : place === 0 ? `${terminal}/` : ''
      return {
        terminal,
        point: series.point,
        site,
        value: present.get(name) ?? null,
        newest: series.lastAt,
        ...countsOf(series, now.definition, at),
        failed: (part?.received ?? 0) - (part?.good ?? 0),
        silent: silent.has(terminal),
        before: earlier.get(name) ?? null,
      }
    })
  })
}

const keyOf = ({ input, part }: SiteValue): string => `${input.terminal}/${part ?? ''}`

function silentOf({ detail }: IndicatorResult): string[] {
  const silent = detail?.silent
  return Array.isArray(silent) ? silent.map((one: { terminal?: unknown }) => String(one.terminal)) : []
}

/** Readings and coverage of the window: minute by minute where those are kept, else hour by hour. */
function countsOf(series: SeriesWindow, { windowMinutes }: Definition, at: number) {
  const hourly = series.hours && windowMinutes > series.minutes.shape.slots
  const hours = Math.ceil(windowMinutes / 60)
  const buckets = hourly ? (series.hours?.last(at, hours) ?? []) : series.recent(at, windowMinutes)
  const readings = buckets.reduce((sum, { count }) => sum + count, 0)
  const held = hourly ? buckets.reduce((sum, one) => sum + series.hourCoverage(one), 0) : buckets.length
  const owed = hourly ? hours : series.expectedSlots(windowMinutes)
  return {
    readings,
    uncertain: buckets.reduce((sum, { uncertain }) => sum + uncertain, 0),
    coverage: Math.min(1, held / owed),
    flags: series.flags(at, windowMinutes),
  }
}

/** Terminals whose value changed most since the day before. */
function movedMost(inputs: readonly ExplainedInput[]): string[] {
  return inputs
    .flatMap(({ terminal, value, before }) =>
      value === null || before === null || value === before ? [] : [{ terminal, by: Math.abs(value - before) }],
    )
    .sort((a, b) => b.by - a.by)
    .slice(0, 5)
    .map(({ terminal }) => terminal)
}

/** The system of an indicator in a body. */
export const systemIn = (body: BodyResult | undefined, id: string): SystemResult | undefined =>
  body?.systems.find(({ indicators }) => indicators.some((one) => one.id === id))
