import type { EpochMs } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'

const unitMs = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const
const durationShape = /^(\d+(?:\.\d+)?)(ms|s|min|h|d)$/

/** `500ms`, `10s`, `1min`, `1h`, `1d` in milliseconds; CIV_DASHBOARDS_BAD_TIME otherwise. */
export function durationMs(text: string): number {
  const [, amount, unit] = durationShape.exec(text) ?? []
  const ms = amount && unit ? Number(amount) * unitMs[unit as keyof typeof unitMs] : Number.NaN
  if (!(ms >= 1)) throw badTime(text, 'a duration such as 10s, 1min or 1h')
  return Math.round(ms)
}

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

/** A query's `from`, `to` (default now) and `every`; `from` defaults to `backMs` before `to`. */
export function rangeOf(
  asked: { readonly from?: string; readonly to?: string; readonly every?: string },
  now: EpochMs,
  backMs: number,
): Range {
  const to = asked.to === undefined ? now : instant(asked.to, now)
  const from = asked.from === undefined ? to - backMs : instant(asked.from, now)
  if (from > to) throw badTime(`${asked.from}`, 'a time before `to`')
  return { from, to, ...(asked.every !== undefined && { everyMs: durationMs(asked.every) }) }
}

const badTime = (text: string, wanted: string): CivitalsError =>
  new CivitalsError('CIV_DASHBOARDS_BAD_TIME', `"${text.slice(0, 60)}" is not a time this query takes: give ${wanted}`)
