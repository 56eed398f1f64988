/** Longitude, latitude. */
export type Lonlat = readonly [longitude: number, latitude: number]

/** The demonstration corridor: made up, and the page says so. */
export const corridor = { from: [112.872, 23.185], to: [112.893, 23.205], synthetic: true } as const satisfies {
  from: Lonlat
  to: Lonlat
  synthetic: true
}

const metresPerDegree = 111_320
const shrink = Math.cos((corridor.from[1] * Math.PI) / 180)
const east = (corridor.to[0] - corridor.from[0]) * shrink * metresPerDegree
const north = (corridor.to[1] - corridor.from[1]) * metresPerDegree

/** Length of the corridor in metres. */
export const lengthM = Math.hypot(east, north)

/** Degrees clockwise from north in which the corridor runs. */
export const azimuth = (Math.atan2(east, north) * 180) / Math.PI

const [ux, uy] = [east / lengthM, north / lengthM]

/** Metres along the corridor from its south end, and metres to the right of it. */
export function toLocal([longitude, latitude]: Lonlat): readonly [along: number, aside: number] {
  const x = (longitude - corridor.from[0]) * shrink * metresPerDegree
  const y = (latitude - corridor.from[1]) * metresPerDegree
  return [x * ux + y * uy, x * uy - y * ux]
}

/** The place `along` metres up the corridor and `aside` metres to its right. */
export function toLonlat(along: number, aside: number): [number, number] {
  const x = along * ux + aside * uy
  const y = along * uy - aside * ux
  return [corridor.from[0] + x / shrink / metresPerDegree, corridor.from[1] + y / metresPerDegree]
}
