/** Position of a series on the map and its newest value. */
export interface Placed {
  /** WGS-84 degrees. */
  readonly longitude: number
  readonly latitude: number
  readonly value: number
}

export interface BuddyLimits {
  readonly threshold: number
  readonly minimumSpread: number
  readonly withinMetres: number
  readonly atLeast: number
}

const earthMetres = 6_371_000
const radians = (degrees: number): number => (degrees * Math.PI) / 180

type Spot = Pick<Placed, 'longitude' | 'latitude'>

/** Great-circle distance [haversine]. */
export function metresBetween(a: Spot, b: Spot): number {
  const north = Math.sin(radians(b.latitude - a.latitude) / 2) ** 2
  const east = Math.sin(radians(b.longitude - a.longitude) / 2) ** 2
  const chord = north + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * east
  return 2 * earthMetres * Math.asin(Math.min(1, Math.sqrt(chord)))
}

/** Places with fewer than `atLeast` others within reach: nothing can be said of them [titanlib isolation_check]. */
export const isolated = (places: readonly Spot[], withinMetres: number, atLeast: number): boolean[] =>
  places.map(
    (place) =>
      places.filter((other) => other !== place && metresBetween(place, other) <= withinMetres).length < atLeast,
  )

/**
 * Places whose value lies further from the mean of their neighbours than `threshold` of the neighbours' standard deviations
 * [titanlib buddy_check]. Those found in one round are no neighbours in the next, so that two that are wrong do not vouch for each
 * other; within a round the order of the places does not matter.
 */
export function buddyCheck(places: readonly Placed[], limits: BuddyLimits, rounds = 2): boolean[] {
  const near = places.map((place) =>
    places.map((other) => other !== place && metresBetween(place, other) <= limits.withinMetres),
  )
  let found = places.map(() => false)
  for (let round = 0; round < rounds; round++) {
    const before = found
    found = places.map((place, k) => {
      if (before[k]) return true
      const beside = places.filter((_, other) => near[k]?.[other] && !before[other]).map(({ value }) => value)
      return beside.length >= limits.atLeast && standsOut(place.value, beside, limits)
    })
  }
  return found
}

function standsOut(value: number, beside: readonly number[], limits: BuddyLimits): boolean {
  const mean = beside.reduce((sum, other) => sum + other, 0) / beside.length
  const variance = beside.reduce((sum, other) => sum + (other - mean) ** 2, 0) / beside.length
  return Math.abs(value - mean) / Math.max(limits.minimumSpread, Math.sqrt(variance)) > limits.threshold
}
