import { isDeepStrictEqual } from 'node:util'
import type { BodyResult } from '@civitals/contracts/body'
import type { EpochMs } from '@civitals/contracts/clock'
import type { RegistryView } from '@civitals/contracts/registry'
import { historyWeeks } from '../baseline/hour-history.ts'
import { evaluateScope } from '../body/evaluate.ts'
import { type Scope, scopeOf } from '../body/scope.ts'
import { type Catalogue, effectiveOn } from '../catalogue.ts'
import type { SystemDocument } from '../definition.ts'
import type { Once } from '../measures/evidence.ts'
import { Memory } from '../scoring/memory.ts'
import { Counts } from '../windows/counts.ts'
import { type LocalTime, localTimeOf } from '../windows/local-time.ts'
import { planWindows, type WindowPlan } from '../windows/plan.ts'
import { Windows } from '../windows/windows.ts'
import type { MinuteColumns, MinuteSource } from './minutes.ts'

/** What is computed again: a stretch of history by one or more sets of definitions. */
export interface ReplayPlan {
  readonly registry: RegistryView
  readonly sides: readonly { readonly name: string; readonly catalogue: Catalogue }[]
  readonly from: EpochMs
  readonly to: EpochMs
  /** Event time between two evaluations; whole minutes. */
  readonly everyMs: number
  /** Hourly counts of complaints, oldest first. */
  readonly complaints: readonly { readonly hour: EpochMs; readonly count: number }[]
}

