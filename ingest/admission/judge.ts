import type { EpochMs } from '@civitals/contracts/clock'
import type { RejectReason, SetAside } from '@civitals/contracts/ledger'
import type { Quality } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import { convert } from '@civitals/contracts/units'
import type { PointUnits, UnitsOf } from '../configurations/configuration-book.ts'
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

/** What the readings of a sample share, as it came. */
export interface RawSample {
  readonly terminal: string
  readonly at: number
  readonly unsynced: boolean
  readonly mono: number | undefined
  readonly boot: string | undefined
  /** Hash of the configuration it was read with; undefined: its values are in the units of the registry. */
  readonly config: string | undefined
}

/** A reading as it came, before anyone has judged it. */
export interface RawReading extends RawSample {
  readonly point: string
  readonly value: unknown
  readonly quality: Quality | undefined
}

interface Rejected {
  readonly kind: 'rejected'
  readonly reason: RejectReason
  readonly detail: string
}

interface Aside {
  readonly kind: 'set aside'
  readonly reason: SetAsideReason
  readonly detail?: string
}

/** Why a reading is not admitted. */
export type Exclusion = Rejected | Aside

/** Where and when the readings of a sample belong. */
interface Place {
  readonly kind: 'place'
  readonly at: EpochMs
  readonly entry: TerminalEntry
  readonly units: PointUnits | undefined
}

/** Of an admitted reading itself, without anything around it: millions come. */
export const isExclusion = (verdict: Reading | Exclusion): verdict is Exclusion => 'kind' in verdict

/** What becomes of one reading: see `placeOf` and `judgeAt`. */
export function judge(
  raw: RawReading,
  units: ReturnType<UnitsOf>,
  gateway: string,
  receivedAt: EpochMs,
  view: AdmissionView,
): Reading | Exclusion {
  return judgeAt(placeOf(raw, units, gateway, receivedAt, view), raw.point, raw.value, raw.quality)
}

/**
 * The place of a sample, or why none of its readings is admitted, be its value what it may: configuration, time, terminal. `units`: of its
 * terminal's points, as `unitsOf` says.
 */
export function placeOf(
  sample: RawSample,
  units: ReturnType<UnitsOf>,
  gateway: string,
  receivedAt: EpochMs,
  view: AdmissionView,
): Place | Exclusion {
  if (units === 'unknown') return { kind: 'set aside', reason: 'unknown configuration' }
  const at = eventTime(sample, gateway, view)
  if (at === undefined) return { kind: 'set aside', reason: 'unsynced clock' }
  if (at > receivedAt + futureToleranceMs)
    return rejected('future time', `${ahead(at - receivedAt)} ahead of the centre`)
  if (at < earliestTime) return rejected('absurd time', String(sample.at))
  const entry = view.entry(sample.terminal)
  if (!entry || entry.terminal.gateway !== gateway) return { kind: 'set aside', reason: 'unknown terminal' }
  return { kind: 'place', at, entry, units }
}

/**
 * What becomes of a reading of a sample. Worthless ones are rejected whoever sent them; then its sample must have a place, the point be known, and its
 * unit be one of the quantity the series is registered in: what is admitted is in the unit of the registry. A reading its gateway marked out
 * of range is kept with that mark.
 */
export function judgeAt(
  place: Place | Exclusion,
  pointId: string,
  sent: unknown,
  said: Quality | undefined,
): Reading | Exclusion {
  const fault = valueFault(sent, said)
  if (fault) return fault
  if (place.kind !== 'place') return place
  const { at, entry, units } = place
  const point = entry.points.get(pointId)
  if (!point) return { kind: 'set aside', reason: 'unknown point' }
  const quality = said ?? 'good'
  const given = valueless.has(quality) ? null : ((sent ?? null) as number | null)
  const value = units ? inUnit(given, units.get(pointId), point.point.unit) : given
  if (value === undefined) return unitMismatch(units?.get(pointId), point.point.unit)
  const beyond = value !== null && (value < point.lowest || value > point.highest)
  if (beyond && quality !== 'out_of_range') return rejected('absurd value', String(value))
  // The registry's own names: who looks the series up later compares a reference, not a text that came just now.
  return { terminal: entry.terminal.id, point: point.point.id, at, value, quality }
}

/** What has no value has no unit either. */
const inUnit = (value: number | null, given: string | undefined, registered: string): number | null | undefined =>
  value === null || given === registered ? value : given === undefined ? undefined : convert(value, given, registered)

const unitMismatch = (given: string | undefined, registered: string): Aside => ({
  kind: 'set aside',
  reason: 'unit mismatch',
  detail: `comes ${given === undefined ? 'without a unit' : `in ${given}`}, registered in ${registered}`,
})

/** Qualities that say there is no value; one sent along is no measurement. */
const valueless: ReadonlySet<Quality> = new Set(['stale', 'comm_fail', 'device_exception'])

function valueFault(value: unknown, quality: Quality | undefined): Rejected | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) {
    return Math.abs(value) > largestValue ? rejected('absurd value', String(value)) : undefined
  }
  const excused = (value === null || value === undefined) && quality !== undefined && quality !== 'good'
  return excused ? undefined : rejected('not a number', shown(value))
}

/** Whole milliseconds; undefined while nobody knows when it was. */
function eventTime({ at, unsynced, mono, boot }: RawSample, gateway: string, view: AdmissionView): EpochMs | undefined {
  if (!unsynced) return Math.round(at)
  if (boot === undefined || mono === undefined) return undefined
  const offset = view.clockFix(gateway, boot)
  return offset === undefined ? undefined : Math.round(mono + offset)
}

const rejected = (reason: RejectReason, detail: string): Rejected => ({ kind: 'rejected', reason, detail })

const ahead = (ms: number): string =>
  ms < 86_400_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 86_400_000)} d`

/** A value from the wire, cut before it is listed. */
const shown = (value: unknown): string => (value === undefined ? 'no value' : JSON.stringify(value).slice(0, 80))
