const baseMs = 250
const longestMs = 5_000
const floorMs = 20

/** How long the centre waits before it dials the broker the `attempt`th time again (from 1): a random share of a bound that doubles. `random` in [0, 1). */
export const reconnectMs = (attempt: number, random: () => number): number =>
  Math.max(floorMs, random() * Math.min(longestMs, baseMs * 2 ** Math.min(attempt, 20)))
