import { type Quality, qualities } from '@civitals/contracts/quality'
import type { SeriesRow } from './port.ts'

/**
 * Whether the mean of this point is the energy mean, 10·lg(mean of 10^(L/10)): sound levels do not add as numbers
 * [GB 3096-2008 3.2, equivalent continuous level]. Default: no point.
 */
export type EnergyMean = (terminal: string, point: string) => boolean

/** Rows at most when a query names no limit. */
export const defaultLimit = 10_000

/** Start of the bucket an instant lies in: whole multiples of `everyMs` since 1970, also before it. */
export const bucketStart = (at: number, everyMs: number): number => Math.floor(at / everyMs) * everyMs

/** What the readings of one bucket come to; sums of parts of a bucket can be put together. */
export interface BucketSums {
  readonly at: number
  /** Readings that count by the quality table. */
  readonly count: number
  /** Of their values, or of 10^(value/10) where the energy mean is wanted. */
  readonly sum: number
  readonly min: number
  readonly max: number
  /** Any that counted was not good. */
  readonly uncertain: boolean
  /** Time and quality of the newest reading, counting or not. */
  readonly newestAt: number
  readonly newest: Quality
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * One row per bucket that holds a reading, from rows in order of time. Value is the mean of the readings that count by the
 * quality table; null when none does, and then quality is that of the newest. Otherwise quality is `uncertain` when any that
 * counted was.
 */
export function bucketRows(rows: Iterable<SeriesRow>, everyMs: number, energy: boolean): SeriesRow[] {
  const buckets: BucketSums[] = []
  let current: Writable<BucketSums> | undefined
  for (const row of rows) {
    const at = bucketStart(row.at, everyMs)
    if (current?.at !== at) {
      current = { ...{ at, sum: 0, count: 0, min: Infinity, max: -Infinity }, uncertain: false, ...newestOf(row) }
      buckets.push(current)
    }
    add(current, row, energy)
  }
  return buckets.map((sums) => bucketRow(sums, energy))
}

/** Buckets that came in parts, in any order, as one row each, oldest first. */
export function joinBuckets(parts: Iterable<BucketSums>, energy: boolean): SeriesRow[] {
  const buckets = new Map<number, BucketSums>()
  for (const part of parts) {
    const other = buckets.get(part.at)
    buckets.set(part.at, other ? joinSums(other, part) : part)
  }
  return [...buckets.values()].sort((a, b) => a.at - b.at).map((sums) => bucketRow(sums, energy))
}

const newestOf = ({ at, quality }: SeriesRow): Pick<BucketSums, 'newestAt' | 'newest'> => ({
  newestAt: at,
  newest: quality,
})

function add(sums: Writable<BucketSums>, row: SeriesRow, energy: boolean): void {
  sums.newestAt = row.at
  sums.newest = row.quality
  if (row.value === null || !qualities[row.quality].counts) return
  sums.count++
  sums.sum += energy ? 10 ** (row.value / 10) : row.value
  sums.min = Math.min(sums.min, row.value)
  sums.max = Math.max(sums.max, row.value)
  if (row.quality !== 'good') sums.uncertain = true
}

function joinSums(one: BucketSums, other: BucketSums): BucketSums {
  const { newestAt, newest } = other.newestAt >= one.newestAt ? other : one
  return {
    at: one.at,
    count: one.count + other.count,
    sum: one.sum + other.sum,
    min: Math.min(one.min, other.min),
    max: Math.max(one.max, other.max),
    uncertain: one.uncertain || other.uncertain,
    newestAt,
    newest,
  }
}

function bucketRow({ at, sum, count, min, max, uncertain, newest }: BucketSums, energy: boolean): SeriesRow {
  if (count === 0) return { at, value: null, quality: newest, count }
  const mean = sum / count
  return {
    at,
    value: energy ? 10 * Math.log10(mean) : mean,
    quality: uncertain ? 'uncertain' : 'good',
    count,
    min,
    max,
  }
}
