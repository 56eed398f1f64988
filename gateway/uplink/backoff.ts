const baseMs = 500
// Half a minute: after a centre's return the last gateway is back well within one. It takes the logins of a whole district in turn and remembers
// whom it has judged, so a shorter bound costs it no more than the sooner asking.
const longestMs = 30_000
const floorMs = 50

/**
 * How long to wait before attempt `attempt` (1 = first retry): full jitter, a random share of a bound that doubles from 0.5 s
 * to 30 s, so that a district of gateways does not come back in step. `random` in [0, 1).
 */
export function backoffMs(attempt: number, random: () => number): number {
  const bound = Math.min(longestMs, baseMs * 2 ** Math.min(attempt, 30))
  return Math.max(floorMs, random() * bound)
}
