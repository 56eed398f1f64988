import type { TerminalWatch } from '../windows/terminal-watch.ts'
import { type Evidence, type Measure, type MeasureContext, noEvidence } from './evidence.ts'

const hourMs = 3_600_000

const newestOf = (watches: readonly TerminalWatch[]): number | null => {
  const times = watches.map(({ lastAt }) => lastAt).filter((at) => at !== null)
  return times.length === 0 ? null : Math.max(...times)
}

/** The watch that does worst, as a terminal without a point of its own. */
function worstBy(
  watches: readonly TerminalWatch[],
  badness: (watch: TerminalWatch) => number,
): Pick<Evidence, 'worst'> {
  let [highest, found] = [0, undefined as TerminalWatch | undefined]
  for (const watch of watches) if (badness(watch) > highest) [highest, found] = [badness(watch), watch]
  return found ? { worst: { terminal: found.terminal, site: found.site, points: [] } } : {}
}

const ageOf = (watch: TerminalWatch, now: number): number => now - (watch.lastAt ?? 0)

/** Terminals last seen within three reporting periods, of all registered, in per cent. */
const onlineRate: Measure = (context) => {
  const { watches, now } = context
  if (watches.length === 0) return noEvidence('no-terminals')
  const silent = watches.filter((watch) => ageOf(watch, now) > 3 * watch.reportEveryMs)
  return {
    value: (100 * (watches.length - silent.length)) / watches.length,
    at: now,
    coverage: 1,
    uncertain: false,
    detail: { registered: watches.length, silent: silent.map(({ terminal }) => terminal) },
    ...worstBy(silent, (watch) => ageOf(watch, now)),
  }
}

/** First whole hour of the day-long window: 23 hours and the current one, not before the platform's first reading. */
const windowStart = ({ now, since }: MeasureContext): number => {
  const day = now - (now % hourMs) - 23 * hourMs
  return since === null ? day : Math.max(day, since - (since % hourMs))
}

/** Reporting periods that hold a reading, of those owed, over 24 h, in per cent. */
const completeness: Measure = (context) => {
  const { watches, now, since } = context
  if (watches.length === 0) return noEvidence('no-terminals')
  if (since === null) return noEvidence('too-little-data')
  const from = windowStart(context)
  let [owed, kept] = [0, 0]
  const missing = new Map<TerminalWatch, number>()
  for (const watch of watches) {
    const periods = Math.floor((now - Math.max(from, since)) / watch.reportEveryMs)
    if (periods < 1) continue
    const held = Math.min(periods, watch.delivered(from, now).periods)
    owed += periods
    kept += held
    missing.set(watch, 1 - held / periods)
  }
  if (owed === 0) return noEvidence('too-little-data')
  const worst = worstBy(watches, (watch) => missing.get(watch) ?? 0)
  return { value: (100 * kept) / owed, at: newestOf(watches), coverage: 1, uncertain: false, ...worst }
}

/** Readings that passed quality control, of those received, over 24 h, in per cent. */
const validShare: Measure = (context) => {
  const { watches, now } = context
  if (watches.length === 0) return noEvidence('no-terminals')
  const from = windowStart(context)
  let [received, good] = [0, 0]
  const failed = new Map<TerminalWatch, number>()
  for (const watch of watches) {
    const part = watch.delivered(from, now)
    received += part.received
    good += part.good
    if (part.received > 0) failed.set(watch, 1 - part.good / part.received)
  }
  if (received === 0) return noEvidence('too-little-data')
  const worst = worstBy(watches, (watch) => failed.get(watch) ?? 0)
  return { value: (100 * good) / received, at: newestOf(watches), coverage: 1, uncertain: false, ...worst }
}

/** 95th percentile of the time from observation to settlement, in seconds, over the window. */
const latency: Measure = ({ definition, delays, now }) => {
  const found = delays.p95Seconds(now - definition.windowMinutes * 60_000, definition.minimum.messages ?? 1)
  if (!found) return noEvidence('too-few-messages')
  return { value: found.seconds, at: now, coverage: 1, uncertain: false, ...messagesOf(found) }
}

const messagesOf = ({ messages }: { readonly messages?: number }): Pick<Evidence, 'detail'> =>
  messages === undefined ? {} : { detail: { messages } }

/** How far back a measure looks at the attendance of all terminals, ms. */
export const attendanceOf: Readonly<Record<string, number>> = {
  'online-rate': hourMs,
  completeness: 25 * hourMs,
  'valid-share': 25 * hourMs,
}

export const networkMeasures = {
  'online-rate': onlineRate,
  completeness,
  'valid-share': validShare,
  'latency-p95': latency,
} as const satisfies Record<string, Measure>
