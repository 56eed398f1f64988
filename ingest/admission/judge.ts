import type { EpochMs } from '@civitals/contracts/clock'
import type { RejectReason, SetAside } from '@civitals/contracts/ledger'
import type { Quality } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { TerminalEntry } from '../registry/registry.ts'

/** A gateway's clock may run ahead of ours by this much. */
export const futureToleranceMs: number = 5 * 60_000
/** No gateway existed before: an earlier time is a clock that was never set. */
export const earliestTime: EpochMs = Date.UTC(2020, 0, 1)
/** No quantity of a city is larger; beyond is a decoding fault whatever the point. */
export const largestValue = 1e12

export type SetAsideReason = SetAside['reason']

/** What admission looks up; the registry and the ledger's clock fixes answer. */
export interface AdmissionView {
  entry(terminal: string): TerminalEntry | undefined
  /** Offset of a boot whose clock was fixed later: its samples happened at mono + offset. */
  clockFix(gateway: string, boot: string): number | undefined
}

/** A reading as it came, before anyone has judged it. */
export interface RawReading {
  readonly terminal: string
  readonly point: string
  readonly at: number
  readonly value: unknown
  readonly quality: Quality | undefined
  readonly unsynced: boolean
  readonly mono: number | undefined
  readonly boot: string | undefined
}

export type Verdict =
  | { readonly kind: 'admitted'; readonly reading: Reading }
  | { readonly kind: 'rejected'; readonly reason: RejectReason; readonly detail: string }
  | { readonly kind: 'set aside'; readonly reason: SetAsideReason }

/**
 * What becomes of one reading. Worthless ones are rejected whoever sent them; then its time must be known, then its series.
 * A reading its gateway marked out of range is kept with that mark.
 */
export function judge(raw: RawReading, gateway: string, receivedAt: EpochMs, view: AdmissionView): Verdict {
  const fault = valueFault(raw.value, raw.quality)
  if (fault) return fault
  const at = eventTime(raw, gateway, view)
  if (at === undefined) return { kind: 'set aside', reason: 'unsynced clock' }
  if (at > receivedAt + futureToleranceMs)
    return rejected('future time', `${ahead(at - receivedAt)} ahead of the centre`)
  if (at < earliestTime) return rejected('absurd time', String(raw.at))
  const entry = view.entry(raw.terminal)
  if (!entry || entry.terminal.gateway !== gateway) return { kind: 'set aside', reason: 'unknown terminal' }
  const point = entry.points.get(raw.point)
  if (!point) return { kind: 'set aside', reason: 'unknown point' }
  const quality = raw.quality ?? 'good'
  const value = valueless.has(quality) ? null : ((raw.value ?? null) as number | null)
  const beyond = value !== null && (value < point.lowest || value > point.highest)
  if (beyond && quality !== 'out_of_range') return rejected('absurd value', String(value))
  return { kind: 'admitted', reading: { terminal: raw.terminal, point: raw.point, at, value, quality } }
}

/** Qualities that say there is no value; one sent along is no measurement. */
const valueless: ReadonlySet<Quality> = new Set(['stale', 'comm_fail', 'device_exception'])

function valueFault(value: unknown, quality: Quality | undefined): Verdict | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) {
    return Math.abs(value) > largestValue ? rejected('absurd value', String(value)) : undefined
  }
  const excused = (value === null || value === undefined) && quality !== undefined && quality !== 'good'
  return excused ? undefined : rejected('not a number', shown(value))
}

/** Whole milliseconds; undefined while nobody knows when it was. */
function eventTime(raw: RawReading, gateway: string, view: AdmissionView): EpochMs | undefined {
  if (!raw.unsynced) return Math.round(raw.at)
  if (raw.boot === undefined || raw.mono === undefined) return undefined
  const offset = view.clockFix(gateway, raw.boot)
  return offset === undefined ? undefined : Math.round(raw.mono + offset)
}

const rejected = (reason: RejectReason, detail: string): Verdict => ({ kind: 'rejected', reason, detail })

const ahead = (ms: number): string =>
  ms < 86_400_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 86_400_000)} d`

/** A value from the wire, cut before it is listed. */
const shown = (value: unknown): string => (value === undefined ? 'no value' : JSON.stringify(value).slice(0, 80))
