import tables from '../standards/gb-3838.json' with { type: 'json' }

const edition = tables.editions[0]

/** Items of surface water: mg/L, pH without unit. */
export type WaterItem = keyof NonNullable<typeof edition>['items'] | 'ph'
export type WaterSample = Readonly<Partial<Record<WaterItem, number>>>

/** Worse than class V. */
export const beyondClassFive = 6

export interface WaterClass {
  /** 1 (I) .. 5 (V), 6 worse than V: that of the worst item. null of an empty sample. */
  readonly value: number | null
  /** The items that are worst. */
  readonly worst: readonly WaterItem[]
  readonly items: Readonly<Partial<Record<WaterItem, number>>>
}

/** Class of surface water by its worst single item [GB 3838-2002 table 1]. A pH outside 6 to 9 keeps no class. */
export function waterClass(sample: WaterSample): WaterClass {
  const items: Partial<Record<WaterItem, number>> = {}
  for (const [item, value] of Object.entries(sample) as [WaterItem, number][]) items[item] = classOf(item, value)
  const classes = Object.values(items)
  const value = classes.length === 0 ? null : Math.max(...classes)
  const worst = (Object.keys(items) as WaterItem[]).filter((item) => items[item] === value)
  return { value, worst, items }
}

function classOf(item: WaterItem, value: number): number {
  if (item === 'ph') {
    const [low = 0, high = 0] = edition?.ph ?? []
    return value >= low && value <= high ? 1 : beyondClassFive
  }
  const { limits = [], rising = true } = edition?.items[item] ?? {}
  const found = limits.findIndex((limit) => (rising ? value <= limit : value >= limit))
  return found < 0 ? beyondClassFive : found + 1
}

/** Place of class III among the limits: what city rankings compare with. */
const classThree = 2

/**
 * City water quality index: sum of the concentrations over their class III limits, dissolved oxygen the other way round; lower is better. Of what
 * is given: sums of different items cannot be compared. null of an empty sample [Ministry of Ecology and Environment, city ranking].
 */
export function cityWaterIndex(sample: WaterSample): number | null {
  let sum: number | null = null
  for (const [item, value] of Object.entries(sample) as [WaterItem, number][]) {
    if (item === 'ph') continue
    const { limits = [], rising = true } = edition?.items[item] ?? {}
    const limit = limits[classThree] ?? Number.NaN
    sum = (sum ?? 0) + (rising ? value / limit : limit / value)
  }
  return sum
}

/** All results of one variable with the objective they are held against. */
export interface WaterTest {
  readonly min?: number
  readonly max?: number
  readonly values: readonly number[]
}

/** 0..100 with its three factors, each 0..100. */
export interface CcmeIndex {
  readonly value: number
  /** Variables that failed at least once, results that failed, and by how much, in per cent. */
  readonly scope: number
  readonly frequency: number
  readonly amplitude: number
}

/** Water quality index of the Canadian Council of Ministers of the Environment [CCME WQI 1.0, 2001]. */
export function ccmeIndex(tests: readonly WaterTest[]): CcmeIndex {
  const excursions = tests.map((test) => test.values.map((value) => excursionOf(value, test)))
  const all = excursions.flat()
  const share = (failed: number, of: number): number => (100 * failed) / of
  const scope = share(excursions.filter((found) => found.some((one) => one > 0)).length, tests.length)
  const frequency = share(all.filter((one) => one > 0).length, all.length)
  const mean = all.reduce((sum, one) => sum + one, 0) / all.length
  const amplitude = Number.isFinite(mean) ? mean / (0.01 * mean + 0.01) : 100
  // 1.732 brings the longest vector of three factors of 100 to 100, as the index defines it.
  const value = 100 - Math.sqrt(scope ** 2 + frequency ** 2 + amplitude ** 2) / 1.732
  return { value: Math.max(0, value), scope, frequency, amplitude }
}

/** How many times over the objective a result lies; 0 when it holds, infinite when the objective leaves no room. */
function excursionOf(value: number, { min, max }: WaterTest): number {
  if (max !== undefined && value > max) return value / max - 1
  if (min !== undefined && value < min) return min / value - 1
  return 0
}
