import type { EpochMs } from '@civitals/contracts/clock'
import type { RejectReason, SetAside } from '@civitals/contracts/ledger'
import type { Quality } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import { convert } from '@civitals/contracts/units'
import type { UnitsOf } from '../configurations/configuration-book.ts'
import type { TerminalEntry } from '../registry/registry.ts'

/** A gateway's clock may run ahead of ours by this much. */
export const futureToleranceMs: number = 5 * 60_000
/** No gateway existed before: an earlier time is a clock that was never set. */
export const earliestTime: EpochMs = Date.UTC(2020, 0, 1)
/** No quantity of a city is larger; beyond is a decoding fault whatever the point. */
export const largestValue = 1e12

export type SetAsideReason = SetAside['reason']

/** What admission looks up; the registry, the ledger's clock fixes and what gateways have told of their units answer. */
export interface AdmissionView {
  entry(terminal: string): TerminalEntry | undefined
  /** Offset of a boot whose clock was fixed later: its samples happened at mono + offset. */
  clockFix(gateway: string, boot: string): number | undefined
  readonly unitsOf: UnitsOf
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
  /** Hash of the configuration it was read with; undefined: its value is in the unit of the registry. */
  readonly config: string | undefined
}

export type Verdict =
  | { readonly kind: 'admitted'; readonly reading: Reading }
  | { readonly kind: 'rejected'; readonly reason: RejectReason; readonly detail: string }
  | { readonly kind: 'set aside'; readonly reason: SetAsideReason; readonly detail?: string }

/**
 * What becomes of one reading. Worthless ones are rejected whoever sent them; then its configuration must be known, its time, its series, and its
 * unit be one of the quantity the series is registered in: what is admitted is in the unit of the registry. `units`: of its terminal's points, as
 * `unitsOf` says. A reading its gateway marked out of range is kept with that mark.
 */
export function judge(
  raw: RawReading,
  units: ReturnType<UnitsOf>,
  gateway: string,
  receivedAt: EpochMs,
  view: AdmissionView,
): Verdict {
  const fault = valueFault(raw.value, raw.quality)
  if (fault) return fault
  if (units === 'unknown') return { kind: 'set aside', reason: 'unknown configuration' }
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
  const given = valueless.has(quality) ? null : ((raw.value ?? null) as number | null)
  const value = units ? inUnit(given, units.get(raw.point), point.point.unit) : given
  if (value === undefined) return unitMismatch(units?.get(raw.point), point.point.unit)
  const beyond = value !== null && (value < point.lowest || value > point.highest)
  if (beyond && quality !== 'out_of_range') return rejected('absurd value', String(value))
  return { kind: 'admitted', reading: { terminal: raw.terminal, point: raw.point, at, value, quality } }
}

/** What has no value has no unit either. */
const inUnit = (value: number | null, given: string | undefined, registered: string): number | null | undefined =>
  value === null || given === registered ? value : given === undefined ? undefined : convert(value, given, registered)

const unitMismatch = (given: string | undefined, registered: string): Verdict => ({
  kind: 'set aside',
  reason: 'unit mismatch',
  detail: `comes ${given === undefined ? 'without a unit' : `in ${given}`}, registered in ${registered}`,
})

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
