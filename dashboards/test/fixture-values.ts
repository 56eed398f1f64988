// Values of a made-up city for tests and for work on the page before a centre exists. Smooth functions of (series, time).
import type { Terminal } from '@civitals/contracts/registry'

const hour = 3_600_000

/** Minutes since the storm of the fixture began; negative before. */
export type Storm = (at: number) => number

export const depthAt = (minutes: number): number => {
  if (minutes < 12) return 0.1
  return minutes < 90 ? Math.min(42, 0.47 * (minutes - 12) ** 1.02) : Math.max(0, 42 - 0.3 * (minutes - 90))
}

/** A value between 0 and 1 that wanders with the hour of day, another way for every series. */
const wave = (seed: number, at: number, period = 24): number =>
  0.5 + 0.4 * Math.sin((at / hour / period) * 2 * Math.PI + seed) + 0.1 * Math.sin((at / 60_000) * 0.7 + seed * 7)

export const seedOf = (text: string): number =>
  [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7) / 50

const shapes: Readonly<Record<string, (w: number, storm: number, terminal: string) => number>> = {
  pm25: (w) => 62 + 26 * w,
  pm10: (w) => 70 + 30 * w,
  so2: (w) => 8 + 4 * w,
  no2: (w) => 30 + 20 * w,
  co: (w) => 0.6 + 0.4 * w,
  o3: (w) => 60 + 50 * w,
  temperature: (w, storm) => 27 + 5 * w - (storm > 0 ? 3 : 0),
  humidity: (w, storm) => 68 + 18 * w + (storm > 0 ? 10 : 0),
  wind_speed: (w) => 1 + 3 * w,
  wind_direction: (w) => 360 * w,
  laeq: (w) => 54 + 9 * w,
  lamax: (w) => 68 + 12 * w,
  flow: (w) => 400 + 1600 * w,
  speed: (w, storm) => 52 - 12 * w - (storm > 30 ? 12 : 0),
  occupancy: (w) => 6 + 14 * w,
  free_speed: () => 58,
  occupied: (w) => Math.round(120 + 140 * w),
  bays: () => 320,
  depth: (w, storm, terminal) => (terminal === 'road-water-01' ? depthAt(storm) : 0.3 * w + depthAt(storm) * 0.06),
  freeboard: (w, storm) => Math.max(0.12, 1.9 - 0.2 * w - Math.max(0, storm) * 0.03),
  intensity: (_w, storm) => (storm > 0 && storm < 80 ? 46 : 0),
  turbidity: (w) => 0.2 + 0.2 * w,
  chlorine: (w) => 0.2 + 0.1 * w,
  concentration: (w) => 1 + 2 * w,
  residual_current: (w) => 60 + 40 * w,
  cable_temperature: (w) => 36 + 8 * w,
  load: (w) => 40 + 25 * w,
  fill: (w) => 20 + 55 * w,
  ammonia: (w) => 0.05 + 0.08 * w,
  voltage: (w) => 219 + 4 * w,
  battery: () => 13.1,
  tilt: (w) => 0.6 + 0.2 * w,
}

/** The value of one point at one time; `storm` in minutes since its start. */
export function valueAt(terminal: Terminal, point: string, at: number, storm: Storm): number {
  const w = Math.min(1, Math.max(0, wave(seedOf(terminal.id + point), at)))
  if (point === 'pressure') return terminal.kind === 'air' ? 1004 + 6 * w : 0.24 + 0.05 * w
  if (point === 'level') return terminal.kind === 'river' ? 3.2 + 0.3 * w : 0.5 + Math.max(0, storm(at)) * 0.02
  const value = shapes[point]?.(w, storm(at), terminal.id) ?? w
  const resolution = terminal.points.find((one) => one.id === point)?.resolution ?? 0.01
  return Number((Math.round(value / resolution) * resolution).toFixed(4))
}
