import type { ProfilePoint } from '@civitals/firmware-bridge/profile'
import { gaussian, type Stream } from './chance.ts'

/** Counters and settings come out of the terminal as they are: noise would make a total go back. */
const exactPoints: ReadonlySet<string> = new Set(['total', 'energy', 'free_speed'])
const exactUnits: ReadonlySet<string> = new Set(['count', 'onoff'])

/** What a sensor makes of the truth: noise of about its resolution, steps of its resolution, ends of its range. */
export type Sensor = (truth: number, at: number) => number

/** `stream` belongs to the series; a sensor's noise stays the same within one second. */
export function sensorOf(point: ProfilePoint, stream: Stream): Sensor {
  const exact = exactPoints.has(point.id) || exactUnits.has(point.unit)
  const [low, high] = point.range
  return (truth, at) => {
    // A dry rain gauge tips no bucket: at the end of the scale there is no noise.
    const noisy =
      exact || truth === low ? truth : truth + 0.7 * point.resolution * gaussian(stream, Math.floor(at / 1000))
    return Math.min(high, Math.max(low, toSteps(noisy, point.resolution)))
  }
}

/** Rounded to whole steps of `resolution`, without the dust of binary fractions. */
export function toSteps(value: number, resolution: number): number {
  const decimals = Math.max(0, Math.ceil(-Math.log10(resolution)) + 1)
  return Number((Math.round(value / resolution) * resolution).toFixed(decimals))
}
