import { isDeepStrictEqual } from 'node:util'
import type { BodyResult } from '@civitals/contracts/body'
import type { EpochMs } from '@civitals/contracts/clock'
import { seriesId } from '@civitals/contracts/ids'
import type { RegistryView } from '@civitals/contracts/registry'
import type { BucketColumns } from '@civitals/storage/series'
import { historyWeeks } from '../baseline/hour-history.ts'
import { evaluateScope, type Grounds } from '../body/evaluate.ts'
import { type Scope, scopeOf } from '../body/scope.ts'
import { type Catalogue, effectiveOn } from '../catalogue.ts'
import type { SystemDocument } from '../definition.ts'
import type { MeasureContext, Once } from '../measures/evidence.ts'
import type { QualityLimits } from '../quality/limits.ts'
import { Memory } from '../scoring/memory.ts'
import { Counts } from '../windows/counts.ts'
import { type LocalTime, localTimeOf } from '../windows/local-time.ts'
import { planWindows, type WindowPlan } from '../windows/plan.ts'
import { Windows } from '../windows/windows.ts'
import { JudgedMinutes } from './judged-minutes.ts'
import type { MinuteSource } from './minutes.ts'

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
  /** Limits of quality control; without them only what the terminals said of themselves counts. */
  readonly limits?: QualityLimits
  /** What was found of the time from observation to settlement, in seconds, oldest first. */
  readonly latency?: readonly { readonly at: EpochMs; readonly value: number }[]
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
/** Minutes of all series held at once, and as many being read: 20 bytes each, so about 120 MB. */
const mostMinutes = 6_000_000
/** History before the first evaluation: the longest window. */
const leadMs = 26 * hourMs

interface Series {
  readonly terminal: string
  readonly point: string
  readonly week: boolean
  readonly judged: JudgedMinutes
}

/**
 * Computes the city again over a stretch of stored minutes, side by side, each day by the definitions a side has in force on it.
 * Windows are fed judged minutes, so that energy means and pass rates are those of minutes, not of single readings. Sides that read
 * the same share their windows. The next stretch is read while one is computed.
 */
export async function* replay(plan: ReplayPlan, source: MinuteSource): AsyncGenerator<ReplayStep> {
  const registry = byTheMinute(plan.registry)
  const local = localTimeOf(registry.city.timeZone)
  const counts = new Counts()
  const sides = sidesOf(plan, registry, local)
  const all = [...new Set(sides.map(({ windows }) => windows))]
  const plans = sides.map(({ windowPlan }) => windowPlan)
  const series = seriesOf(registry, plans, plan.limits ?? {})
  await seedWeeks(all, series, source, plan.from)
  const stretches = stretchesOf(plan, series.length)
  const read = (at: number) => readStretch(series, source, stretches[at])
  let [next, complaint] = [plan.from, 0]
  let coming = read(0)
  for (const [at, { to }] of stretches.entries()) {
    push(series, await coming)
    coming = read(at + 1)
    // Whoever waits for it hears of it; until then nobody does.
    coming.catch(() => undefined)
    for (; next <= to; next += plan.everyMs) {
      for (; (plan.complaints[complaint]?.hour ?? Number.POSITIVE_INFINITY) < next; complaint++) {
        const row = plan.complaints[complaint]
        if (row) counts.set(row.hour, row.count)
      }
      feed(all, series, next)
      const once = new Map(all.map((windows) => [windows, onceOf()]))
      const delays = delaysAt(plan.latency ?? [], next)
      for (const side of sides) {
        const grounds = { counts, delays, once: once.get(side.windows) ?? onceOf() }
        yield { side: side.name, at: next, body: side.evaluate(next, grounds) }
      }
    }
    feed(all, series, to)
  }
}

/** A terminal that reports more often is seen once a minute here. */
function byTheMinute(registry: RegistryView): RegistryView {
  const terminals = registry
    .terminals()
    .map((one) => ({ ...one, reportEveryMs: Math.max(minuteMs, one.reportEveryMs) }))
  const byId = new Map(terminals.map((one) => [one.id, one]))
  return {
    city: registry.city,
    areas: () => registry.areas(),
    sites: () => registry.sites(),
    gateways: () => registry.gateways(),
    terminals: () => terminals,
    area: (id) => registry.area(id),
    point: (terminal, point) => registry.point(terminal, point),
    site: (id) => registry.site(id),
    gateway: (id) => registry.gateway(id),
    terminal: (id) => byId.get(id),
  }
}

interface Part {
  readonly from: EpochMs
  readonly to: EpochMs
}

/** Whole days as a store keeps them, or parts of them where there are very many series. */
function stretchesOf({ from, to }: ReplayPlan, series: number): Part[] {
  const hours = Math.max(1, Math.min(24, Math.floor(mostMinutes / Math.max(1, series * 60))))
  const longest = hours * hourMs
  const found: Part[] = []
  for (let at = Math.floor((from - leadMs) / minuteMs) * minuteMs; at < to; at = found.at(-1)?.to ?? to) {
    const endOfDay = (Math.floor(at / dayMs) + 1) * dayMs
    found.push({ from: at, to: Math.min(to, endOfDay, (Math.floor(at / longest) + 1) * longest) })
  }
  return found
}

