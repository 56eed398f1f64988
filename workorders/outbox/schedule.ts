const s = 1000
const min = 60 * s
const h = 60 * min

/** Waits before each attempt of a round: the last one is followed by the state failed. */
export const attemptDelaysMs: readonly number[] = [0, 5 * s, min, 5 * min, 30 * min, 2 * h, 8 * h, 24 * h]

/** Longest wait a receiver may ask for. */
const longestRetryAfterMs = 24 * h

/**
 * Wait after the `tries`-th failed attempt of a round, or undefined when that was the last. Up to 10 % is added at random, so
 * that what failed together does not come back together; a receiver's Retry-After lengthens it.
 */
export function nextDelayMs(tries: number, random: () => number, retryAfterMs = 0): number | undefined {
  const base = attemptDelaysMs[tries]
  if (base === undefined) return undefined
  return Math.round(Math.max(base * (1 + 0.1 * random()), Math.min(retryAfterMs, longestRetryAfterMs)))
}