/** One evaluation of one side. */
export interface ReplayStep {
  readonly side: string
  readonly at: EpochMs
  readonly body: BodyResult
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
/** Minutes of all series held at once: 14 bytes each, so about 250 MB. */
const mostMinutes = 18_000_000
/** History before the first evaluation: the longest window. */
const leadMs = 26 * hourMs

interface Series {
  readonly terminal: string
  readonly point: string
  /** Every minute matters: it goes into hours as well. */
  readonly whole: boolean
  readonly week: boolean
  /** Newest minutes that matter before an evaluation. */
  readonly minutes: number
}

/**
 * Computes the city again over a stretch of stored minutes, side by side, each day by the definitions a side has in force on it.
 * Windows are fed minute means, so that energy means and pass rates are those of minutes, not of single readings. Sides that read the same share their windows.
 */
export async function* replay(plan: ReplayPlan, source: MinuteSource): AsyncGenerator<ReplayStep> {
  const local = localTimeOf(plan.registry.city.timeZone)
  const counts = new Counts()
  const sides = sidesOf(plan, local)
  const series = seriesOf(
    plan.registry,
    sides.map(({ windowPlan }) => windowPlan),
  )
  const chunkMs = Math.max(1, Math.min(30, Math.floor(mostMinutes / Math.max(1, series.length * 1440)))) * dayMs
  await seedWeeks(sides, series, source, plan.from)
  let next = plan.from
  let complaint = 0
  for (let from = plan.from - leadMs; from < plan.to; from += chunkMs) {
    const to = Math.min(plan.to, from + chunkMs)
    const cursors = await load(series, source, from, to)
    for (; next <= to && next <= plan.to; next += plan.everyMs) {
      for (; (plan.complaints[complaint]?.hour ?? Number.POSITIVE_INFINITY) < next; complaint++) {
        const row = plan.complaints[complaint]
        if (row) counts.set(row.hour, row.count)
      }
      for (const windows of new Set(sides.map((side) => side.windows))) feed(windows, cursors, next)
      for (const cursor of cursors) cursor.begin = cursor.end
      const once = new Map([...new Set(sides.map((side) => side.windows))].map((windows) => [windows, onceOf()]))
      for (const side of sides) {
        yield { side: side.name, at: next, body: side.evaluate(next, counts, once.get(side.windows) ?? onceOf()) }
      }
    }
    for (const windows of new Set(sides.map((side) => side.windows))) feed(windows, cursors, to)
  }
}

/** Eight weeks by the hour before the stretch, for baselines. */
async function seedWeeks(
  sides: readonly Side[],
  series: readonly Series[],
  source: MinuteSource,
  from: EpochMs,
): Promise<void> {
  for (const { terminal, point } of series.filter(({ week }) => week)) {
    const query = { terminal, point, from: from - historyWeeks * 7 * dayMs, to: from - leadMs, everyMs: hourMs }
    const { minute, mean, count } = await source(query)
    for (const windows of new Set(sides.map((side) => side.windows))) {
      const week = windows.of(terminal)?.series.get(point)?.week
      for (let k = 0; k < minute.length; k++) week?.add((minute[k] ?? 0) * minuteMs, mean[k] ?? 0, count[k] ?? 1)
    }
  }
}

interface Cursor {
  readonly series: Series
  readonly columns: MinuteColumns
  begin: number
  end: number
}

async function load(series: readonly Series[], source: MinuteSource, from: EpochMs, to: EpochMs): Promise<Cursor[]> {
  const cursors: Cursor[] = []
  for (const one of series) {
    const columns = await source({ terminal: one.terminal, point: one.point, from, to })
    cursors.push({ series: one, columns, begin: 0, end: 0 })
  }
  return cursors
}

/** Feeds every minute before `until` that has not been fed. Minutes nothing looks back on are passed over. */
function feed(windows: Windows, cursors: readonly Cursor[], until: EpochMs): void {
  const last = until / minuteMs
  // One for all buckets: tens of millions of them pass here (measured: a third of the time went into collecting them).
  const folded = { count: 1, min: 0, max: 0 }
  for (const cursor of cursors) {
    const { series, columns } = cursor
    const watched = windows.of(series.terminal)
    const window = watched?.series.get(series.point)
    const { minute, mean, min, max, count } = columns
    let k = cursor.begin
    for (; k < minute.length && (minute[k] ?? 0) < last; k++) {
      const at = (minute[k] ?? 0) * minuteMs
      // The first of a stretch tells the windows since when the platform has been fed.
      if (k === cursor.begin) windows.attend(series.terminal, at, 'good', count[k] ?? 1)
      else watched?.watch.add(at, 'good', count[k] ?? 1)
      if (!series.whole && (minute[k] ?? 0) < last - series.minutes - 2) continue
      folded.count = count[k] ?? 1
      folded.min = min[k] ?? 0
      folded.max = max[k] ?? 0
      window?.add(at, mean[k] ?? 0, false, folded)
    }
    cursor.end = k
  }
}

/** Sides that read the same windows at one instant measure the same things once. */
function onceOf(): Once {
  const found = new Map<string, unknown>()
  return <T>(key: string, find: () => T): T => {
    if (!found.has(key)) found.set(key, find())
    return found.get(key) as T
  }
}

interface Side {
  readonly name: string
  readonly windowPlan: WindowPlan
  readonly windows: Windows
  evaluate(now: EpochMs, counts: Counts, once: Once): BodyResult
}

/** Documents of every day of the stretch on which something changes. */
const documentsOf = (catalogue: Catalogue, days: readonly string[]): SystemDocument[] =>
  days.flatMap((day) => effectiveOn(catalogue, day))

function sidesOf(plan: ReplayPlan, local: LocalTime): Side[] {
  const days: string[] = []
  for (let at = plan.from; at <= plan.to; at += dayMs) days.push(local(at).day)
  const found: Side[] = []
  for (const { name, catalogue } of plan.sides) {
    const windowPlan = planWindows(documentsOf(catalogue, days).flatMap(({ inForce }) => inForce))
    const same = found.find((side) => isDeepStrictEqual(side.windowPlan, windowPlan))
    const windows = same?.windows ?? new Windows(windowPlan, plan.registry, local)
    found.push({ name, windowPlan, windows, evaluate: evaluator(plan.registry, catalogue, windows, local) })
  }
  return found
}

function evaluator(registry: RegistryView, catalogue: Catalogue, windows: Windows, local: LocalTime): Side['evaluate'] {
  const memory = new Memory()
  let scoped: { readonly day: string; readonly scope: Scope } | undefined
  return (now, counts, once) => {
    const { day } = local(now)
    if (scoped?.day !== day) {
      const scope = scopeOf(registry.city.id, registry.terminals(), effectiveOn(catalogue, day), windows, true)
      scoped = { day, scope: { ...scope, trial: [] } }
    }
    return evaluateScope(scoped.scope, now, { windows, counts, local, once }, memory)
  }
}

/** Every series that a side reads, once, with what must be fed of it; of other terminals one point, for their attendance. */
function seriesOf(registry: RegistryView, plans: readonly WindowPlan[]): Series[] {
  return registry.terminals().flatMap((terminal) => {
    const read = terminal.points.flatMap(({ id: point }) => {
      const needs = plans.flatMap((plan) => plan.get(terminal.kind)?.get(point) ?? [])
      if (needs.length === 0) return []
      const whole = needs.some(({ hours, week }) => hours > 0 || week)
      const week = needs.some((need) => need.week)
      return [{ terminal: terminal.id, point, whole, week, minutes: Math.max(...needs.map(({ minutes }) => minutes)) }]
    })
    const [first] = terminal.points
    if (read.length > 0 || !first) return read
    return [{ terminal: terminal.id, point: first.id, whole: false, week: false, minutes: 0 }]
  })
}