async function readStretch(series: readonly Series[], source: MinuteSource, stretch: Part | undefined) {
  const names = series.map(({ terminal, point }) => ({ terminal, point }))
  return stretch ? await Array.fromAsync(source({ series: names, ...stretch, everyMs: minuteMs })) : []
}

/** What each series of the columns is to the replay. */
function push(series: readonly Series[], columns: readonly BucketColumns[]): void {
  const byName = new Map(series.map((one) => [seriesId(one.terminal, one.point), one]))
  for (const one of columns) {
    for (const [k, { terminal, point }] of one.series.entries()) {
      byName.get(seriesId(terminal, point))?.judged.push(one, one.starts[k] ?? 0, one.starts[k + 1] ?? 0)
    }
  }
}

function feed(all: readonly Windows[], series: readonly Series[], until: EpochMs): void {
  for (const { terminal, point, judged } of series) {
    judged.feed(until, (run, begin, end) => {
      for (const windows of all) windows.addMinutes(terminal, point, run, begin, end)
    })
  }
}

/** Eight weeks by the hour before the stretch, for baselines. */
async function seedWeeks(
  all: readonly Windows[],
  series: readonly Series[],
  source: MinuteSource,
  from: EpochMs,
): Promise<void> {
  const names = series.filter(({ week }) => week).map(({ terminal, point }) => ({ terminal, point }))
  if (names.length === 0) return
  const to = Math.floor((from - leadMs) / hourMs) * hourMs
  const columns = source({ series: names, from: to - historyWeeks * 7 * dayMs, to, everyMs: hourMs })
  for await (const { series: some, starts, bucket, mean, count } of columns) {
    for (const [k, { terminal, point }] of some.entries()) {
      for (const windows of all) {
        const week = windows.of(terminal)?.series.get(point)?.week
        for (let row = starts[k] ?? 0; row < (starts[k + 1] ?? 0); row++) {
          week?.add((bucket[row] ?? 0) * hourMs, mean[row] ?? 0, count[row] ?? 1)
        }
      }
    }
  }
}

/** Times of arrival are in no store: the latency is what was written down of it, within twenty minutes before. */
function delaysAt(kept: NonNullable<ReplayPlan['latency']>, now: EpochMs): MeasureContext['delays'] {
  const found = kept.findLast(({ at }) => at <= now && at > now - 20 * minuteMs)
  return { p95Seconds: () => found && { seconds: found.value } }
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
  evaluate(now: EpochMs, grounds: Pick<Grounds, 'counts' | 'delays' | 'once'>): BodyResult
}

/** Documents of every day of the stretch on which something changes. */
const documentsOf = (catalogue: Catalogue, days: readonly string[]): SystemDocument[] =>
  days.flatMap((day) => effectiveOn(catalogue, day))

function sidesOf(plan: ReplayPlan, registry: RegistryView, local: LocalTime): Side[] {
  const days: string[] = []
  for (let at = plan.from; at <= plan.to; at += dayMs) days.push(local(at).day)
  const found: Side[] = []
  for (const { name, catalogue } of plan.sides) {
    const windowPlan = planWindows(documentsOf(catalogue, days).flatMap(({ inForce }) => inForce))
    const same = found.find((side) => isDeepStrictEqual(side.windowPlan, windowPlan))
    const windows = same?.windows ?? new Windows(windowPlan, registry, local)
    found.push({ name, windowPlan, windows, evaluate: evaluator(registry, catalogue, windows, local) })
  }
  return found
}

function evaluator(registry: RegistryView, catalogue: Catalogue, windows: Windows, local: LocalTime): Side['evaluate'] {
  const memory = new Memory()
  let scoped: { readonly day: string; readonly scope: Scope } | undefined
  return (now, grounds) => {
    const { day } = local(now)
    if (scoped?.day !== day) {
      const scope = scopeOf(registry.city.id, registry.terminals(), effectiveOn(catalogue, day), windows, true)
      scoped = { day, scope: { ...scope, trial: [] } }
    }
    return evaluateScope(scoped.scope, now, { ...grounds, windows, local }, memory)
  }
}

/** Every series that a side reads, once; of other terminals one point, for their attendance. */
function seriesOf(registry: RegistryView, plans: readonly WindowPlan[], limits: QualityLimits): Series[] {
  return registry.terminals().flatMap(({ id: terminal, kind, points, reportEveryMs }) => {
    const read = points.filter(({ id }) => plans.some((plan) => plan.get(kind)?.has(id)))
    return (read.length > 0 ? read : points.slice(0, 1)).map(({ id: point }) => ({
      terminal,
      point,
      week: plans.some((plan) => plan.get(kind)?.get(point)?.week),
      judged: new JudgedMinutes(limits[kind]?.points[point], reportEveryMs),
    }))
  })
}
