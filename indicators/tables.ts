/** Rows of the indicators' tables; types for `withTables`. Times are ms since 1970. */
export type IndicatorTables = {
  indicator_count: { name: string; hour: number; count: number }
  indicator_body: {
    area: string
    at: number
    score: number | null
    low: number | null
    high: number | null
    /** 1: computed afterwards, not at the time. */
    afterwards: number
  }
  indicator_last: { area: string; indicator: string; at: number; score: number; value: number }
  indicator_site: { indicator: string; terminal: string; part: string; at: number; value: number; parts: string }
  indicator_past: {
    area: string
    id: string
    at: number
    version: string
    value: number | null
    score: number | null
    afterwards: number
  }
  indicator_window: { terminal: string; shape: string; until: number; checksum: number; state: string }
  indicator_definition: { kind: 'system' | 'indicator' | 'scope'; key: string; version: number; content: string }
  indicator_change: {
    id: number
    at: number
    by: string
    why: string
    what: 'add' | 'alter'
    key: string
    version: number
    from_day: string
    before: string | null
    after: string
  }
}
