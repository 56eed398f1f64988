import { qualities } from '@civitals/contracts/quality'

const counting = Object.values(qualities)
  .filter(({ counts }) => counts)
  .map(({ code }) => code)
  .join(', ')
const { good, uncertain } = qualities

/** Of two rows at one instant the later written one: rowid follows arrival. $1 series, $2 from, $3 to. */
const stretch = `
  SELECT time_ms, value, quality FROM reading
  WHERE series = $1 AND time_ms >= $2 AND time_ms < $3
  QUALIFY lead(time_ms) OVER (ORDER BY time_ms, rowid) IS DISTINCT FROM time_ms`

/** Columns: time, value, quality code. $4 limit. */
export const rawQuery = `
  SELECT time_ms::DOUBLE, value, quality FROM (${stretch}) ORDER BY time_ms LIMIT $4`

/**
 * Columns: start, mean, quality code, count, min, max. $4 limit, $5 bucket length. The double modulo makes buckets before
 * 1970 start at whole multiples too. `energy` asks for the energy mean of levels in decibel.
 */
export function bucketQuery(energy: boolean): string {
  const mean = energy ? '10 * log10(avg(pow(10, value / 10)) FILTER (counts))' : 'avg(value) FILTER (counts)'
  return `
  SELECT (time_ms - ((time_ms % $5) + $5) % $5)::DOUBLE AS start, ${mean},
    CASE WHEN count(*) FILTER (counts) = 0 THEN arg_max(quality, time_ms)
      WHEN bool_or(quality <> ${good.code}) FILTER (counts) THEN ${uncertain.code} ELSE ${good.code} END,
    (count(*) FILTER (counts))::DOUBLE, min(value) FILTER (counts), max(value) FILTER (counts)
  FROM (SELECT *, value IS NOT NULL AND quality IN (${counting}) AS counts FROM (${stretch}))
  GROUP BY start ORDER BY start LIMIT $4`
}
