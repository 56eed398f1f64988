const hours = 12
const newest = 3
const neededOfNewest = 2

/**
 * NowCast of particulate matter from hourly means, newest first, null for a missing hour: a mean weighted by powers of w, which is
 * the smallest over the largest value and at least 0.5. null unless two of the newest three hours are there [US EPA 2024, NowCast].
 */
export function nowcast(values: readonly (number | null)[]): number | null {
  const window = values.slice(0, hours)
  const known = window.filter((value) => value !== null)
  if (window.slice(0, newest).filter((value) => value !== null).length < neededOfNewest) return null
  const largest = Math.max(...known)
  const weight = largest > 0 ? Math.max(Math.min(...known) / largest, 0.5) : 1
  let [sum, weights] = [0, 0]
  for (const [age, value] of window.entries()) {
    if (value === null) continue
    sum += weight ** age * value
    weights += weight ** age
  }
  return sum / weights
}
