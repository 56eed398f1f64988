import type { Anomaly } from '@civitals/contracts/anomaly'
import { clockText, dayText, formatValue, withUnit } from '../words/format.ts'
import { words } from '../words/words.svelte.ts'

/** What was found of a series, in one sentence: shifts by the day, what readings showed by the minute. */
export function anomalyText(found: Anomaly, resolution: number | undefined, zone: string): string {
  const { kind, from, to, open, off, unit, times = 1, score = 0 } = found
  const text = words()
  const isShift = kind === 'level' || kind === 'drift'
  const moment = (at: number): string => (isShift ? dayText(at, zone) : `${dayText(at, zone)} ${clockText(at, zone)}`)
  const end = open ? undefined : moment(to)
  const by = `${off > 0 ? '+' : ''}${withUnit(off, unit, resolution)}`
  if (isShift) return text.shifted(text.anomaly[kind], moment(from), end, by)
  return text.oddFrom(text.anomaly[kind], moment(from), end, text.odd[kind](times, by, formatValue(score)))
}
