/** Rows of the indicators' tables; types for `withTables`. Times are ms since 1970. */
export type IndicatorTables = {
  indicator_count: { name: string; hour: number; count: number }
  indicator_body: { area: string; at: number; score: number | null; low: number | null; high: number | null }
  indicator_last: { area: string; indicator: string; at: number; score: number; value: number }
}
