import type { EpochMs } from '@civitals/contracts/clock'
import type { RegistryView, Terminal } from '@civitals/contracts/registry'
import type { SeriesStore } from '@civitals/storage/series'
import { type Excluded, Exclusions } from '../baseline/exclusions.ts'
import { historyWeeks } from '../baseline/hour-history.ts'
import type { WindowPlan } from './plan.ts'
import type { SeriesNeeds } from './series-window.ts'
import type { Windows } from './windows.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Rows one question to the store may return: 26 h at one reading a second. */
const limit = 100_000

/** How far back the windows of a series reach. */
const reachOf = (needs: SeriesNeeds): number => Math.max((needs.minutes + 2) * minuteMs, (needs.hours + 1) * hourMs)

/** How far back the confidence of a value looks at what its terminals delivered: this hour and the one before. */
export const confidenceMs = 2 * hourMs

/**
 * Rebuilds all windows from the series store: what the longest window of each series needs, and eight weeks by the hour where a
 * baseline is kept, but for what must not teach it. `attendanceMs`: how far back the attendance of terminals is asked for. Call it before the first reading is
 * settled.
 */
export async function seedWindows(
  windows: Windows,
  plan: WindowPlan,
  registry: Pick<RegistryView, 'terminals'>,
  series: Pick<SeriesStore, 'range'>,
  now: EpochMs,
  attendanceMs = 25 * hourMs,
  exclusions: Exclusions = new Exclusions([]),
): Promise<void> {
  for (const terminal of registry.terminals()) {
    await seedAttendance(windows, terminal, plan, series, now, attendanceMs)
    for (const [point, needs] of plan.get(terminal.kind) ?? []) {
      if (!terminal.points.some(({ id }) => id === point)) continue
      await seedSeries(windows, { terminal: terminal.id, point }, needs, series, now, exclusions)
    }
  }
}

interface Name {
  readonly terminal: string
  readonly point: string
}

async function seedSeries(
  windows: Windows,
  name: Name,
  needs: SeriesNeeds,
  series: Pick<SeriesStore, 'range'>,
  now: EpochMs,
  exclusions: Exclusions,
): Promise<void> {
  if (needs.week) await seedWeeks(windows, name, series, now, exclusions.of(name.terminal, name.point))
  const window = windows.of(name.terminal)?.series.get(name.point)
  if (!window) return
  // Every reading as it was stored, judged again: a restart finds the same flags. Before the stretch the windows reach lies what a
  // flat line needs to be known as one.
  let from = now - reachOf(needs) - window.check.lookBackMs
  for (;;) {
    const rows = await series.range({ ...name, from, to: now + 1, limit })
    for (const { at, value, quality } of rows) window.takeStored(at, value, quality)
    const last = rows.at(-1)
    if (!last || rows.length < limit) return
    from = last.at + 1
  }
}

async function seedWeeks(
  windows: Windows,
  name: Name,
  series: Pick<SeriesStore, 'range'>,
  now: EpochMs,
  excluded: Excluded,
): Promise<void> {
  const from = now - historyWeeks * 7 * dayMs - hourMs
  const rows = await series.range({ ...name, from, to: now + 1, everyMs: hourMs, limit })
  const week = windows.of(name.terminal)?.series.get(name.point)?.week
  for (const { at, value, count } of rows)
    if (value !== null && !excluded(Math.floor(at / hourMs))) week?.add(at, value, count ?? 1)
}

/** Attendance from one point of the terminal that is kept anyway, reading by reading: asking for buckets takes longer. */
async function seedAttendance(
  windows: Windows,
  terminal: Terminal,
  plan: WindowPlan,
  series: Pick<SeriesStore, 'range'>,
  now: EpochMs,
  attendanceMs: number,
): Promise<void> {
  const planned = plan.get(terminal.kind)
  const point = terminal.points.find(({ id }) => planned?.has(id)) ?? terminal.points[0]
  if (!point) return
  const name = { terminal: terminal.id, point: point.id }
  for (let from = now - attendanceMs; ; ) {
    const rows = await series.range({ ...name, from, to: now + 1, limit })
    for (const { at, quality } of rows) windows.attend(terminal.id, at, quality, 1)
    const last = rows.at(-1)
    if (!last || rows.length < limit) return
    from = last.at + 1
  }
}
