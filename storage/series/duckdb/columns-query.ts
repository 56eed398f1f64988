import { qualities } from '@civitals/contracts/quality'
import type { Sources } from './layout.ts'
import { rollupQuery } from './range-query.ts'
import { fileList, newestRows, rowsQuery, whole } from './rows-query.ts'

/** Some series, ascending, over a stretch of one day. */
export interface Several {
  readonly ids: readonly number[]
  readonly from: number
  readonly to: number
}

/** The bounds beside the list: only by bounds are row groups left out unread. */
export function ofSeries(ids: readonly number[]): string {
  const [first = 0, last = -1] = [ids[0], ids.at(-1)]
  const bounds = `series BETWEEN ${first} AND ${last}`
  return last - first + 1 === ids.length ? bounds : `${bounds} AND series IN (${ids.join(', ')})`
}

/**
 * Columns: series, number of the bucket, count, mean, min, max, uncertain; by series and time as they lie. Types are those of the
 * arrays they are copied to. NaN where an energy mean is wanted and no energy was summed.
 */
const columnsOf = (rollups: string, everyMs: number, energy: readonly number[]): string => `
  SELECT series, (start // ${everyMs})::UINTEGER, least(count, 65535)::USMALLINT,
    coalesce(${meanOf(energy)}, 'NaN'::DOUBLE)::FLOAT, min::FLOAT, max::FLOAT, (quality <> ${qualities.good.code})::UTINYINT
  FROM (${rollups}) WHERE count > 0`

const meanOf = (energy: readonly number[]): string =>
  energy.length === 0
    ? 'sum / count'
    : `CASE WHEN series IN (${energy.join(', ')}) THEN 10 * log10(energy / count) ELSE sum / count END`

/** From rollup files of one day; \`ordered\` where they do not lie in order. */
export function rolledColumns(
  folder: string,
  parts: Sources['parts'],
  some: Several,
  everyMs: number,
  energy: readonly number[],
  ordered: boolean,
): string {
  const stretch = `start >= ${whole(some.from)} AND start < ${whole(some.to)}`
  const rows = `SELECT * FROM read_parquet(${fileList(folder, parts)}) WHERE ${ofSeries(some.ids)} AND ${stretch}`
  return `${columnsOf(rows, everyMs, energy)}${ordered ? ' ORDER BY series, start' : ''}`
}

/** The same from readings, where no rollup knows all of them. */
export function readColumnsOf(
  folder: string,
  sources: Sources,
  some: Several,
  everyMs: number,
  energy: readonly number[],
): string {
  const rows = `SELECT * FROM (${rowsQuery(folder, sources, some)}) WHERE ${ofSeries(some.ids)}`
  const rollups = rollupQuery(newestRows(rows), everyMs, energy.join(', ') || 'NULL')
  return columnsOf(rollups, everyMs, energy)
}

/** Series of which some sources hold anything. */
export const heldIn = (folder: string, sources: Sources, some: Several): string =>
  `SELECT DISTINCT series FROM (${rowsQuery(folder, sources, some)}) WHERE ${ofSeries(some.ids)}`
