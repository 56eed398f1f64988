import type { EpochMs } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import { type TString, Type } from 'typebox'

const unitMs = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const
const durationShape = /^(\d+(?:\.\d+)?)(ms|s|min|h|d)$/

/** `500ms`, `10s`, `1min`, `1h`, `1d` in milliseconds; CIV_DASHBOARDS_BAD_TIME otherwise. */
export function durationMs(text: string): number {
  const [, amount, unit] = durationShape.exec(text) ?? []
  const ms = amount && unit ? Number(amount) * unitMs[unit as keyof typeof unitMs] : Number.NaN
  if (!(ms >= 1)) throw badTime(text, 'a duration such as 10s, 1min or 1h')
  return Math.round(ms)
}

/** A time as it is asked for; `instant` reads it. */
export const Moment: TString = Type.String({
  maxLength: 40,
  description: 'Milliseconds since 1970, ISO 8601 with offset, or -3h.',
})

/** Milliseconds since 1970, ISO 8601 with its offset, or `-3h` before now; CIV_DASHBOARDS_BAD_TIME otherwise. */
export function instant(text: string, now: EpochMs): EpochMs {
  if (/^\d{1,16}$/.test(text)) return Number(text)
  if (text.startsWith('-')) return now - durationMs(text.slice(1))
  // A date-time without offset would be read in the server's zone, which nobody asking can know.
  const whole = /T.*(Z|[+-]\d\d:?\d\d)$/.test(text) || /^\d{4}-\d\d-\d\d$/.test(text)
  const at = whole ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw badTime(text, 'milliseconds, an ISO 8601 time with its offset, or -3h')
  return at
}

export interface Range {
  readonly from: EpochMs
  readonly to: EpochMs
  readonly everyMs?: number
}

/** Buckets people read off an axis. From a minute on they are put together from the rollups of the store. */
const steps = [
  '1s',
  '2s',
  '5s',
  '10s',
  '15s',
  '30s',
  '1min',
  '2min',
  '5min',
  '10min',
  '15min',
  '30min',
  '1h',
  '2h',
  '3h',
  '6h',
  '12h',
  '1d',
].map(durationMs)

/** The shortest bucket of which no more than `pixels` fill a stretch; whole days where none of the usual ones is long enough. */
export function bucketForPixels(stretchMs: number, pixels: number): number {
  const least = stretchMs / pixels
  return steps.find((step) => step >= least) ?? Math.ceil(least / unitMs.d) * unitMs.d
}

/** A query's `from`, `to` (default now) and `every`, or the bucket for so many `pixels`; `from` defaults to `backMs` before `to`. */
export function rangeOf(
  asked: { readonly from?: string; readonly to?: string; readonly every?: string; readonly pixels?: number },
  now: EpochMs,
  backMs: number,
): Range {
  const to = asked.to === undefined ? now : instant(asked.to, now)
  const from = asked.from === undefined ? to - backMs : instant(asked.from, now)
  if (from > to) throw badTime(`${asked.from}`, 'a time before `to`')
  if (asked.every !== undefined) return { from, to, everyMs: durationMs(asked.every) }
  return { from, to, ...(asked.pixels !== undefined && { everyMs: bucketForPixels(to - from, asked.pixels) }) }
}

const badTime = (text: string, wanted: string): CivitalsError =>
  new CivitalsError('CIV_DASHBOARDS_BAD_TIME', `"${text.slice(0, 60)}" is not a time this query takes: give ${wanted}`)
