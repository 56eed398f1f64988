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

interface Sums {
  at: number
  sum: number
  count: number
  min: number
  max: number
  uncertain: boolean
  newest: Quality
}

/**
 * One row per bucket that holds a reading, from rows in order of time. Value is the mean of the readings that count by the
 * quality table; null when none does, and then quality is that of the newest. Otherwise quality is `uncertain` when any that
 * counted was.
 */
export function bucketRows(rows: Iterable<SeriesRow>, everyMs: number, energy: boolean): SeriesRow[] {
  const buckets: Sums[] = []
  let current: Sums | undefined
  for (const row of rows) {
    const at = bucketStart(row.at, everyMs)
    if (current?.at !== at) {
      current = { at, sum: 0, count: 0, min: Infinity, max: -Infinity, uncertain: false, newest: row.quality }
      buckets.push(current)
    }
    add(current, row, energy)
  }
  return buckets.map((sums) => rowOf(sums, energy))
}

function add(sums: Sums, row: SeriesRow, energy: boolean): void {
  sums.newest = row.quality
  if (row.value === null || !qualities[row.quality].counts) return
  sums.count++
  sums.sum += energy ? 10 ** (row.value / 10) : row.value
  sums.min = Math.min(sums.min, row.value)
  sums.max = Math.max(sums.max, row.value)
  if (row.quality !== 'good') sums.uncertain = true
}

function rowOf({ at, sum, count, min, max, uncertain, newest }: Sums, energy: boolean): SeriesRow {
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
