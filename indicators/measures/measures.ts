import { airMeasures } from './air.ts'
import { basicMeasures } from './basic.ts'
import { complaintMeasures } from './complaints.ts'
import type { Measure } from './evidence.ts'
import { networkMeasures } from './network.ts'
import { soundMeasures } from './sound.ts'
import { thingMeasures } from './things.ts'
import { trafficMeasures } from './traffic.ts'

/** Every measure a definition may name as its `formula`. */
export const measures: Readonly<Record<string, Measure>> = {
  ...basicMeasures,
  ...airMeasures,
  ...soundMeasures,
  ...trafficMeasures,
  ...thingMeasures,
  ...networkMeasures,
  ...complaintMeasures,
}

/** Measures over all terminals of an area or over counts: they name no inputs. */
export const measuresWithoutInputs: ReadonlySet<string> = new Set([
  ...Object.keys(networkMeasures),
  ...Object.keys(complaintMeasures),
])
