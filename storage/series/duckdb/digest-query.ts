import { qualities } from '@civitals/contracts/quality'

/** Envelopes that came again: what they wrote stands in the place of what older sources hold. */
const superseding = 'SELECT series, time_ms, max(generation) AS later FROM superseding GROUP BY series, time_ms'

/** Rows without those that were written again later. Cheap: the table of what came again is nearly always empty. */
const standing = (rows: string): string => `
  SELECT rows.* FROM (${rows}) rows LEFT JOIN (${superseding}) again USING (series, time_ms)
  WHERE again.later IS NULL OR again.later <= rows.generation`

/** Columns: series, readings with a value, readings not good, sum of values. `resent`: whether anything came again. */
export const digestQuery = (rows: string, resent: boolean): string => `
  SELECT series, count(value)::DOUBLE, (count(*) FILTER (quality <> ${qualities.good.code}))::DOUBLE, coalesce(sum(value), 0)
  FROM (${resent ? standing(rows) : rows}) GROUP BY series`

/** How many rows of some sources were written again later. */
export const supersededQuery = (rows: string): string => `
  SELECT count(*)::DOUBLE FROM (${rows}) rows JOIN (${superseding}) again USING (series, time_ms)
  WHERE again.later > rows.generation`
