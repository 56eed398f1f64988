import { qualities } from '@civitals/contracts/quality'

/** Columns: series, readings with a value, readings not good, sum of values. $1 from, $2 to. */
export const digestQuery = `
  SELECT series, count(value)::DOUBLE, (count(*) FILTER (quality <> ${qualities.good.code}))::DOUBLE, coalesce(sum(value), 0)
  FROM reading WHERE time_ms >= $1 AND time_ms < $2 GROUP BY series`
