const baseMs = 500
const longestMs = 60_000
const floorMs = 50

/**
 * How long to wait before attempt `attempt` (1 = first retry): full jitter, a random share of a bound that doubles from 0.5 s
 * to 60 s, so that a district of gateways does not come back in step. `random` in [0, 1).
 */
export function backoffMs(attempt: number, random: () => number): number {
  const bound = Math.min(longestMs, baseMs * 2 ** Math.min(attempt, 30))
  return Math.max(floorMs, random() * bound)
}
