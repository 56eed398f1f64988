import type { EpochMs } from '@civitals/contracts/clock'
import type { Approach } from '@civitals/contracts/forecast'

/**
 * Minutes until a series reaches a value if it goes on as it does; Infinity while it does not head there, and once it is there: what
 * has come is for the rules on the value itself.
 */
export function minutesUntil({ at, value, perMinute }: Approach, reaches: number, now: EpochMs): number {
  const ahead = (reaches - value) / perMinute
  return ahead > 0 && Number.isFinite(ahead) ? Math.max(0, ahead - (now - at) / 60_000) : Number.POSITIVE_INFINITY
}
