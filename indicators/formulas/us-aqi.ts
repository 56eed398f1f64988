import tables from '../standards/us-epa-aqi-2024.json' with { type: 'json' }
import type { AqiResult, Pollutant } from './aqi.ts'

/** Items of the US index: PM in µg/m³, O3 and CO in ppm, SO2 and NO2 in ppb. */
export type UsPollutant = keyof typeof tables.items

interface Item {
  readonly steps: number
  readonly bands: readonly (readonly number[])[]
  /** Band of the index its first one stands for; before it the item has no index. Default 0. */
  readonly first?: number
  /** Index it is held at above its last band, where the document has none higher for it. Absent: the last band goes on. */
  readonly above?: number
}

/** Cut off below the last kept digit, as a whole number of steps. Twelve significant digits are looked at: 0.07 ppm is 70 steps, not 69. */
const truncated = (value: number, steps: number): number => Math.floor(Number((value * steps).toPrecision(12)))

const wholeSteps = (value: number | undefined, steps: number): number => Math.round((value ?? 0) * steps)

/**
 * Index of one concentration, rounded to the nearest whole number, halves up; above 500 the last line goes on. Computed in whole numbers:
 * O3 0.078 ppm is 125.5 exactly, which a float may miss. null below the first band of an item [US EPA 2024, equation 1].
 */
export function usIndexOf(pollutant: UsPollutant, concentration: number): number | null {
  const item: Item = tables.items[pollutant]
  const { steps, bands, first = 0, above } = item
  const c = truncated(concentration, steps)
  if (c < wholeSteps(bands[0]?.[0], steps)) return null
  const found = bands.findIndex((band) => c <= wholeSteps(band[1], steps))
  if (found < 0 && above !== undefined) return above
  const band = found < 0 ? bands.length - 1 : found
  const [low, high] = [wholeSteps(bands[band]?.[0], steps), wholeSteps(bands[band]?.[1], steps)]
  const [from = 0, to = 0] = tables.index[band + first] ?? []
  const [rise, run] = [(to - from) * (c - low), high - low]
  return from + Math.floor((2 * rise + run) / (2 * run))
}

/** Concentrations by item. `o3` is the 8 h mean in a daily report, the 1 h mean in an hourly one. */
export type UsValues = Readonly<
  Partial<Record<'pm25' | 'pm10' | 'so2' | 'no2' | 'co' | 'o3' | 'o3_8h' | 'o3_1h', number | null>>
>

/** Upper bounds of the five lower categories. */
const categories = [50, 100, 150, 200, 300] as const

/**
 * US air quality index: the highest of what is given, with the pollutants that have it. Ozone counts by the higher of its two averages.
 * null of nothing that has an index [US EPA 2024].
 */
export function usAqi(kind: 'hourly' | 'daily', values: UsValues): AqiResult {
  const ozone = { o3_8h: values.o3_8h, o3_1h: values.o3_1h, [kind === 'daily' ? 'o3_8h' : 'o3_1h']: values.o3 }
  const iaqi: Partial<Record<Pollutant, number | null>> = {}
  for (const pollutant of ['pm25', 'pm10', 'so2', 'no2', 'co'] as const) {
    const value = values[pollutant]
    if (value !== undefined && value !== null) iaqi[pollutant] = usIndexOf(pollutant, value)
  }
  const ofOzone = (['o3_8h', 'o3_1h'] as const).flatMap((item) => {
    const value = ozone[item] ?? values[item]
    return value === undefined || value === null ? [] : [usIndexOf(item, value)]
  })
  if (ofOzone.length > 0) iaqi.o3 = highestOf(ofOzone)
  const aqi = highestOf(Object.values(iaqi))
  if (aqi === null) return { aqi, primary: [], level: null, iaqi }
  const primary = (Object.keys(iaqi) as Pollutant[]).filter((pollutant) => iaqi[pollutant] === aqi)
  const category = categories.findIndex((bound) => aqi <= bound)
  return { aqi, primary, level: category < 0 ? categories.length + 1 : category + 1, iaqi }
}

function highestOf(indices: readonly (number | null)[]): number | null {
  const known = indices.filter((index) => index !== null)
  return known.length === 0 ? null : Math.max(...known)
}
