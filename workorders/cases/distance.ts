import type { Site } from '@civitals/contracts/registry'

const earthRadiusM = 6_371_008.8
const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Metres between two sites on a sphere of the mean earth radius (haversine); good to 0.5 %. */
export function distanceM(a: Site['position'], b: Site['position']): number {
  const [phi1, phi2] = [radians(a.latitude), radians(b.latitude)]
  const sinPhi = Math.sin((phi2 - phi1) / 2)
  const sinLambda = Math.sin(radians(b.longitude - a.longitude) / 2)
  const h = sinPhi * sinPhi + Math.cos(phi1) * Math.cos(phi2) * sinLambda * sinLambda
  return 2 * earthRadiusM * Math.asin(Math.min(1, Math.sqrt(h)))
}
