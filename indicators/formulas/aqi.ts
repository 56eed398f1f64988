import { type Static, Type } from 'typebox'
import tables from '../standards/hj-633.json' with { type: 'json' }

const Concentration = Type.Optional(Type.Union([Type.Number({ minimum: 0 }), Type.Null()]))

/** What `calc aqi` takes. Concentrations in µg/m³, CO in mg/m³; absent or null = missing or not valid. */
export const AqiInputSchema = Type.Object(
  {
    standard: Type.Union([Type.Literal('HJ 633-2026'), Type.Literal('HJ 633-2012')]),
    kind: Type.Union([Type.Literal('hourly'), Type.Literal('daily')]),
    values: Type.Object(
      {
        pm25: Concentration,
        pm10: Concentration,
        so2: Concentration,
        no2: Concentration,
        co: Concentration,
        o3: Concentration,
        o3_8h: Concentration,
        o3_1h: Concentration,
      },
      {
        additionalProperties: false,
        description: 'o3 is the 1 h mean in an hourly report and the daily maximum of 8 h means in a daily one.',
      },
    ),
  },
  { additionalProperties: false },
)
export type AqiInput = Static<typeof AqiInputSchema>
export type Pollutant = keyof AqiInput['values']

/** An air quality index as the standard publishes it. */
export interface AqiResult {
  /** 1..500, or null where the standard publishes none. */
  readonly aqi: number | null
  /** Pollutants with the highest individual index, when the AQI exceeds 50. */
  readonly primary: readonly Pollutant[]
  /** 1 excellent .. 6 severe. */
  readonly level: number | null
  /** Individual index of every item given; null where the standard computes none. */
  readonly iaqi: Readonly<Partial<Record<Pollutant, number | null>>>
}

/** The six items of a report [HJ 633-2026 4]. */
export const pollutants = ['pm25', 'pm10', 'so2', 'no2', 'co', 'o3'] as const satisfies readonly Pollutant[]

interface Item {
  readonly at: readonly number[]
  /** Above the last breakpoint: held there, or no index at all. Absent: the table reaches 500. */
  readonly above?: string
}

/** Edition in force on the local calendar day `day` (YYYY-MM-DD). */
export function aqiStandardOf(day: string): AqiInput['standard'] {
  const edition = tables.editions.find(({ validFrom, validTo }) => day >= validFrom && day <= (validTo ?? '9999-12-31'))
  return edition?.id === 'HJ 633-2012' ? 'HJ 633-2012' : 'HJ 633-2026'
}

/**
 * Rounds half to even [GB/T 8170] to whole `steps` per unit, as an integer number of steps. Twelve significant digits are
 * looked at, so that 1.15 mg/m³, which no float holds exactly, is the tie it was written as.
 */
export function roundHalfEven(value: number, steps: number): number {
  const scaled = Number((value * steps).toPrecision(12))
  const floor = Math.floor(scaled)
  const rest = scaled - floor
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}

/**
 * Individual index of one concentration: interpolated between breakpoints in whole numbers and rounded up
 * [HJ 633-2026 4.2, 4.5], so that no float pushes an exact breakpoint one up.
 */
function iaqiOf(item: Item, concentration: number, steps: number): number | null {
  const c = roundHalfEven(concentration, steps)
  const points = item.at.map((at) => at * steps)
  const last = points.length - 1
  if (c > (points[last] ?? 0)) return item.above === 'none' ? null : (tables.iaqi[last] ?? null)
  const upper = Math.max(
    1,
    points.findIndex((point) => c <= point),
  )
  const [low, high] = [points[upper - 1] ?? 0, points[upper] ?? 0]
  const [from, to] = [tables.iaqi[upper - 1] ?? 0, tables.iaqi[upper] ?? 0]
  const share = (to - from) * (c - low)
  return from + Math.floor((share + (high - low) - 1) / (high - low))
}

/** CO is judged to 0.1 mg/m³, everything else to 1 µg/m³. */
const stepsOf = (pollutant: string): number => (pollutant === 'co' ? 10 : 1)

/** 1 excellent (to 50), 2 good, 3 light, 4 moderate, 5 heavy, 6 severe (above 300) [HJ 633-2026 table 2]. */
function levelOf(aqi: number): number {
  const bounds = [50, 100, 150, 200, 300]
  const index = bounds.findIndex((bound) => aqi <= bound)
  return index < 0 ? 6 : index + 1
}

/** Under its own name or, in the report where both mean the same average, under the longer one. */
function given(input: AqiInput, pollutant: string): number | undefined {
  const direct = input.values[pollutant as Pollutant]
  const synonym = input.kind === 'daily' ? input.values.o3_8h : input.values.o3_1h
  return direct ?? (pollutant === 'o3' ? synonym : undefined) ?? undefined
}

/**
 * China's air quality index. Missing data [HJ 633-2026 5.3]: with an item missing the AQI is published only when what remains
 * already exceeds 100, else it is null. The 2012 edition has no such rule in our source: it is computed from what there is.
 */
export function calcAqi(input: AqiInput): AqiResult {
  const edition = tables.editions.find(({ id }) => id === input.standard)
  const items: Readonly<Record<string, Item>> = edition?.items ?? {}
  const columns = Object.entries({ ...edition?.[input.kind], ...edition?.optional[input.kind] })
  const iaqi: Partial<Record<Pollutant, number | null>> = {}
  for (const [pollutant, column] of columns) {
    const concentration = given(input, pollutant)
    const item = items[column]
    if (concentration === undefined || !item) continue
    iaqi[pollutant as Pollutant] = iaqiOf(item, concentration, stepsOf(pollutant))
  }
  const known = Object.values(iaqi).filter((index) => index !== null)
  const highest = known.length === 0 ? null : Math.max(...known)
  const complete = pollutants.every((pollutant) => (iaqi[pollutant] ?? null) !== null)
  const published = complete || edition?.publishesWithGaps === true || (highest ?? 0) > 100
  if (highest === null || !published) return { aqi: null, primary: [], level: null, iaqi }
  // The standard states the index as 1..500, yet its formula gives 0 for clean air.
  const aqi = Math.max(1, highest)
  const primary = aqi > 50 ? (Object.keys(iaqi) as Pollutant[]).filter((pollutant) => iaqi[pollutant] === highest) : []
  return { aqi, primary, level: levelOf(aqi), iaqi }
}
