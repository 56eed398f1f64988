import type { EpochMs } from '@civitals/contracts/clock'
import { qualityOfCode } from '@civitals/contracts/quality'
import type { RegistryView, Terminal } from '@civitals/contracts/registry'
import type { SeriesStore, StoredReadings } from '@civitals/storage/series'
import { type Excluded, Exclusions } from '../baseline/exclusions.ts'
import { historyWeeks } from '../baseline/hour-history.ts'
import { byTerminal, eachByTime } from './by-time.ts'
import type { WindowPlan } from './plan.ts'
import type { SeriesNeeds, SeriesWindow } from './series-window.ts'
import type { Windows } from './windows.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** What windows are rebuilt from. */
export type StoredSeries = Pick<SeriesStore, 'range' | 'readings'>

/** Readings one question to the store may be expected to return: 7 MB. */
const readingsPerPage = 400_000

/** Times from which on series are read back whose windows were kept. */
const keptGrainMs = 10 * minuteMs
const longestKeptMs = 26 * hourMs

/** Hours one question may return. */
const limit = 100_000

/** How far back the windows of a series reach. */
const reachOf = (needs: SeriesNeeds): number => Math.max((needs.minutes + 2) * minuteMs, (needs.hours + 1) * hourMs)

/** How far back the confidence of a value looks at what its terminals delivered: this hour and the one before. */
export const confidenceMs = 2 * hourMs

export interface Seeding {
  /** How far back the attendance of terminals is asked for. Default 25 h. */
  readonly attendanceMs?: number
  /** What must not teach the baselines. */
  readonly exclusions?: Exclusions
  /** Terminals whose windows stand as they were kept, with the newest sample in them. */
  readonly kept?: ReadonlyMap<string, EpochMs>
}

/**
 * Rebuilds all windows from the series store: what the longest window of each series needs, and eight weeks by the hour where a
 * baseline is kept, but for what must not teach it. Of terminals whose windows were kept over a restart only what came after is read
 * back. Call it before the first reading is settled.
 */
export async function seedWindows(
  windows: Windows,
  plan: WindowPlan,
  registry: Pick<RegistryView, 'terminals'>,
  series: StoredSeries,
  now: EpochMs,
  { attendanceMs = 25 * hourMs, exclusions = new Exclusions([]), kept = new Map() }: Seeding = {},
): Promise<void> {
  const seeded = (terminal: Terminal): readonly Seeded[] => {
    const until = kept.get(terminal.id)
    if (until !== undefined) return sinceKept(terminal, until, now)
    return seededOf(terminal, windows, plan, now, attendanceMs)
  }
  for (const page of pagesOf(registry.terminals(), seeded, now)) {
    for (const { terminal, window, needs } of page) {
      if (!window || !needs?.week) continue
      await seedWeeks(window, series, now, exclusions.of(terminal, window.point))
    }
    const found = await series.readings({ series: page, to: now + 1 })
    for (const [begin, end] of byTerminal(page)) replay(windows, page, begin, end, found)
  }
  windows.readBack.done(kept, now)
}

/** One series that is read back. */
interface Seeded {
  readonly terminal: string
  readonly point: string
  readonly from: EpochMs
  /** Absent where the series is only read for the attendance of its terminal. */
  readonly window: SeriesWindow | undefined
  /** From when on its readings are judged. */
  readonly judged: EpochMs
  readonly needs: SeriesNeeds | undefined
  /** From when on its readings say that the terminal is there; absent: those of another point do. */
  readonly attends: EpochMs | undefined
  /** The windows hold everything up to this sample. */
  readonly kept: EpochMs | undefined
}

/** Series of whole terminals, so many together as one question may return. */
function* pagesOf(
  terminals: readonly Terminal[],
  seeded: (terminal: Terminal) => readonly Seeded[],
  now: EpochMs,
): Iterable<readonly Seeded[]> {
  let [page, expected]: [Seeded[], number] = [[], 0]
  for (const terminal of terminals) {
    const own = seeded(terminal)
    page.push(...own)
    for (const { from } of own) expected += (now - from) / terminal.reportEveryMs
    if (expected < readingsPerPage) continue
    yield page
    page = []
    expected = 0
  }
  if (page.length > 0) yield page
}

function seededOf(
  terminal: Terminal,
  windows: Windows,
  plan: WindowPlan,
  now: EpochMs,
  attendanceMs: number,
): readonly Seeded[] {
  const planned = plan.get(terminal.kind)
  // Attendance from one point of the terminal that is kept anyway.
  const attending = terminal.points.find(({ id }) => planned?.has(id)) ?? terminal.points[0]
  return terminal.points.flatMap((point) => {
    const needs = planned?.get(point.id)
    const attends = point === attending ? now - attendanceMs : undefined
    if (!needs && attends === undefined) return []
    const window = needs && windows.of(terminal.id)?.series.get(point.id)
    // Before the stretch the windows reach lies what a flat line needs to be known as one.
    const judged = needs && window ? now - reachOf(needs) - window.check.lookBackMs : now
    const name = { terminal: terminal.id, point: point.id }
    return [{ ...name, from: Math.min(judged, attends ?? judged), window, judged, needs, attends, kept: undefined }]
  })
}

/** All points of a terminal: each tells that it is there. From few different times on, so that one question serves many. */
function sinceKept({ id, points }: Terminal, kept: EpochMs, now: EpochMs): readonly Seeded[] {
  const from = Math.max(kept - (kept % keptGrainMs), now - longestKeptMs)
  const nothingBuilt = { window: undefined, judged: now, needs: undefined, attends: undefined }
  return points.map((point) => ({ terminal: id, point: point.id, from, kept, ...nothingBuilt }))
}

/**
 * Every reading of one terminal as it was stored, judged again: a restart finds the same flags. Sample by sample as they were
 * taken, since series of one terminal are compared with each other.
 */
function replay(windows: Windows, page: readonly Seeded[], begin: number, end: number, found: StoredReadings): void {
  eachByTime(found, begin, end, (k, row, time) => {
    const one = page[k]
    if (!one) return
    const { terminal, point, window, judged, attends, kept } = one
    const said = qualityOfCode(found.quality[row] ?? 0)
    const read = found.value[row] ?? Number.NaN
    const reading = { terminal, point, at: time, value: Number.isNaN(read) ? null : read, quality: said }
    if (kept !== undefined) {
      if (time > kept) windows.add(reading, undefined, 'again')
      return
    }
    windows.seen(terminal, time)
    if (attends !== undefined && time >= attends) windows.attend(terminal, time, said, 1)
    if (time >= judged) window?.take(time, reading.value, said, 'stored')
  })
}

async function seedWeeks(
  { terminal, point, week }: SeriesWindow,
  series: StoredSeries,
  now: EpochMs,
  excluded: Excluded,
): Promise<void> {
  const from = now - historyWeeks * 7 * dayMs - hourMs
  const rows = await series.range({ terminal, point, from, to: now + 1, everyMs: hourMs, limit })
  for (const { at, value, count } of rows)
    if (value !== null && !excluded(Math.floor(at / hourMs))) week?.add(at, value, count ?? 1)
}
