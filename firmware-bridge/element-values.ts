import type { BadQuality } from './driver.ts'
import { valueOfRaw } from './driver.ts'
import type { ElementPoint } from './profile.ts'

/** What a report says of a terminal's points. A point of which it says nothing stands in neither. */
export interface ElementReading {
  readonly values: Record<string, number>
  readonly quality: Record<string, BadQuality>
}

/**
 * The points of a terminal whose protocol names its quantities itself. `elements`: numbers by the protocol's own keys, in its units; `bad`: keys the
 * terminal itself calls bad, which have no value. One element may serve several points.
 */
export function elementValues(
  { points }: { readonly points: readonly ElementPoint[] },
  elements: Readonly<Record<string, number>>,
  bad: Readonly<Record<string, BadQuality>> = {},
): ElementReading {
  const values: Record<string, number> = {}
  const quality: Record<string, BadQuality> = {}
  for (const point of points) {
    const key = keyOf(point.read.element)
    const why = own(bad, key)
    const raw = own(elements, key)
    if (why !== undefined) quality[point.id] = why
    else if (raw !== undefined) {
      const value = valueOfRaw(point, raw)
      if (typeof value === 'number') values[point.id] = value
      else quality[point.id] = value
    }
  }
  return { values, quality }
}

/** Paths into JSON may be written from their root, $. */
export const keyOf = (element: string): string => (element.startsWith('$') ? element.replace(/^\$\.?/, '') : element)

/** Keys come from the street: `constructor` is none of ours. */
const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined
