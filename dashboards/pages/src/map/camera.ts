import { azimuth, lengthM, toLonlat } from './frame.ts'

export interface Camera {
  readonly center: [number, number]
  readonly zoom: number
  /** Degrees clockwise from north of what is up. */
  readonly bearing: number
}

const marginM = 330
const halfGridM = 470
/** MapLibre's world is 512 px wide at zoom 0. */
const metresPerPixelAtZoom0 = 78_271.517

const degrees = (radians: number): number => (radians * 180) / Math.PI

/**
 * The whole corridor as large as a picture of that size allows: it lies along the diagonal, so a flat picture is turned. When
 * that is nearly north up, it is north up.
 */
export function cameraFor(width: number, height: number): Camera {
  const [w, h] = [Math.max(80, width), Math.max(80, height)]
  const rise = Math.min(58, Math.max(4, degrees(Math.atan2(h, w)) * 1.35 - 14))
  const turned = azimuth - (90 - rise)
  const bearing = Math.abs(turned) < 12 ? 0 : turned
  const slope = ((90 - azimuth + bearing) * Math.PI) / 180
  const along = lengthM + 2 * marginM * 0.4
  const wide = along * Math.cos(slope) + 2 * halfGridM * Math.sin(slope)
  const tall = along * Math.sin(slope) + 2 * halfGridM * Math.cos(slope)
  const center = toLonlat(lengthM / 2, 0)
  const metresPerPixel = Math.max(wide / w, tall / h)
  const zoom = Math.log2((metresPerPixelAtZoom0 * Math.cos((center[1] * Math.PI) / 180)) / metresPerPixel)
  return { center, zoom, bearing }
}
