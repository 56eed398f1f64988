import type { EpochMs } from '@civitals/contracts/clock'
import { beijingMinutes } from '../frames/local-time.ts'

/** Seconds since 1970 stay below this until the year 5138; milliseconds are above it since 1973. */
const firstMs = 1e11
const local = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)$/

/**
 * The instant a JSON value names: ISO 8601 (without a zone: a clock `zoneMinutes` east of UTC), or seconds or milliseconds since 1970, as a
 * number or a text. Undefined for anything else.
 */
export function instantOfJson(value: unknown, zoneMinutes: number = beijingMinutes): EpochMs | undefined {
  if (typeof value === 'string' && !/^\d+(\.\d+)?$/.test(value)) {
    const [, date, time] = local.exec(value) ?? []
    const at = date === undefined ? Date.parse(value) : Date.parse(`${date}T${time}Z`) - zoneMinutes * 60_000
    return Number.isNaN(at) ? undefined : at
  }
  const count = typeof value === 'string' ? Number(value) : value
  if (typeof count !== 'number' || !Number.isFinite(count) || count <= 0) return undefined
  return Math.round(count < firstMs ? count * 1000 : count)
}
